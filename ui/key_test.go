//go:build cgo && linux && !race

package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/virtual"
	"nightlatch/server"
	"nightlatch/server/account"
)

// bench gives the house virtual keys that real libfido2 opens.
func (h *house) bench() *virtual.Bench {
	h.t.Helper()
	b, err := virtual.New(virtual.Config{})
	must(h.t, err)
	keys, err := fido.New(fido.Config{Open: libfido2.Backend{}, Devices: b.Devices, Changes: fido.ChangesOnClose(b.Changed), Origin: "http://localhost:8440", Timeout: 4 * time.Second})
	must(h.t, err)
	h.t.Cleanup(func() { _ = b.Close() })
	h.leave()
	h.keys = keys
	h.enter()
	return b
}

// A key is inserted, touched and named, and then signs in (R30, R31).
func TestSecurityKey(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	b := h.bench()
	h.sees("ui.rescue.question")
	h.ctrl(fyne.Key3)
	h.sees("ui.keys.none")
	h.press(fyne.KeyReturn)
	h.sees("wizard.overview.heading")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("wizard.key.insert")
	k, err := b.Plug("Desk key", fido.USB, "")
	must(t, err)
	h.sees("wizard.key.touch", "wizard.key.waiting-left")
	must(t, b.Touch(k.ID))
	h.sees("wizard.name.heading")
	h.write("Top drawer") // what was suggested is typed over
	h.press(fyne.KeyReturn)
	h.sees("wizard.finished.enroll-key", "wizard.finished.no-codes") // R32
	h.press(fyne.KeyReturn)
	h.sees("ui.keys.added")
	h.seesText("Top drawer")
	if keys, err := h.console.server.Keys(t.Context()); err != nil || len(keys) != 1 || keys[0].Label != "Top drawer" {
		t.Errorf("the keys are %+v, %v", keys, err)
	}

	// R33: the same key again is refused by the key, and its entry is named.
	h.do("ui.keys.add")
	h.press(fyne.KeyReturn)
	h.sees("error.key_already_enrolled.what")
	h.seesText("Top drawer")
	h.press(fyne.KeyEscape, fyne.KeyEscape)
	h.ctrl(fyne.Key3)
	h.do("ui.keys.rename-name", "Top drawer")
	h.empty()
	h.write("Key ring")
	h.press(fyne.KeyReturn)
	h.seesText("Key ring")

	h.signOut()
	h.passwordAt("mara", password)
	h.sees("wizard.key.touch")
	must(t, b.Unplug(k.ID))
	h.sees("error.key_removed.what")
	_, err = b.Replug(k.ID)
	must(t, err)
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.touch")
	must(t, b.Touch(k.ID))
	h.sees("ui.rescue.question", "ui.rescue.one-key")

	h.ctrl(fyne.Key3)
	h.do("ui.keys.delete-name", "Key ring")
	h.sees("ui.keys.delete.last", "ui.phone.delete.two-factor-off")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("ui.keys.none")
}

// Without a touch, or after a cancel, the step says so and offers another try.
func TestSecurityKeyGivesUp(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	b := h.bench()
	_, err := b.Plug("Desk key", fido.USB, "")
	must(t, err)
	other, err := b.Plug("Other key", fido.NFC, "")
	must(t, err)
	h.ctrl(fyne.Key3)
	h.press(fyne.KeyReturn)
	h.sees("wizard.overview.heading")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("wizard.key.choose")
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.touch")
	h.sees("error.key_timeout.what")
	must(t, b.Unplug(other.ID))
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.touch")
	h.press(fyne.KeyEscape)
	h.sees("wizard.overview.heading")
	h.do("wizard.cancel")
	h.sees("ui.keys.none")
}

// A hardened server wants the key's PIN, which is asked for with the tries left.
func TestSecurityKeyPIN(t *testing.T) {
	h := buildHouse(t, server.Config{Policy: account.Hardened()}, true)
	h.signUp("mara", password)
	b := h.bench()
	k, err := b.Plug("Desk key", fido.USB, "4711")
	must(t, err)
	h.ctrl(fyne.Key3)
	h.press(fyne.KeyReturn)
	h.sees("wizard.overview.heading", "wizard.overview.key.hardened")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("wizard.key.pin-heading")
	h.press(fyne.KeyReturn)
	h.sees("error.empty.pin.what")
	h.write("0000")
	h.press(fyne.KeyReturn)
	h.sees("error.key_wrong_pin.what")
	h.seesFilled("kit.tries-left", 7, with{"of": 8})
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.touch")
	must(t, b.Touch(k.ID))
	h.sees("wizard.name.heading")
}
