package fido

import (
	"cmp"
	"slices"
)

// Limits of one request. The first two are for keys that report none (CTAP
// section 6.4, maxCredentialCountInList and maxMsgSize). The others hold for
// all keys.
const (
	batchIDs     = 8    // credential IDs
	batchMessage = 1024 // bytes
	mostMessage  = 2048 // bytes; libfido2's limit
	mostHandle   = 255  // bytes of a U2F key handle (U2F raw messages, section 4.3)
)

// Maximum sizes of a request's parts, in bytes (CTAP sections 6.1, 6.2 and 8).
const (
	descriptorFrame = 26  // of a PublicKeyCredentialDescriptor, without its ID
	assertFrame     = 128 // of authenticatorGetAssertion, without relying party and list
	makeFrame       = 288 // of authenticatorMakeCredential, without names and list
)

// An idList is the credential IDs of one request.
type idList [][]byte

// lists splits credential IDs into lists that the key accepts, one per
// request. frame is the size of the rest of the request in bytes. It omits IDs
// that are too long for this key, since they belong to other keys.
func (i GetInfoResponse) lists(ids [][]byte, frame int) []idList {
	longest, most := cmp.Or(i.MaxID, maxCredentialID), cmp.Or(i.MaxIDs, batchIDs)
	if !i.FIDO2 {
		longest, most = mostHandle, 1 // U2F has no lists
	}
	room := min(cmp.Or(i.MaxMessage, batchMessage), mostMessage) - frame
	var out []idList
	var size int
	for _, id := range ids {
		if len(id) > longest {
			continue
		}
		last := len(out) - 1
		if last < 0 || len(out[last]) == most || size+len(id)+descriptorFrame > room {
			out, size, last = append(out, nil), 0, last+1
		}
		out[last] = append(out[last], id)
		size += len(id) + descriptorFrame
	}
	return out
}

// assertLists returns the lists for assertions.
func (i GetInfoResponse) assertLists(ids [][]byte, rpID string) []idList {
	return i.lists(ids, assertFrame+len(rpID))
}

// exclusion returns the exclude list for a new credential, or nil if the key
// does not accept the whole list. Then only the probe checks these IDs.
func (i GetInfoResponse) exclusion(opt *creation) idList {
	names := len(opt.RP.ID) + len(opt.RP.Name) + len(opt.User.ID) + len(opt.User.Name) + len(opt.User.DisplayName)
	if lists := i.lists(ids(opt.Exclude), makeFrame+names); len(lists) == 1 && i.FIDO2 {
		return lists[0]
	}
	return nil
}

// halves splits a list that the key refused as too long, although the list is
// within the reported limits. half is false for a single ID, which cannot be
// split.
func (l idList) halves() (first, second idList, half bool) {
	if len(l) < 2 {
		return nil, nil, false
	}
	return l[:len(l)/2], l[len(l)/2:], true
}

// supports reports whether the key can make credentials with the algorithm. A
// key that does not list its algorithms counts as supporting all.
func (i GetInfoResponse) supports(alg int64) bool {
	if !i.FIDO2 {
		return alg == ES256 // U2F supports P-256 only
	}
	return len(i.Algorithms) == 0 || slices.Contains(i.Algorithms, alg)
}

// canStore reports whether one more discoverable credential fits on the key,
// according to getInfo.
func (i GetInfoResponse) canStore() bool { return i.Options["rk"] && !i.Full }

// transports returns the transport in use, then the others that the key
// reports (WebAuthn section 5.8.4).
func (i GetInfoResponse) transports(now string) []string {
	all := []string{}
	for _, t := range append([]string{now}, i.Transports...) {
		if t != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// hasPIN reports whether the key's PIN can verify the user in a ceremony (CTAP section
// 6.4, clientPin and noMcGaPermissionsWithClientPin).
func (i GetInfoResponse) hasPIN() bool {
	return i.Options["clientPin"] && !i.Options["noMcGaPermissionsWithClientPin"]
}

// canHavePIN reports whether a PIN that verifies the user can be set.
func (i GetInfoResponse) canHavePIN() bool {
	_, supported := i.Options["clientPin"]
	return supported && !i.Options["noMcGaPermissionsWithClientPin"]
}

// unverifiable returns the error for a key that cannot verify its user now.
func (i GetInfoResponse) unverifiable() error {
	if i.canHavePIN() && !i.hasPIN() {
		return ErrPINNotSet
	}
	return ErrNoVerification
}
