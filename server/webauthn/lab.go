package webauthn

import "bytes"

// What every credential of the lab's virtual keys carries: the model's AAGUID,
// and a mark at the beginning of its ID. A client may leave the AAGUID out
// (§5.1.3, attestation "none"), but the ID has to come back as the key made it.
// Package fido/softkey writes the same bytes; a law test compares them.
var (
	LabAAGUID = [16]byte([]byte("Nightlatch lab k"))
	LabMark   = [16]byte([]byte("NIGHTLATCH-LAB-1"))
)

// Lab tells whether a virtual key of the lab made the credential. Its private
// key lies in the memory of a program, so it protects nothing outside a lab.
func (c Credential) Lab() bool {
	return bytes.HasPrefix(c.ID, LabMark[:]) || bytes.Equal(c.AAGUID, LabAAGUID[:])
}

// Model suggests a name for the key that made the credential; "" when its model is
// not known.
func (c Credential) Model() string {
	if c.Lab() {
		return Model(LabAAGUID[:])
	}
	return Model(c.AAGUID)
}

// admit keeps virtual keys out of a server that is no lab.
func (r *RP) admit(c Credential) error {
	if c.Lab() && !r.cfg.Lab {
		return &RefusedError{Reason: FromLab}
	}
	return nil
}
