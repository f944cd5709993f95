package webauthn

import "bytes"

// Marks of the credentials that the lab's virtual keys make: an AAGUID, and the first bytes
// of the credential ID. A client may remove the AAGUID (§5.1.3, attestation "none"), but it
// must return the ID unchanged. Package fido/softkey writes the same bytes; a law test
// compares them.
var (
	LabAAGUID = [16]byte([]byte("Nightlatch lab k"))
	LabMark   = [16]byte([]byte("NIGHTLATCH-LAB-1"))
)

// Lab reports whether a virtual key of the lab made the credential. Its private key is in
// the memory of a program, so it protects nothing outside a lab.
func (c Credential) Lab() bool {
	return bytes.HasPrefix(c.ID, LabMark[:]) || bytes.Equal(c.AAGUID, LabAAGUID[:])
}

// Model returns a name for the model of the key that made the credential, "" if unknown.
func (c Credential) Model() string {
	if c.Lab() {
		return Model(LabAAGUID[:])
	}
	return Model(c.AAGUID)
}

// admit refuses virtual keys if the server is not a lab.
func (r *RP) admit(c Credential) error {
	if c.Lab() && !r.cfg.Lab {
		return &RefusedError{Reason: FromLab}
	}
	return nil
}
