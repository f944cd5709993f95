package fido

import "bytes"

// How the lab's virtual keys are known, whoever looks at them: by their model, and
// an old key, which has none, by the version that it gives its device (CTAP section
// 11.2.9.1.3). Package server/webauthn knows the same model.
var (
	LabAAGUID  = [16]byte([]byte("Nightlatch lab k"))
	LabVersion = [3]byte([]byte("LAB"))
)

// lab tells whether a key is one of the lab's.
func (i GetInfoResponse) lab() bool {
	return i.Release == LabVersion || bytes.Equal(i.AAGUID, LabAAGUID[:])
}
