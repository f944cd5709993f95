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
	h.sees("If this phone died now")
	h.ctrl(fyne.Key3)
	h.sees("No security key yet")
	h.press(fyne.KeyReturn)
	h.sees("What will happen")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("Insert your security key")
	k, err := b.Plug("Desk key", fido.USB, "")
	must(t, err)
	h.sees("Touch your key", "left")
	must(t, b.Touch(k.ID))
	h.sees("Name your key")
	h.write("Desk drawer") // what was suggested is typed over
	h.press(fyne.KeyReturn)
	h.sees("The security key is on", "You have no backup code") // R32
	h.press(fyne.KeyReturn)
	h.sees("Desk drawer", "not used yet")
	if keys, err := h.console.server.Keys(t.Context()); err != nil || len(keys) != 1 || keys[0].Label != "Desk drawer" {
		t.Errorf("the keys are %+v, %v", keys, err)
	}

	// R33: the same key again is refused by the key, and its entry is named.
	h.do("Add security key")
	h.press(fyne.KeyReturn)
	h.sees("This key is set up already", "Desk drawer")
	h.press(fyne.KeyEscape, fyne.KeyEscape)
	h.ctrl(fyne.Key3)
	h.do("Rename Desk drawer")
	h.empty()
	h.write("Key ring")
	h.press(fyne.KeyReturn)
	h.sees("Key ring")

	h.signOut()
	h.passwordAt("mara", password)
	h.sees("Touch your key")
	must(t, b.Unplug(k.ID))
	h.sees("The key was taken out")
	_, err = b.Replug(k.ID)
	must(t, err)
	h.press(fyne.KeyReturn)
	h.sees("Touch your key")
	must(t, b.Touch(k.ID))
	h.sees("If this phone died now", "Yes, with your security key")

	h.ctrl(fyne.Key3)
	h.do("Delete Key ring")
	h.sees("It is your last security key", "two-factor authentication goes off")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("No security key yet")
}

// Nobody touches, or one cancels: said, and offered again (fido.md).
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
	h.sees("What will happen")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("Which key do you want to use?")
	h.press(fyne.KeyReturn)
	h.sees("Touch your key")
	h.sees("No touch within 30 seconds")
	must(t, b.Unplug(other.ID))
	h.press(fyne.KeyReturn)
	h.sees("Touch your key")
	h.press(fyne.KeyEscape)
	h.sees("What will happen")
	h.do("Cancel")
	h.sees("No security key yet")
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
	h.sees("What will happen", "the key asks for its PIN every time")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("Enter the PIN of your key")
	h.press(fyne.KeyReturn)
	h.sees("The PIN is empty")
	h.write("0000")
	h.press(fyne.KeyReturn)
	h.sees("That isn’t this key’s PIN", "7 of 8 tries left")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("Touch your key")
	must(t, b.Touch(k.ID))
	h.sees("Name your key")
}
