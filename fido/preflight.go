package fido

import (
	"context"
	"crypto/sha256"
	"errors"
)

// A probeResult is the result of a probe.
type probeResult struct {
	found  bool
	id     []byte // empty if the key did not report which
	silent bool   // the key did not report whether it has one
}

// probe finds out, without a touch, whether the key has one of the credentials and
// which. It requests assertions without user presence over a meaningless hash. Unlike
// an exclude list, this returns the ID.
//
// credProtect level 3 hides a credential from it (CTAP section 12.1).
func (cer *ceremony) probe(rpID string, ids [][]byte) (probeResult, error) {
	nothing, reported := sha256.Sum256(nil), true
	var conclusive, unread bool // whether the key gave a usable answer, or an AnswerError
	for lists := cer.info.assertLists(ids, rpID); len(lists) > 0; {
		batch := lists[0]
		lists = lists[1:]
		var as Assertion
		err := cer.answer(PhaseAsk, func(ctx context.Context) (err error) {
			as, err = cer.key.Assert(ctx, AssertionRequest{
				ClientDataHash: nothing[:],
				RPID:           rpID,
				CredentialIDs:  batch,
				Silent:         true,
			})
			return err
		})
		switch {
		case errors.Is(err, ErrTooLarge), errors.Is(err, ErrAnswer): // some keys use other codes for "too large"
			first, second, ok := batch.halves()
			switch {
			case ok:
				lists = append([]idList{first, second}, lists...)
			case errors.Is(err, ErrAnswer):
				unread = true
			} // a single ID that is too long for the key belongs to another key
		case err == nil:
			if len(as.CredentialID) == 0 && len(batch) == 1 {
				as.CredentialID = batch[0]
			}
			return probeResult{found: true, id: as.CredentialID}, nil
		case errors.Is(err, ErrNotEnrolled):
			conclusive = true
		case errors.Is(err, ErrPINRequired), errors.Is(err, ErrNotAllowed), errors.Is(err, ErrIncapable), errors.Is(err, ErrDenied):
			// Without user verification, a key with alwaysUv reports nothing
			// (CTAP section 7.2). Some keys report nothing without a touch,
			// and Windows Hello never does.
			reported = false
		default:
			return probeResult{}, err
		}
	}
	return probeResult{silent: !reported || unread && !conclusive}, nil
}

// candidates returns the credential IDs to request, one list per request: the one the
// probe found, or all if the probe was inconclusive. It returns ErrNotEnrolled if the
// key has none, so that the user need not touch it.
func (cer *ceremony) candidates(opt *request, found probeResult) ([]idList, error) {
	allowed := ids(opt.Allow)
	if len(allowed) == 0 {
		if len(opt.Allow) > 0 {
			return nil, ErrNotEnrolled // only credentials of unknown types
		}
		if !cer.info.FIDO2 {
			return nil, ErrNotEnrolled // U2F has no discoverable credentials
		}
		return []idList{nil}, nil
	}
	switch {
	case found.found && len(found.id) > 0:
		return []idList{{found.id}}, nil
	case found.found, found.silent, cer.hides():
		return cer.info.assertLists(allowed, opt.RPID), nil
	default:
		return nil, ErrNotEnrolled
	}
}

// hides reports whether the key may have credentials that only user verification
// reveals, and the ceremony verifies the user.
func (cer *ceremony) hides() bool {
	return cer.pin != "" || cer.sensor
}

// answer runs a call that needs no user.
func (cer *ceremony) answer(phase Phase, call func(ctx context.Context) error) error {
	return cer.client.answer(cer.ctx, phase, answerTimeout, call)
}
