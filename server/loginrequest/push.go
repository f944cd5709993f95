package loginrequest

import (
	"errors"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/store"
)

// pushes is the record of what was pushed to an account's phones. It stops a stranger who knows
// the password from pushing so often that the owner approves to have quiet.
type pushes struct {
	Last  time.Time `json:"last,omitzero"`
	Until time.Time `json:"until,omitzero"` // nothing is pushed before, since a request was reported
	Since time.Time `json:"since,omitzero"` // when it was reported
}

func pushKey(account string) string { return "acct/" + account + "/loginpush" }

func loadPushes(tx store.Tx, accountID string) (p pushes, err error) {
	if err := store.Load(tx, pushKey(accountID), &p); err != nil && !errors.Is(err, store.ErrNotFound) {
		return p, fmt.Errorf("loginrequest: %w", err)
	}
	return p, nil
}

// MayPush reports whether a push may be sent for an account now, and counts it: one in ten
// seconds, and none for an hour after a report. The request is in the list anyway (R51).
func MayPush(tx store.Tx, p account.Policy, accountID string) (bool, error) {
	past, err := loadPushes(tx, accountID)
	if err != nil {
		return false, err
	}
	now := tx.Now().UTC()
	if store.Valid(now, past.Last, past.Last.Add(p.PushEvery)) || store.Valid(now, past.Since, past.Until) {
		return false, nil
	}
	past.Last = now
	return true, savePushes(tx, accountID, past)
}

// StopPushes stops pushes after a denial with report (R51).
func StopPushes(tx store.Tx, p account.Policy, accountID string) error {
	past, err := loadPushes(tx, accountID)
	if err != nil {
		return err
	}
	past.Since = tx.Now().UTC()
	past.Until = past.Since.Add(p.PushStopAfterReport)
	return savePushes(tx, accountID, past)
}

func savePushes(tx store.Tx, accountID string, p pushes) error {
	if err := store.Save(tx, pushKey(accountID), p); err != nil {
		return fmt.Errorf("loginrequest: %w", err)
	}
	return store.Bump(tx, accountID)
}
