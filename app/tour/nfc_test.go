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

// A bankCard does not support FIDO.
type bankCard struct{}

func (bankCard) PowerUp()                        {}
func (bankCard) PowerDown()                      {}
func (bankCard) Transmit([]byte) ([]byte, error) { return []byte{0x6a, 0x82}, nil }

// A user sets a key up over NFC, on a computer without pcscd. While the page is open, it says
// what is missing, one thing after the other, until the key is on the reader.
func TestKeyOnReader(t *testing.T) {
	t.Setenv("NIGHTLATCH_PROGRAM", program(t))
	if !pcsctest.RunIsolated(t) {
		return
	}
	pcsctest.SetUp(t)
	x := begin(t, program(t), pictures+"-nfc")
	x.open("--lab", "--seed", x.noAccounts())
	x.createAccount()
	x.press("ui.keys.title", "ctrl+3")
	x.press("wizard.overview.heading", "Return")
	x.press("wizard.email.heading", "Return")
	x.fill(x.p.Email)
	x.press("wizard.code.email.heading", "Return")
	x.fill(x.code(api.ByEmail))
	x.press("wizard.key.insert", "Return")
	x.happened(api.EventEmailConfirmed)
	x.step("nfc-no-service")

	pcsctest.Start(t, true)
	x.sees("wizard.key.insert-or-tap")
	x.step("nfc-empty")
	empty := x.still()
	l := pcsctest.PlaceCard(t, bankCard{})
	noticed := func() (bool, error) {
		now, err := x.display.Screen.Picture()
		return err == nil && harness.Difference(empty, now) > 4000, err // a countdown changes fewer pixels
	}
	x.until("a notice", noticed)
	x.step("nfc-bank-card")
	x.must(l.Pull())
	x.until("no notice", func() (bool, error) { // pcscd does not notice a card that is exchanged faster than it polls
		there, err := noticed()
		return !there && err == nil, err
	})

	a := applet.New(applet.Config{})
	k, err := softkey.New(softkey.Config{Touch: a, Transport: fido.NFC})
	x.must(err)
	a.Install(k)
	pcsctest.PlaceCard(t, a)
	x.sees("wizard.name.heading")
	x.step("nfc-named")
	x.press("wizard.finished.enroll-key", "Return")
	x.happened(api.EventKeyAdded)
	x.step("nfc-done")
}
