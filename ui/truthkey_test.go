//go:build cgo && linux && !race

package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/ui/uitest"
)

// The overview asks about a device that the account has: none, a key, a phone.
func TestOverviewAsksAboutTheDevicesThatAreThere(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Sees("ui.rescue.off", "ui.rescue.off-why", "ui.rescue.off-now", "ui.rescue.next.turn-on")
	noQuestion := []uitest.Key{"ui.rescue.question", "ui.rescue.question.app", "ui.rescue.question.keys", "ui.rescue.still"}
	for _, k := range noQuestion {
		h.Misses(k)
	}
	b := h.NewBench()
	d := &keyDesk{h: h, touch: func(id string) { uitest.Must(t, b.Touch(id)) }}
	for _, label := range []string{"Blue", "Red"} {
		k, err := b.Plug(label, fido.USB, "")
		uitest.Must(t, err)
		d.enrol(k.ID, label)
		uitest.Must(t, b.Unplug(k.ID))
		h.Ctrl(fyne.Key1)
		if label == "Blue" {
			h.SeesFilled("ui.rescue.question.key", uitest.With{"label": "Blue"})
			h.Sees("ui.rescue.no", "ui.rescue.key-alone", "ui.rescue.gone.key", "ui.rescue.next.code.why.key")
			continue
		}
		h.Sees("ui.rescue.question.keys", "ui.rescue.other-key", "ui.rescue.keys-alone", "ui.rescue.lost-key")
		h.SeesFilled("ui.rescue.other-keys", 1)
	}
	h.Misses("ui.rescue.gone")
	h.EnrolApp()
	h.Ctrl(fyne.Key1)
	h.Sees("ui.rescue.question.app", "ui.rescue.app-on-phone", "ui.rescue.gone")
	h.Misses("ui.rescue.question.keys")
}

// A keyDesk enrols virtual keys in the window.
type keyDesk struct {
	h     *uitest.Harness
	touch func(id string)
}

func (d *keyDesk) enrol(id, label string) {
	h := d.h
	h.T.Helper()
	h.BeginKey()
	h.Sees("wizard.key.touch", "wizard.key.waiting-left")
	d.touch(id)
	h.Sees("wizard.name.heading")
	h.ClearField()
	h.Write(label)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.finished.enroll-key")
	h.Press(fyne.KeyReturn)
	h.SeesText(label)
}
