package ratelimit

import (
	"fmt"
	"time"

	"nightlatch/server/store"
)

// unknownKept is the minimum time that a counter of an unknown subject is kept. Any
// client can invent subjects, so their number is unbounded and their counters must
// expire.
const unknownKept = 30 * 24 * time.Hour

// FailUnknown counts a failure of a subject that any client can invent: a user name
// without an account, or a phone number. The counter is deleted after 30 to 60 days.
func (c Counter) FailUnknown(tx store.Tx) (Failures, error) {
	f, err := c.Fail(tx)
	if err != nil {
		return Failures{}, err
	}
	// Rounded, so that all failures of a month share one expiry row.
	at := tx.Now().Add(2 * unknownKept).Truncate(unknownKept)
	if err := store.ExpireAt(tx, at, c.key()); err != nil {
		return Failures{}, fmt.Errorf("ratelimit: %w", err)
	}
	return f, nil
}

// Decoy writes a value in place of the audit event that an attempt on a real account
// would write, so that both cost the same (R42). The value goes to one of a few
// thousand keys and replaces what was there, so that attempts on unknown names can't
// fill the disk. Together with FailUnknown it makes as many writes as Fail with one
// audit event.
func (c Counter) Decoy(tx store.Tx, value []byte) error {
	if err := tx.Put("decoy/"+c.Subject[:min(2, len(c.Subject))]+"/"+c.Limit.Name, value); err != nil {
		return fmt.Errorf("ratelimit: %w", err)
	}
	return nil
}
