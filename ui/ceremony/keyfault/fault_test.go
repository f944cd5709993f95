//go:build cgo && linux && !race

// Package keyfault tests ceremonies with security keys that fail. The tests
// wait for timeouts of keys, so they are in a separate package, which runs in
// parallel with others.
package keyfault_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/ui/uitest"
)

// Each fault of a key that is being added, provoked through libfido2, and the text the
// person reads: what happened, why, what next.
func TestKeyFaultsAreExplained(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(4*time.Second, nil)
	for _, row := range []struct {
		fault   string
		provoke func(h *uitest.Harness, d *uitest.Desk) (away func())
		code    string // error.<code>: what happened, why, what to do
		offers  []uitest.Key
	}{
		{"unplugged", unpluggedInTouch, "key_removed", nil},
		{"lifted off the reader", liftedOff, "key_card_pulled", nil},
		{"no touch by our deadline", notTouched, "key_timeout", nil},
		{"no touch by the key's", answers(0x2f), "key_timeout", nil},
		{"no action by the key's", answers(0x3a), "key_timeout", nil},
		{"cancelled on the key", answers(0x2d), "key_cancelled", nil},
		{"already enrolled, it says", answers(0x19), "key_on_this_account", nil},
		{"no space", answers(0x28), "key_no_space", []uitest.Key{"wizard.key.see-contents"}},
		{"an error that says nothing", answers(0x7f), "key_answer", nil},
		{"not touched or declined, it does not say", answers(0x27), "key_unconfirmed", nil},
		{"not allowed now", answers(0x30), "key_not_allowed", nil},
		{"an algorithm it does not know", answers(0x26), "key_algorithm", nil},
		{"an option it does not know", answers(0x2b), "key_incapable", nil},
		{"its sensor did not know the finger", answers(0x3f), "key_verification", nil},
		{"PIN locked, it says", answers(0x32), "key_pin_blocked", []uitest.Key{"wizard.key.see-reset"}},
		{"PIN policy, it says", answers(0x37), "key_pin_policy", nil},
		{"not a key", notAKey, "key_not_a_key", nil},
		{"another program has it", busy, "key_busy", nil},
	} {
		t.Run(row.fault, func(t *testing.T) {
			defer h.Sub(t)()
			h.BeginKey()
			h.Sees("wizard.key.insert")
			away := row.provoke(h, d)
			for _, part := range []string{".what", ".why", ".next"} {
				h.Sees(uitest.Key("error." + row.code + part))
			}
			h.Sees(row.offers...)
			if row.fault != "lifted off the reader" && row.fault != "unplugged" { // with those the next key starts a new try
				h.Sees("wizard.key.retry")
			}
			away()
			h.Do("wizard.cancel")
			h.Sees("ui.keys.none")
		})
	}
}

func unpluggedInTouch(h *uitest.Harness, d *uitest.Desk) func() {
	k := d.PlugIn("Desk key", fido.USB, "")
	h.Sees("wizard.key.touch", "wizard.key.waiting-left")
	d.Blinks(k.ID)
	uitest.Must(h.T, d.Unplug(k.ID))
	return func() {}
}

func liftedOff(h *uitest.Harness, d *uitest.Desk) func() {
	k := d.PlugIn("Card", fido.NFC, "")
	h.Sees("wizard.key.tap", "wizard.key.tap-lead")
	d.Blinks(k.ID)
	uitest.Must(h.T, d.Unplug(k.ID))
	return func() {}
}

func notTouched(h *uitest.Harness, d *uitest.Desk) func() {
	k := d.PlugIn("Desk key", fido.USB, "")
	h.Sees("wizard.key.touch")
	d.Blinks(k.ID)
	d.TimeOut()
	return func() { d.TakeAway(k) }
}

func answers(status byte) func(*uitest.Harness, *uitest.Desk) func() {
	return func(_ *uitest.Harness, d *uitest.Desk) func() { return d.Refuses(status, "") }
}

func notAKey(_ *uitest.Harness, d *uitest.Desk) func() {
	d.Set(func() { d.Odd = []fido.Device{{Path: "/etc/passwd", Transport: fido.USB}} })
	return func() { d.Set(func() { d.Odd = nil }) }
}

// busy starts a tool of libfido2 that waits for a touch of the key.
func busy(h *uitest.Harness, d *uitest.Desk) func() {
	k, err := d.Plug("Desk key", fido.USB, "")
	uitest.Must(h.T, err)
	d.Lock(k.Path, true) // the console must not open the key before the tool does
	other := exec.CommandContext(h.T.Context(), "fido2-cred", "-M", k.Path)
	line := strings.Repeat("A", 43) + "=\n"
	other.Stdin = strings.NewReader(line + "localhost\nbob\n" + line)
	uitest.Must(h.T, other.Start())
	d.Blinks(k.ID)
	d.Lock(k.Path, false)
	return func() {
		uitest.Must(h.T, d.Touch(k.ID))
		if err := other.Wait(); err != nil {
			h.T.Errorf("the other program was disturbed: %v", err)
		}
		d.TakeAway(k)
	}
}

// For a key that may not be opened the step shows the udev command. The key is used as
// soon as the rule is installed.
func TestKeyWithoutPermission(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(10*time.Second, nil)
	k := d.PlugIn("Desk key", fido.USB, "")
	d.Lock(k.Path, true)
	h.Ctrl(fyne.Key3)
	h.Sees("ui.keys.none")
	h.SeesFilled("wizard.key.locked", uitest.With{"key": "Desk key"})
	h.BeginKey()
	h.Sees("error.key_no_permission.why", "error.key_no_permission.next")
	h.SeesFilled("wizard.key.locked", uitest.With{"key": "Desk key"})
	h.SeesText("nightlatch admin udev-rule")
	h.Do("wizard.copy")
	if got := h.App.Clipboard().Content(); got != "nightlatch admin udev-rule" {
		t.Errorf("copied %q", got)
	}
	d.Lock(k.Path, false)
	h.Sees("wizard.key.touch")
	d.TouchWhenAsked(k)
	h.Sees("wizard.name.heading")
}

// Each state of the NFC reader has a text.
func TestReaderStatesAreExplained(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(10*time.Second, nil)
	h.BeginKey()
	h.Sees("wizard.key.insert", "wizard.key.no-reader")
	d.SetReader(fido.NoReaderService)
	h.Sees("wizard.key.no-service")
	h.SeesText("sudo apt install pcscd")
	h.Do("wizard.copy")
	if got := h.App.Clipboard().Content(); got != "sudo apt install pcscd" {
		t.Errorf("copied %q", got)
	}
	d.SetReader(fido.ReaderDenied)
	h.Sees("wizard.key.readers-denied")
	d.SetReader(fido.ReaderEmpty)
	h.Sees("wizard.key.insert-or-tap")
	h.SeesFilled("wizard.key.reader-empty", uitest.With{"reader": "ACS ACR122U"})
	d.SetReader(fido.ReaderNotFIDO)
	h.Sees("error.key_not_fido_card.what", "error.key_not_fido_card.why", "error.key_not_fido_card.next")
	d.SetReader(fido.ReaderBusy)
	h.Sees("error.key_busy.what")
	k := d.PlugIn("Card", fido.NFC, "")
	h.Sees("wizard.key.tap", "wizard.key.tap-lead", "wizard.key.waiting-left")
	d.TouchWhenAsked(k)
	h.Sees("wizard.name.heading")
}

// Two keys are listed and blink. The key that is touched, or chosen on screen, is used.
func TestTwoKeys(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(10*time.Second, nil)
	a, b := d.PlugIn("First key", fido.USB, ""), d.PlugIn("Second key", fido.USB, "")
	h.BeginKey()
	h.Sees("wizard.key.choose", "wizard.key.choose-lead", "wizard.key.lab")
	h.SeesText("First key", "Second key")
	d.TouchWhenAsked(b)
	h.Sees("wizard.key.again")
	h.SeesFilled("wizard.key.again-lead", uitest.With{"key": "Second key"})
	d.TouchWhenAsked(b)
	h.Sees("wizard.name.heading")
	h.ClearField()
	h.Write("Touched")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.finished.enroll-key")
	h.Press(fyne.KeyReturn)
	h.SeesText("Touched")
	h.BeginKey()
	h.Sees("wizard.key.choose")
	h.TabToText("First key")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.touch")
	d.TouchWhenAsked(a)
	h.Sees("wizard.name.heading")
	h.Do("wizard.cancel")
	h.Ctrl(fyne.Key3)
	h.BeginKey()
	h.Sees("wizard.key.choose")
	uitest.Must(t, d.Unplug(b.ID))
	h.Sees("wizard.key.touch") // only one is left
}

// At sign-in a key of another account is refused. Plugging in the right key is the
// next try.
func TestKeyOfAnotherAccountAtSignIn(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(10*time.Second, nil)
	mine := d.PlugIn("Desk key", fido.USB, "")
	h.BeginKey()
	d.TouchWhenAsked(mine)
	h.Sees("wizard.name.heading")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.finished.enroll-key")
	h.Press(fyne.KeyReturn)
	uitest.Must(t, d.Unplug(mine.ID))
	h.SignOut()
	h.EnterPassword("mara", uitest.Password)
	h.Sees("wizard.key.insert")
	other := d.PlugIn("Other key", fido.USB, "")
	h.Sees("error.key_not_enrolled.what", "error.key_not_enrolled.alone.next")
	d.TakeAway(other)
	_, err := d.Replug(mine.ID)
	uitest.Must(t, err)
	h.Sees("wizard.key.touch")
	d.TouchWhenAsked(mine)
	h.Sees("ui.overview.methods")
}

// With a policy that requires a PIN: a key without one gets it in the step, a wrong PIN
// shows the tries left, three wrong ones in a row require unplugging the key, and a
// locked PIN leads to the reset.
func TestKeyPINFaults(t *testing.T) {
	h := uitest.Build(t, server.Config{Policy: account.Hardened()}, true)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(10*time.Second, nil)
	k := d.PlugIn("Desk key", fido.USB, "")
	h.BeginKey()
	h.Sees("error.key_pin_not_set.what", "error.key_pin_not_set.why", "error.key_pin_not_set.next")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.new-pin")
	h.SeesFilled("wizard.key.pin-rule", 4)
	h.Write("471")
	h.Press(fyne.KeyReturn)
	h.Sees("error.pin.short.what")
	h.SeesFilled("error.pin.short-why", 4)
	h.Write("4711") // what was refused is selected
	h.Press(fyne.KeyReturn)
	h.Sees("error.pin.unlike.what")
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.pin-heading")
	wrong := func(pin string) {
		t.Helper()
		h.Write(pin)
		h.Press(fyne.KeyReturn)
	}
	wrong("0001")
	h.Sees("error.key_wrong_pin.what")
	h.SeesFilled("kit.tries-left", 7, uitest.With{"of": 8})
	wrong("0002")
	h.SeesFilled("kit.tries-left", 6, uitest.With{"of": 8})
	wrong("0003")
	h.Sees("error.key_pin_auth_blocked.what", "error.key_pin_auth_blocked.why", "error.key_pin_auth_blocked.next")
	k = d.Reinsert(k)
	h.Sees("wizard.key.pin-heading")
	h.SeesFilled("kit.tries-left", 5, uitest.With{"of": 8})
	for _, left := range []int{4, 3} {
		wrong("0000")
		h.SeesFilled("kit.tries-left", left, uitest.With{"of": 8})
	}
	wrong("0000")
	h.Sees("error.key_pin_auth_blocked.what")
	k = d.Reinsert(k)
	h.SeesFilled("kit.tries-left", 2, uitest.With{"of": 8})
	wrong("0000")
	h.SeesFilled("kit.tries-left", 1, uitest.With{"of": 8})
	wrong("0000")
	h.Sees("error.key_pin_blocked.what", "error.key_pin_blocked.why")
	h.Do("wizard.key.see-reset")
	h.Sees("ui.key.reset.what", "ui.key.reset.loses.accounts", "ui.key.reset.loses.pin")
	h.Press(fyne.KeyEscape)
	h.Sees("ui.key.pin.locked", "ui.key.pin.locked-badge")
	d.TakeAway(k)

	// A key that requires its PIN even after it was given.
	away := d.Refuses(0x36, "4711")
	h.BeginKey()
	h.Sees("wizard.key.pin-heading")
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_pin_required.what", "error.key_pin_required.why")
	away()
	h.Do("wizard.cancel")

	// A key whose PIN must be changed first.
	away = d.Refuses(0x37, "4711")
	h.BeginKey()
	h.Sees("wizard.key.pin-heading")
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_pin_policy.what", "error.key_pin_policy.next")
	h.Do("wizard.key.change-pin")
	h.Sees("wizard.key.other-pin", "wizard.key.pin-now")
	h.Write("0000")
	h.Press(fyne.KeyTab)
	h.TabTo("wizard.key.pin-new")
	h.Write("081500")
	h.TabTo("wizard.key.pin-repeat")
	h.Write("081500")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_wrong_pin.what")
	h.SeesFilled("kit.tries-left", 7, uitest.With{"of": 8})
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.pin-heading")
	h.Write("081500")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_pin_policy.what") // this key answers every attempt with the same status
	away()
}

// unsupported is what a build without libfido2 has.

// When a key is unplugged while its PIN is typed, the step says so at once.
// The typed text stays, and is sent to the key when it is back.
func TestKeyIsUnpluggedWhileItsPINIsTyped(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(20*time.Second, nil)
	away := d.Refuses(0x36, "4711") // it needs its PIN
	h.BeginKey()
	h.Sees("wizard.key.pin")
	h.Write("4711")
	away()
	h.Sees("wizard.key.gone")
	h.Misses("wizard.key.retry")
}
