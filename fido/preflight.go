package fido

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
)

// What keys are asked to look for at once: as many IDs as they say, or eight, in
// messages as long as they say, or 1024 bytes (CTAP section 6.4,
// maxCredentialCountInList and maxMsgSize). The rest of a request takes less.
const (
	batchIDs      = 8
	batchMessage  = 1024
	restOfRequest = 224
)

// lists splits IDs so that each part fits into one request.
func (i GetInfoResponse) lists(ids [][]byte) [][][]byte {
	most, size := cmp.Or(i.MaxIDs, batchIDs), cmp.Or(i.MaxMessage, batchMessage)
	if !i.FIDO2 {
		most = 1 // a U2F key is asked one by one, and does not say which
	}
	return batches(ids, most, size-restOfRequest)
}

func batches(ids [][]byte, most, bytes int) [][][]byte {
	var out [][][]byte
	var size int
	for _, id := range ids {
		last := len(out) - 1
		if last < 0 || len(out[last]) == most || size+len(id) > bytes {
			out, size, last = append(out, nil), 0, last+1
		}
		out[last] = append(out[last], id)
		size += len(id)
	}
	return out
}

// A hit is the outcome of a preflight.
type hit struct {
	found  bool
	id     []byte // empty when the key did not tell which
	silent bool   // the key did not tell whether it has one
}

// probe asks, without a touch, whether the key holds one of the credentials:
// assertions with "user presence" off, which sign nothing of the relying party's.
// It tells which one, which the answer to an exclude list does not.
//
// A credential with credProtect level 3 hides from it (CTAP section 12.1).
func (cer *ceremony) probe(rpID string, ids [][]byte) (hit, error) {
	nothing, told := sha256.Sum256(nil), true
	for _, batch := range cer.info.lists(ids) {
		ctx, stop := cer.client.deadline(cer.ctx, answerTimeout)
		as, err := cer.key.Assert(ctx, AssertionRequest{
			ClientDataHash: nothing[:],
			RPID:           rpID,
			CredentialIDs:  batch,
			Silent:         true,
		})
		stop()
		switch {
		case err == nil:
			if len(as.CredentialID) == 0 && len(batch) == 1 {
				as.CredentialID = batch[0]
			}
			return hit{found: true, id: as.CredentialID}, nil
		case errors.Is(err, ErrNotEnrolled):
		case errors.Is(err, ErrPINRequired), errors.Is(err, ErrNotAllowed), errors.Is(err, ErrIncapable):
			// A key that always verifies its user (alwaysUv, CTAP section 7.2)
			// tells nothing without it, and Windows Hello nothing at all.
			told = false
		default:
			return hit{}, err
		}
	}
	return hit{silent: !told}, nil
}

// candidates lists what to ask the key for, one list at a time. If the key says
// without a touch which credential it has, that one alone; if it says it has
// none, ErrNotEnrolled, so that nobody touches a key in vain.
func (cer *ceremony) candidates(opt *request) ([][][]byte, error) {
	allowed := ids(opt.Allow)
	if len(allowed) == 0 {
		if len(opt.Allow) > 0 {
			return nil, ErrNotEnrolled // credentials of types that no key has
		}
		if !cer.info.FIDO2 {
			return nil, ErrNotEnrolled // a U2F key keeps no credentials
		}
		return [][][]byte{nil}, nil
	}
	found, err := cer.probe(opt.RPID, allowed)
	switch {
	case err != nil:
		return nil, err
	case found.found && len(found.id) > 0:
		return [][][]byte{{found.id}}, nil
	case found.found, found.silent, cer.hides():
		return cer.info.lists(allowed), nil
	default:
		return nil, ErrNotEnrolled
	}
}

// hides tells whether the key may hold credentials that show only once the user
// is verified, and the user is about to be.
func (cer *ceremony) hides() bool {
	return cer.pin != "" || cer.sensor
}

// quickly runs a call that needs no person.
func (cer *ceremony) quickly(call func(ctx context.Context) error) error {
	ctx, stop := cer.client.deadline(cer.ctx, answerTimeout)
	defer stop()
	return call(ctx)
}
