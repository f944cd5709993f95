//go:build cgo && linux && !race

package ceremony_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/ui/uitest"
)

// A key is plugged in, touched and named, and then signs in (R30, R31).
func TestSecurityKey(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	b := h.NewBench()
	h.Sees("ui.overview.methods")
	h.Ctrl(fyne.Key3)
	h.Sees("ui.keys.none")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.overview.heading")
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.key.insert")
	k, err := b.Plug("Desk key", fido.USB, "")
	uitest.Must(t, err)
	h.Sees("wizard.key.touch", "wizard.key.waiting-left")
	uitest.Must(t, b.Touch(k.ID))
	h.Sees("wizard.name.heading")
	h.Write("Top drawer") // typing replaces the suggestion
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.finished.enroll-key", "wizard.finished.no-codes") // R32
	h.Press(fyne.KeyReturn)
	h.Sees("ui.keys.added")
	h.SeesText("Top drawer")
	if keys, err := h.Console.Server().Keys(t.Context()); err != nil || len(keys) != 1 || keys[0].Label != "Top drawer" {
		t.Errorf("the keys are %+v, %v", keys, err)
	}

	// R33: the same key again is refused by the key, and its entry is named.
	h.Do("ui.keys.add")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_already_enrolled.what")
	h.SeesText("Top drawer")
	h.Press(fyne.KeyEscape, fyne.KeyEscape)
	h.Ctrl(fyne.Key3)

	// Enter on the row opens everything that is known about the key.
	h.TabTo("ui.keys.open", "Top drawer")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.key.detail.added", "ui.key.detail.never", "ui.key.detail.credential")
	h.SeesText("localhost")
	h.Press(fyne.KeyEscape)
	h.Sees("ui.keys.lead")
	h.Do("ui.keys.open", "Top drawer")
	h.Do("ui.key.detail.rename")
	h.Sees("ui.keys.save")
	h.Press(fyne.KeyEscape)
	h.Do("ui.keys.rename-name", "Top drawer")
	h.ClearField()
	h.Write("Key ring")
	h.Press(fyne.KeyReturn)
	h.SeesText("Key ring")

	h.SignOut()
	h.EnterPassword("mara", uitest.Password)
	h.Sees("wizard.key.touch")
	uitest.Must(t, b.Unplug(k.ID))
	h.Sees("error.key_removed.what")
	_, err = b.Replug(k.ID)
	uitest.Must(t, err)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.touch")
	uitest.Must(t, b.Touch(k.ID))
	h.SeesFilled("ui.rescue.question.key", uitest.With{"label": "Key ring"})
	h.Sees("ui.rescue.no")

	h.Ctrl(fyne.Key3)
	h.Do("ui.keys.delete-name", "Key ring")
	h.Sees("ui.keys.delete.last", "ui.phone.delete.two-factor-off")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	h.Sees("ui.keys.none")
}

// Without a touch, or after a cancel, the step says so and offers another try.
func TestSecurityKeyGivesUp(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	b := h.NewBench()
	_, err := b.Plug("Desk key", fido.USB, "")
	uitest.Must(t, err)
	other, err := b.Plug("Other key", fido.NFC, "")
	uitest.Must(t, err)
	h.Ctrl(fyne.Key3)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.overview.heading")
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.key.choose")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.touch")
	h.Sees("error.key_timeout.what")
	uitest.Must(t, b.Unplug(other.ID))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.touch")
	h.Press(fyne.KeyEscape)
	h.Sees("wizard.overview.heading")
	h.Do("wizard.cancel")
	h.Sees("ui.keys.none")
}

// A hardened server requires the key's PIN. The step shows the tries left.
func TestSecurityKeyPIN(t *testing.T) {
	h := uitest.Build(t, server.Config{Policy: account.Hardened()}, true)
	h.SignUp("mara", uitest.Password)
	b := h.NewBench()
	k, err := b.Plug("Desk key", fido.USB, "4711")
	uitest.Must(t, err)
	h.Ctrl(fyne.Key3)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.overview.heading", "wizard.overview.key.hardened")
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.key.pin-heading")
	h.Press(fyne.KeyReturn)
	h.Sees("error.empty.pin.what")
	h.Write("0000")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_wrong_pin.what")
	h.SeesFilled("kit.tries-left", 7, uitest.With{"of": 8})
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.touch")
	uitest.Must(t, b.Touch(k.ID))
	h.Sees("wizard.name.heading")
}
