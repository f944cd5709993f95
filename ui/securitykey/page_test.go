//go:build cgo && linux && !race

package securitykey_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// The list marks the keys that are plugged in. Touching a key highlights its row.
func TestWhichOneIsThis(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(8*time.Second, nil)
	red := d.PlugIn("Red key", fido.USB, "")
	d.Enrol(red, "At home")
	uitest.Must(t, d.Unplug(red.ID))
	blue := d.PlugIn("Blue key", fido.USB, "")
	d.Enrol(blue, "In the office")
	h.Sees("ui.keys.plugged-in")
	h.SeesFilled("ui.key.mine", uitest.With{"key": "In the office"})
	uitest.Must(t, d.Unplug(blue.ID))
	h.Sees("ui.key.none")
	if h.Shows("ui.keys.plugged-in") {
		t.Error("the key is still marked as plugged in")
	}

	h.Do("ui.keys.which")
	h.Sees("ui.keys.which.insert", "wizard.key.waiting-left")
	_, err := d.Replug(red.ID)
	uitest.Must(t, err)
	h.Sees("ui.keys.which.touch")
	if at := shell.NameOf(h.Canvas().Focused()); !h.Names(at, "wizard.cancel") {
		t.Errorf("while the page waits for a touch the focus is at %q", at)
	}
	d.TouchWhenAsked(red)
	h.Sees("ui.keys.this-one")
	if at := h.Index("ui.keys.this-one"); strings.Index(h.Seen(), "At home") > at || strings.Index(h.Seen(), "In the office") < at {
		t.Errorf("another row is highlighted: %s", h.Seen())
	}

	// Two are plugged in: both blink, one touch is enough.
	_, err = d.Replug(blue.ID)
	uitest.Must(t, err)
	h.Sees("ui.key.by-touch")
	h.Do("ui.key.by-touch")
	h.Sees("ui.key.touch-one", "wizard.key.waiting-left")
	d.Blinks(red.ID)
	d.Blinks(blue.ID)
	h.Do("wizard.cancel")
	h.Misses("ui.key.touch-one")
	d.Rests(red.ID)
	d.Rests(blue.ID)
	h.Do("ui.key.by-touch")
	d.TouchWhenAsked(blue)
	h.SeesFilled("ui.key.mine", uitest.With{"key": "In the office"})
	h.Do("ui.keys.which")
	h.Sees("ui.keys.which.touch")
	d.TouchWhenAsked(blue)
	h.Sees("ui.keys.this-one")
	if at := h.Index("ui.keys.this-one"); strings.Index(h.Seen(), "In the office") > at {
		t.Errorf("another row is highlighted: %s", h.Seen())
	}
	uitest.Must(t, d.Unplug(red.ID))
	uitest.Must(t, d.Unplug(blue.ID))
	h.Sees("ui.key.none")

	// A key that is not in the list, a cancel, and a timeout.
	other := d.PlugIn("Other key", fido.USB, "")
	h.Sees("ui.key.stranger")
	h.Do("ui.keys.which")
	h.Sees("error.key_not_listed.what", "error.key_not_listed.next")
	d.TakeAway(other)
	h.Do("ui.keys.which.again")
	h.Sees("ui.keys.which.insert")
	h.Press(fyne.KeyEscape)
	if h.Shows("ui.keys.which.insert") {
		t.Errorf("the page still waits: %s", h.Seen())
	}
	_, err = d.Replug(red.ID)
	uitest.Must(t, err)
	h.Do("ui.keys.which")
	h.Sees("ui.keys.which.touch")
	d.Blinks(red.ID)
	d.TimeOut()
	h.Sees("error.key_timeout.what")
}

// A PIN is set and changed in a dialog, which shows the key's refusals.
func TestPINOfThisKey(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(8*time.Second, nil)
	d.PlugIn("Desk key", fido.USB, "")
	h.Ctrl(fyne.Key3)
	h.Sees("ui.key.section", "wizard.key.of-the-lab", "wizard.key.lab", "ui.key.pin.none", "ui.key.kept.no-pin")
	h.SeesText("Desk key")
	h.Do("ui.key.pin.set-name")
	h.SeesFilled("ui.key.pin.set-title", "Desk key")
	h.SeesFilled("wizard.key.pin-rule", 4)
	h.Press(fyne.KeyEscape)
	h.Do("ui.key.pin.set-name")
	h.Write("4711")
	h.Press(fyne.KeyTab)
	h.Write("4712")
	h.Press(fyne.KeyReturn)
	h.Sees("error.pin.unlike.what")
	if at := shell.NameOf(h.Canvas().Focused()); !h.Names(at, "wizard.key.pin-repeat") {
		t.Errorf("the refused field does not have the focus, but %s", at)
	}
	h.Do("wizard.key.pin-show")
	h.TabTo("wizard.key.pin-repeat")
	h.ClearField()
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.key.pin.done")
	h.SeesFilled("ui.key.pin.tries", 8)

	h.Do("ui.key.pin.change-name")
	h.SeesFilled("ui.key.pin.change-title", "Desk key")
	h.Press(fyne.KeyReturn)
	h.Sees("error.empty.pin.what")
	h.Write("0000")
	for _, name := range []uitest.Key{"wizard.key.pin-new", "wizard.key.pin-repeat"} {
		h.TabTo(name)
		h.Write("081500")
	}
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_wrong_pin.what")
	h.SeesFilled("kit.tries-left", 7, uitest.With{"of": 8})
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Misses("wizard.key.pin-now")

	// The tries left come from the key.
	h.Do("ui.key.kept.show-name")
	h.SeesFilled("ui.key.pin.ask", "Desk key")
	for _, left := range []int{7, 6} {
		h.Write("4711")
		h.Press(fyne.KeyReturn)
		h.SeesFilled("kit.tries-left", left, uitest.With{"of": 8})
	}
	h.Press(fyne.KeyEscape)
	h.SeesFilled("ui.key.pin.tries", 6)
	h.Do("ui.key.kept.show-name")
	h.Write("081500")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.key.kept.nothing")
	h.SeesFilled("ui.key.kept.more", 25)
}

// The accounts stored on a key are listed for its PIN, and can be deleted. The list
// disappears when the key is unplugged.
func TestAccountsStoredOnAKey(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(8*time.Second, nil)
	k := d.PlugIn("Desk key", fido.USB, "4711")
	uitest.Must(t, d.SetAutoTouch(k.ID, true))
	keep(d, k, "mara@example.org")
	keep(d, k, "nils")
	h.Ctrl(fyne.Key3)
	h.Sees("ui.key.kept.why")
	h.Do("ui.key.kept.show-name")
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.SeesFilled("ui.key.kept.used", 2)
	h.SeesFilled("ui.key.kept.more", 23)
	h.SeesText("mara@example.org", "localhost", "nils")
	h.Do("ui.key.kept.delete-name", "mara@example.org")
	h.Sees("ui.key.kept.delete.why")
	h.SeesFilled("ui.key.kept.delete", "mara@example.org")
	h.Press(fyne.KeyEscape)
	h.SeesFilled("ui.key.kept.used", 2)
	h.Do("ui.key.kept.delete-name", "mara@example.org")
	h.Press(fyne.KeyTab, fyne.KeyReturn) // Cancel has the focus
	h.SeesFilled("ui.key.kept.used", 1)
	h.SeesFilled("ui.key.kept.more", 24)
	if strings.Contains(h.Seen(), "mara@example.org") {
		t.Error("it is still listed")
	}
	h.Do("ui.key.kept.hide")
	h.Sees("ui.key.kept.why")
	h.Do("ui.key.kept.show-name")
	h.SeesFilled("ui.key.pin.ask", "Desk key")
	uitest.Must(t, d.Unplug(k.ID))
	h.Misses("wizard.key.pin-heading")
	h.Misses("ui.key.kept")
}

// keep stores an account on a key, as another program would.
func keep(d *uitest.Desk, k virtual.Key, name string) {
	h := d.H
	h.T.Helper()
	options := `{"rp":{"id":"localhost","name":"Elsewhere"},"user":{"id":"` + securitykey.EncodeID([]byte(name)) + `","name":"` + name + `","displayName":""},
		"challenge":"` + securitykey.EncodeID(make([]byte, 32)) + `","pubKeyCredParams":[{"type":"public-key","alg":-7}],
		"authenticatorSelection":{"residentKey":"required","userVerification":"discouraged"}}`
	who := securitykey.Prompts{OnShow: func(fido.Prompt) {}, AskPIN: func(context.Context, int, bool) (string, error) { return "4711", nil }}
	_, err := h.Devices.Create(h.T.Context(), fido.Device{Path: k.Path, Transport: k.Transport}, json.RawMessage(options), who)
	uitest.Must(h.T, err)
}

// A reset shows what it erases and requires a confirmation. The page follows the key as
// it is unplugged and plugged in again.
func TestResetThisKey(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	var late atomic.Int64 // seconds that the key's clock is ahead
	d := h.NewDesk(8*time.Second, func() time.Time { return time.Now().Add(time.Duration(late.Load()) * time.Second) })
	k := d.PlugIn("Desk key", fido.USB, "4711")
	d.Enrol(k, "Desk drawer")
	h.SeesFilled("ui.key.mine", uitest.With{"key": "Desk drawer"})
	h.Do("ui.key.reset.open")
	h.Sees("ui.key.reset.what", "ui.key.reset.loses.pin")
	h.SeesFilled("ui.key.reset.title", uitest.With{"key": "Desk drawer"})
	h.SeesFilled("ui.key.reset.loses.mine", uitest.With{"key": "Desk drawer"})
	h.Press(fyne.KeyEscape)
	h.Sees("ui.keys.title")
	h.SeesFilled("ui.key.mine", uitest.With{"key": "Desk drawer"})
	h.Do("ui.key.reset.open")
	h.TabTo("ui.key.reset.agree")
	h.Press(fyne.KeySpace)
	h.Do("ui.key.reset.begin")
	h.Sees("ui.key.reset.out")
	uitest.Must(t, d.Unplug(k.ID))
	h.Sees("ui.key.reset.in")

	// Another key is not reset.
	other := d.PlugIn("Other key", fido.USB, "")
	h.Sees("ui.key.reset.other")
	h.SeesFilled("ui.key.reset.other-why", uitest.With{"key": "Desk drawer"})
	d.TakeAway(other)

	k, err := d.Replug(k.ID)
	uitest.Must(t, err)
	h.Sees("ui.key.reset.touch", "wizard.key.waiting-left")
	h.SeesFilled("ui.key.reset.touch-why", uitest.With{"key": "Desk drawer"})
	d.Blinks(k.ID) // the reset was sent in time; the touch may come later
	late.Store(11)
	d.TouchWhenAsked(k)
	h.Sees("ui.key.reset.done", "ui.key.reset.done-mine")
	if !h.HasFocus("ui.key.reset.keep") {
		t.Error("the entry is deleted by default")
	}
	h.Do("ui.key.reset.remove")
	h.Sees("ui.keys.delete.last")
	h.SeesFilled("ui.keys.delete", "Desk drawer")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	h.Sees("ui.keys.none", "ui.key.pin.none", "ui.key.stranger")
	h.Ctrl(fyne.Key1)
	h.Sees("ui.rescue.off")
}

// A key that has been plugged in for too long refuses the reset and is unchanged.
func TestResetTooLate(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	var late atomic.Int64
	d := h.NewDesk(8*time.Second, func() time.Time { return time.Now().Add(time.Duration(late.Load()) * time.Second) })
	k := d.PlugIn("Desk key", fido.USB, "4711")
	h.Ctrl(fyne.Key3)
	h.SeesFilled("ui.key.pin.tries", 8)
	h.Do("ui.key.reset.open")
	h.TabTo("ui.key.reset.agree")
	h.Press(fyne.KeySpace)
	h.Do("ui.key.reset.begin")
	uitest.Must(t, d.Unplug(k.ID))
	h.Sees("ui.key.reset.in")
	d.Lock(k.Path, true)
	k, err := d.Replug(k.ID)
	uitest.Must(t, err)
	late.Store(11) // before the console sees it
	d.Set(func() { d.Locked = map[string]bool{} })
	h.Sees("ui.key.reset.failed", "error.key_reset_late.what", "error.key_reset_late.why", "error.key_reset_late.next")
	h.Do("wizard.key.retry") // not the default: it erases the key
	h.Sees("ui.key.reset.out")
	h.Press(fyne.KeyEscape)
	h.SeesFilled("ui.key.pin.tries", 8)
}

// A dialog asks for the PIN of a key that always requires it. Closing the dialog
// cancels.
func TestRecogniseWithPIN(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(8*time.Second, nil)
	d.Enrol(d.PlugIn("Desk key", fido.USB, ""), "At home")
	uitest.Must(t, d.Bench.Reset())
	h.Sees("ui.key.none")
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB})
	uitest.Must(t, err)
	uitest.Must(t, key.SetPIN("4711"))
	d.PlugInBackend(uitest.Refusing{Key: key, Command: 2, Status: 0x36}) // getAssertion: PIN required
	h.SeesText("Odd key")
	h.Do("ui.keys.which")
	h.Sees("ui.key.pin.ask-why")
	h.SeesFilled("ui.key.pin.ask", "Odd key")
	h.Press(fyne.KeyReturn)
	h.Sees("error.empty.pin.what")
	h.Write("0000")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_wrong_pin.what")
	h.SeesFilled("kit.tries-left", 7, uitest.With{"of": 8})
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("error.key_pin_required.what")
	h.Do("ui.keys.which.again")
	h.SeesFilled("ui.key.pin.ask", "Odd key")
	h.Press(fyne.KeyEscape)
	h.Misses("ui.key.pin.ask", "Odd key")
	h.Misses("ui.keys.which.touch")
}

// Tab moves through the page in reading order: the list, the key that is plugged in, and
// the bar.
func TestTabOrderOfKeys(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(8*time.Second, nil)
	d.Enrol(d.PlugIn("Desk key", fido.USB, "4711"), "At home")
	h.SeesFilled("ui.key.mine", uitest.With{"key": "At home"})
	h.TabTo("ui.keys.rename-name", "At home")
	for _, stop := range []uitest.Named{
		{Key: "ui.keys.rename-name", Arg: "At home"}, {Key: "ui.keys.delete-name", Arg: "At home"}, {Key: "ui.key.pin.change-name"}, {Key: "ui.key.kept.show-name"}, {Key: "ui.key.reset.open"}, {Key: "ui.keys.which"}, {Key: "ui.keys.add"},
	} {
		if at := shell.NameOf(h.Canvas().Focused()); !h.Names(at, stop.Key, stop.Arg) {
			t.Errorf("the focus is at %q; want %v", at, stop)
		}
		h.Press(fyne.KeyTab)
	}
}
