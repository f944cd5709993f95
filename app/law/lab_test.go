package law

import (
	"bytes"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/server/webauthn"
)

// The lab's virtual keys are recognised by marks. Package softkey writes them and package
// webauthn reads them; they may not import each other.
func TestLabMark(t *testing.T) {
	if softkey.AAGUID != webauthn.LabAAGUID || softkey.Mark != webauthn.LabMark {
		t.Errorf("softkey writes %q and %q, webauthn reads %q and %q",
			softkey.AAGUID, softkey.Mark, webauthn.LabAAGUID, webauthn.LabMark)
	}
	if name := webauthn.Model(softkey.AAGUID[:]); name == "" || name != fido.Model(softkey.AAGUID[:]) {
		t.Errorf("the model is %q", name)
	}
	for _, c := range []webauthn.Credential{
		{ID: append(bytes.Clone(softkey.Mark[:]), 1), AAGUID: make([]byte, 16)},
		{ID: []byte{1}, AAGUID: softkey.AAGUID[:]},
	} {
		if !c.Lab() {
			t.Errorf("%x, %x is not recognised as the lab's", c.ID, c.AAGUID)
		}
	}
	if (webauthn.Credential{ID: []byte{1}, AAGUID: make([]byte, 16)}).Lab() {
		t.Error("any credential is recognised as the lab's")
	}
}
