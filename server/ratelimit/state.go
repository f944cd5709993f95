package ratelimit

import "nightlatch/server/store"

// State says where a subject stands, and counts nothing. A View is enough.
func (l Limit) State(tx store.Tx, subject string) (Failures, error) {
	c, err := l.load(tx, subject)
	if err != nil {
		return Failures{}, err
	}
	return Failures{Count: c.Count, RetryAt: c.RetryAt, Disabled: l.disabled(c)}, nil
}
