package fido

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
)

// The limits of one request to a key that reports none (CTAP section 6.4,
// maxCredentialCountInList and maxMsgSize).
const (
	batchIDs      = 8    // credential IDs
	batchMessage  = 1024 // bytes
	restOfRequest = 224  // bytes, at most, of a request without its IDs
)

// lists splits ids into parts that fit into one request each.
func (i GetInfoResponse) lists(ids [][]byte) [][][]byte {
	most, size := cmp.Or(i.MaxIDs, batchIDs), cmp.Or(i.MaxMessage, batchMessage)
	if !i.FIDO2 {
		most = 1 // U2F has no lists
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
			return probeResult{found: true, id: as.CredentialID}, nil
		case errors.Is(err, ErrNotEnrolled):
		case errors.Is(err, ErrPINRequired), errors.Is(err, ErrNotAllowed), errors.Is(err, ErrIncapable):
			// A key with alwaysUv (CTAP section 7.2) reports nothing without user
			// verification, and Windows Hello reports nothing at all.
			reported = false
		default:
			return probeResult{}, err
		}
	}
	return probeResult{silent: !reported}, nil
}

// candidates returns the credential IDs to request, one list per request: the one the
// probe found, or all if the probe was inconclusive. It returns ErrNotEnrolled if the
// key has none, so that the user need not touch it.
func (cer *ceremony) candidates(opt *request) ([][][]byte, error) {
	allowed := ids(opt.Allow)
	if len(allowed) == 0 {
		if len(opt.Allow) > 0 {
			return nil, ErrNotEnrolled // only credentials of unknown types
		}
		if !cer.info.FIDO2 {
			return nil, ErrNotEnrolled // U2F has no discoverable credentials
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

// hides reports whether the key may have credentials that only user verification
// reveals, and the ceremony verifies the user.
func (cer *ceremony) hides() bool {
	return cer.pin != "" || cer.sensor
}

// withAnswerTimeout runs a call that needs no user.
func (cer *ceremony) withAnswerTimeout(call func(ctx context.Context) error) error {
	ctx, stop := cer.client.deadline(cer.ctx, answerTimeout)
	defer stop()
	return call(ctx)
}
