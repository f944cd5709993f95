package proof

import (
	"errors"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// Waits turns the Rejection of Allow into a notice, for a step at which no attempt is
// examined now.
func Waits(err error) (*api.Notice, error) {
	var rejection *ceremony.Rejection
	if errors.As(err, &rejection) {
		return &rejection.Refusal, nil
	}
	return nil, err
}

// CodeNotice returns why a sent code can no longer be used, or nil if it can.
func (k *Checker) CodeNotice(tx store.Tx, account string, s Sent) (*api.Notice, error) {
	if err := k.Refresh(tx, account, &s); err != nil {
		return nil, err
	}
	reason, unusable := s.unusable(tx.Now())
	if !unusable {
		return nil, nil
	}
	refusal := s.refuse(reason)
	return &refusal, nil
}
