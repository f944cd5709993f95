package fido

import "bytes"

// The lab's virtual keys identify themselves to every client: FIDO2 keys by their
// AAGUID, U2F keys, which have none, by the device version (CTAP section 11.2.9.1.3).
// Package server/webauthn has the same AAGUID.
var (
	LabAAGUID  = [16]byte([]byte("Nightlatch lab k"))
	LabVersion = [3]byte([]byte("LAB"))
)

// lab reports whether the key is a virtual key of the lab.
func (i GetInfoResponse) lab() bool {
	return i.Release == LabVersion || bytes.Equal(i.AAGUID, LabAAGUID[:])
}
