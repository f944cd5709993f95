//go:build cgo && linux && !race

package securitykey_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/uitest"
)

// typed returns the text of the fields on screen.
func typed(h *uitest.Harness) string {
	var all []string
	kittest.WalkVisible(h.Top(), func(o fyne.CanvasObject) {
		if in, ok := o.(*control.Input); ok && in.Text() != "" {
			all = append(all, in.Text())
		}
	})
	return strings.Join(all, " ")
}

// When a key is pulled out while the user types, the text stays and typing
// continues in the same field. When the key is back, the work continues.
func TestKeyIsPulledOutWhileTyping(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pin    string // of the key
		open   func(h *uitest.Harness)
		first  string // typed before the removal
		second string // after it
		rest   func(h *uitest.Harness)
		done   uitest.Key
	}{
		{
			name: "the list of accounts", pin: "4711",
			open:  func(h *uitest.Harness) { h.Do("ui.key.kept.show-name") },
			first: "47", second: "11", done: "ui.key.kept.nothing",
		},
		{
			name: "changing the PIN", pin: "4711",
			open:  func(h *uitest.Harness) { h.Do("ui.key.pin.change-name") },
			first: "47", second: "11",
			rest: func(h *uitest.Harness) {
				for _, field := range []uitest.Key{"wizard.key.pin-new", "wizard.key.pin-repeat"} {
					h.TabTo(field)
					h.Write("081500")
				}
			},
			done: "ui.key.pin.done",
		},
		{
			name:  "setting a PIN",
			open:  func(h *uitest.Harness) { h.Do("ui.key.pin.set-name") },
			first: "47", second: "11",
			rest: func(h *uitest.Harness) {
				h.TabTo("wizard.key.pin-repeat")
				h.Write("4711")
			},
			done: "ui.key.pin.done",
		},
		{
			name: "a step that needs the PIN", pin: "4711",
			open: func(h *uitest.Harness) {
				h.BeginKey()
				h.Sees("wizard.key.pin-heading")
			},
			first: "47", second: "11", done: "wizard.key.touch",
		},
		{
			name: "a step that sets a PIN",
			open: func(h *uitest.Harness) {
				h.BeginKey()
				h.Sees("wizard.key.set-pin")
				h.Press(fyne.KeyReturn)
				h.Sees("wizard.key.new-pin")
			},
			first: "47", second: "11",
			rest: func(h *uitest.Harness) {
				h.TabTo("wizard.key.pin-repeat")
				h.Write("4711")
			},
			done: "wizard.key.pin-heading",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := uitest.Build(t, server.Config{Policy: account.Hardened()}, true)
			h.SignUp("mara", uitest.Password)
			d := h.NewDesk(20*time.Second, nil)
			k := d.PlugIn("Desk key", fido.USB, tt.pin)
			h.Ctrl(fyne.Key3)
			if tt.pin == "" {
				h.Sees("ui.key.pin.none")
			} else {
				h.SeesFilled("ui.key.pin.tries", 8)
			}
			tt.open(h)
			h.Write(tt.first)
			uitest.Must(t, d.Unplug(k.ID))
			h.Sees("wizard.key.gone")
			h.Write(tt.second)
			if got := typed(h); got != tt.first+tt.second {
				t.Errorf("the fields have %q; want %q", got, tt.first+tt.second)
			}
			h.Press(fyne.KeyReturn) // nothing is sent while the key is gone
			h.Sees("wizard.key.gone")
			_, err := d.Replug(k.ID)
			uitest.Must(t, err)
			h.Misses("wizard.key.gone")
			if got := typed(h); got != tt.first+tt.second {
				t.Errorf("after the return the fields have %q; want %q", got, tt.first+tt.second)
			}
			if tt.rest != nil {
				tt.rest(h)
			}
			h.Press(fyne.KeyReturn)
			h.Sees(tt.done)
		})
	}
}

// The same for a key that asks for its PIN while it is used.
func TestKeyIsPulledOutWhileItAsksForItsPIN(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(20*time.Second, nil)
	d.Enrol(d.PlugIn("Desk key", fido.USB, ""), "At home")
	uitest.Must(t, d.Bench.Reset())
	h.Sees("ui.key.none")
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB})
	uitest.Must(t, err)
	uitest.Must(t, key.SetPIN("4711"))
	odd := uitest.Refusing{Key: key, Command: 2, Status: 0x36} // getAssertion: PIN required
	away := d.PlugInBackend(odd)
	h.SeesText("Odd key")
	h.Do("ui.keys.which")
	h.SeesFilled("ui.key.pin.ask", "Odd key")
	h.Write("47")
	away()
	h.Sees("wizard.key.gone")
	h.Write("11")
	if got := typed(h); got != "4711" {
		t.Errorf("the field has %q", got)
	}
	d.PlugInBackend(odd)
	h.Misses("wizard.key.gone")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_pin_required.what") // after the right PIN, because this key always refuses
}
