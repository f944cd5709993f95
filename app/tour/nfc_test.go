package tour

import (
	"testing"

	"nightlatch/app/harness"
	"nightlatch/fido"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/pcsc/pcsctest"
	"nightlatch/fido/softkey"
	"nightlatch/server/api"
)

// A bank card knows nothing of FIDO.
type bankCard struct{}

func (bankCard) PowerUp()                        {}
func (bankCard) PowerDown()                      {}
func (bankCard) Transmit([]byte) ([]byte, error) { return []byte{0x6a, 0x82}, nil }

// A person at a computer without pcscd sets up a key over NFC: told what is missing,
// one thing after another, while the page stays open, until the key lies on the reader.
func TestKeyOnReader(t *testing.T) {
	t.Setenv("NIGHTLATCH_PROGRAM", program(t))
	if !pcsctest.Apart(t) {
		return
	}
	pcsctest.Furnish(t)
	x := begin(t, program(t), pictures+"-nfc")
	x.open("--lab", "--seed", x.noAccounts())
	x.createAccount()
	x.press("Manage security keys", "ctrl+3")
	x.press("What will happen", "Return")
	x.press("Which address gets your security notices?", "Return")
	x.fill(x.p.Email)
	x.press("Enter the code we mailed you", "Return")
	x.fill(x.code(api.ByEmail))
	x.press("Insert your security key", "Return")
	x.happened(api.EventEmailConfirmed)
	x.step("nfc-no-service")

	pcsctest.Start(t, true)
	x.sees("Insert your security key, or tap it")
	x.step("nfc-empty")
	empty := x.still()
	l := pcsctest.Lay(t, bankCard{})
	noticed := func() (bool, error) {
		now, err := x.display.Screen.Picture()
		return err == nil && harness.Difference(empty, now) > 4000, err // a ticking clock is less
	}
	x.until("a notice", noticed)
	x.step("nfc-bank-card")
	x.must(l.Pull())
	x.until("no notice", func() (bool, error) { // pcscd takes a card that is swapped faster than it looks for the same
		there, err := noticed()
		return !there && err == nil, err
	})

	a := applet.New(applet.Config{})
	k, err := softkey.New(softkey.Config{Touch: a, Transport: fido.NFC})
	x.must(err)
	a.Install(k)
	pcsctest.Lay(t, a)
	x.sees("Name your key")
	x.step("nfc-named")
	x.press("The security key is on", "Return")
	x.happened(api.EventKeyAdded)
	x.step("nfc-done")
}
