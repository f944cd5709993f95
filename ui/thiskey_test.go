//go:build cgo && linux && !race

package ui

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
)

// enrol sets a key up that is plugged in already.
func (d *desk) enrol(k virtual.Key, label string) {
	h := d.house
	h.t.Helper()
	h.toTheTouch()
	d.touch(k)
	h.sees("wizard.name.heading")
	h.empty()
	h.write(label)
	h.press(fyne.KeyReturn)
	h.sees("wizard.finished.enroll-key")
	h.press(fyne.KeyReturn)
	h.seesText(label)
}

// The list says which of its keys are plugged in, as they come and go, and a key
// that is touched lights its row up.
func TestWhichOneIsThis(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	red := d.plug("Red key", fido.USB, "")
	d.enrol(red, "At home")
	must(t, d.Unplug(red.ID))
	blue := d.plug("Blue key", fido.USB, "")
	d.enrol(blue, "In the office")
	h.sees("ui.keys.plugged-in")
	h.seesFilled("ui.key.mine", with{"key": "In the office"})
	must(t, d.Unplug(blue.ID))
	h.sees("ui.key.none")
	if h.shows("ui.keys.plugged-in") {
		t.Error("it is still said to be plugged in")
	}

	h.do("ui.keys.which")
	h.sees("ui.keys.which.insert", "wizard.key.waiting-left")
	_, err := d.Replug(red.ID)
	must(t, err)
	h.sees("ui.keys.which.touch")
	if at := nameOf(h.canvas().Focused()); !h.names(at, "wizard.cancel") {
		t.Errorf("while a touch is waited for the keyboard is at %q", at)
	}
	d.touch(red)
	h.sees("ui.keys.this-one")
	if at := h.index("ui.keys.this-one"); strings.Index(h.seen(), "At home") > at || strings.Index(h.seen(), "In the office") < at {
		t.Errorf("another row lights up: %s", h.seen())
	}

	// Two are plugged in: both blink, one touch is enough.
	_, err = d.Replug(blue.ID)
	must(t, err)
	h.sees("ui.key.by-touch")
	h.do("ui.key.by-touch")
	h.sees("ui.key.touch-one", "wizard.key.waiting-left")
	h.do("wizard.cancel")
	h.misses("ui.key.touch-one")
	d.rests(blue.ID)
	h.do("ui.key.by-touch")
	d.touch(blue)
	h.seesFilled("ui.key.mine", with{"key": "In the office"})
	h.do("ui.keys.which")
	h.sees("ui.keys.which.touch")
	d.touch(blue)
	h.sees("ui.keys.this-one")
	if at := h.index("ui.keys.this-one"); strings.Index(h.seen(), "In the office") > at {
		t.Errorf("another row lights up: %s", h.seen())
	}
	must(t, d.Unplug(red.ID))
	must(t, d.Unplug(blue.ID))
	h.sees("ui.key.none")

	// One that isn't of the list, nobody's touch, and never mind.
	other := d.plug("Other key", fido.USB, "")
	h.sees("ui.key.stranger")
	h.do("ui.keys.which")
	h.sees("error.key_not_listed.what", "error.key_not_listed.next")
	d.pull(other)
	h.do("ui.keys.which.again")
	h.sees("ui.keys.which.insert")
	h.press(fyne.KeyEscape)
	if h.shows("ui.keys.which.insert") {
		t.Errorf("it still waits: %s", h.seen())
	}
	_, err = d.Replug(red.ID)
	must(t, err)
	h.do("ui.keys.which")
	h.sees("ui.keys.which.touch")
	h.sees("error.key_timeout.what")
}

// A PIN is set and changed in place; what the key minds is said in the dialog.
func TestPINOfThisKey(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	d.plug("Desk key", fido.USB, "")
	h.ctrl(fyne.Key3)
	h.sees("ui.key.section", "wizard.key.of-the-lab", "wizard.key.lab", "ui.key.pin.none", "ui.key.kept.no-pin")
	h.seesText("Desk key")
	h.do("ui.key.pin.set-name")
	h.seesFilled("ui.key.pin.set-title", "Desk key")
	h.seesFilled("wizard.key.pin-rule", 4)
	h.press(fyne.KeyEscape)
	h.do("ui.key.pin.set-name")
	h.write("4711")
	h.press(fyne.KeyTab)
	h.write("4712")
	h.press(fyne.KeyReturn)
	h.sees("error.pin.unlike.what")
	if at := nameOf(h.canvas().Focused()); !h.names(at, "wizard.key.pin-repeat") {
		t.Errorf("what was refused hasn’t the keyboard, but %s", at)
	}
	h.do("wizard.key.pin-show")
	h.tabTo("wizard.key.pin-repeat")
	h.empty()
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("ui.key.pin.done")
	h.seesFilled("ui.key.pin.tries", 8)

	h.do("ui.key.pin.change-name")
	h.seesFilled("ui.key.pin.change-title", "Desk key")
	h.press(fyne.KeyReturn)
	h.sees("error.empty.pin.what")
	h.write("0000")
	for _, name := range []key{"wizard.key.pin-new", "wizard.key.pin-repeat"} {
		h.tabTo(name)
		h.write("081500")
	}
	h.press(fyne.KeyReturn)
	h.sees("error.key_wrong_pin.what")
	h.seesFilled("kit.tries-left", 7, with{"of": 8})
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.misses("wizard.key.pin-now")

	// The tries that are left are those of the key.
	h.do("ui.key.kept.show-name")
	h.seesFilled("ui.key.pin.ask", "Desk key")
	for _, left := range []int{7, 6} {
		h.write("4711")
		h.press(fyne.KeyReturn)
		h.seesFilled("kit.tries-left", left, with{"of": 8})
	}
	h.press(fyne.KeyEscape)
	h.seesFilled("ui.key.pin.tries", 6)
	h.do("ui.key.kept.show-name")
	h.write("081500")
	h.press(fyne.KeyReturn)
	h.sees("ui.key.kept.nothing")
	h.seesFilled("ui.key.kept.more", 25)
}

// What is kept on a key is listed for its PIN, and deleted; it goes from the
// screen with the key.
func TestKeptOnThisKey(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	k := d.plug("Desk key", fido.USB, "4711")
	must(t, d.SetAutoTouch(k.ID, true))
	d.keep(k, "mara@example.org")
	d.keep(k, "nils")
	h.ctrl(fyne.Key3)
	h.sees("ui.key.kept.why")
	h.do("ui.key.kept.show-name")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.seesFilled("ui.key.kept.used", 2)
	h.seesFilled("ui.key.kept.more", 23)
	h.seesText("mara@example.org", "localhost", "nils")
	h.do("ui.key.kept.delete-name", "mara@example.org")
	h.sees("ui.key.kept.delete.why")
	h.seesFilled("ui.key.kept.delete", "mara@example.org")
	h.press(fyne.KeyEscape)
	h.seesFilled("ui.key.kept.used", 2)
	h.do("ui.key.kept.delete-name", "mara@example.org")
	h.press(fyne.KeyTab, fyne.KeyReturn) // Cancel has the keyboard first
	h.seesFilled("ui.key.kept.used", 1)
	h.seesFilled("ui.key.kept.more", 24)
	if strings.Contains(h.seen(), "mara@example.org") {
		t.Error("it is still listed")
	}
	h.do("ui.key.kept.hide")
	h.sees("ui.key.kept.why")
	h.do("ui.key.kept.show-name")
	h.seesFilled("ui.key.pin.ask", "Desk key")
	must(t, d.Unplug(k.ID))
	h.misses("wizard.key.pin-heading")
	h.misses("ui.key.kept")
}

// keep puts an account on a key, as another program would.
func (d *desk) keep(k virtual.Key, name string) {
	h := d.house
	h.t.Helper()
	options := `{"rp":{"id":"localhost","name":"Elsewhere"},"user":{"id":"` + encodeID([]byte(name)) + `","name":"` + name + `","displayName":""},
		"challenge":"` + encodeID(make([]byte, 32)) + `","pubKeyCredParams":[{"type":"public-key","alg":-7}],
		"authenticatorSelection":{"residentKey":"required","userVerification":"discouraged"}}`
	who := prompts{show: func(fido.Prompt) {}, pin: func(context.Context, int, bool) (string, error) { return "4711", nil }}
	_, err := h.keys.Create(h.t.Context(), fido.Device{Path: k.Path, Transport: k.Transport}, json.RawMessage(options), who)
	must(h.t, err)
}

// A reset says what it loses, wants a box ticked, and follows the key out and in
// again; one that comes too late erases nothing.
func TestResetThisKey(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	var late atomic.Int64 // seconds that the key's clock is ahead
	d := h.desk(8*time.Second, func() time.Time { return time.Now().Add(time.Duration(late.Load()) * time.Second) })
	k := d.plug("Desk key", fido.USB, "4711")
	d.enrol(k, "Desk drawer")
	h.seesFilled("ui.key.mine", with{"key": "Desk drawer"})
	h.do("ui.key.reset.open")
	h.sees("ui.key.reset.what", "ui.key.reset.loses.pin")
	h.seesFilled("ui.key.reset.title", with{"key": "Desk drawer"})
	h.seesFilled("ui.key.reset.loses.mine", with{"key": "Desk drawer"})
	h.press(fyne.KeyEscape)
	h.sees("ui.keys.title")
	h.seesFilled("ui.key.mine", with{"key": "Desk drawer"})
	h.do("ui.key.reset.open")
	h.tabTo("ui.key.reset.agree")
	h.press(fyne.KeySpace)
	h.do("ui.key.reset.begin")
	h.sees("ui.key.reset.out")
	must(t, d.Unplug(k.ID))
	h.sees("ui.key.reset.in")

	// Another key is left alone.
	other := d.plug("Other key", fido.USB, "")
	h.sees("ui.key.reset.other")
	h.seesFilled("ui.key.reset.other-why", with{"key": "Desk drawer"})
	d.pull(other)

	k, err := d.Replug(k.ID)
	must(t, err)
	h.sees("ui.key.reset.touch", "wizard.key.waiting-left")
	h.seesFilled("ui.key.reset.touch-why", with{"key": "Desk drawer"})
	d.blinks(k.ID) // the key was asked in time; the touch may come later
	late.Store(11)
	d.touch(k)
	h.sees("ui.key.reset.done", "ui.key.reset.done-mine")
	h.press(fyne.KeyReturn)
	h.sees("ui.keys.delete.last")
	h.seesFilled("ui.keys.delete", "Desk drawer")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("ui.keys.none", "ui.key.pin.none", "ui.key.stranger")
	h.ctrl(fyne.Key1)
	h.sees("ui.rescue.off")
}

// A key that was plugged in for too long refuses a reset, and loses nothing.
func TestResetTooLate(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	var late atomic.Int64
	d := h.desk(8*time.Second, func() time.Time { return time.Now().Add(time.Duration(late.Load()) * time.Second) })
	k := d.plug("Desk key", fido.USB, "4711")
	h.ctrl(fyne.Key3)
	h.seesFilled("ui.key.pin.tries", 8)
	h.do("ui.key.reset.open")
	h.tabTo("ui.key.reset.agree")
	h.press(fyne.KeySpace)
	h.do("ui.key.reset.begin")
	must(t, d.Unplug(k.ID))
	h.sees("ui.key.reset.in")
	d.lock(k.Path, true)
	k, err := d.Replug(k.ID)
	must(t, err)
	late.Store(11) // before we see it
	d.set(func() { d.locked = map[string]bool{} })
	h.sees("ui.key.reset.failed", "error.key_reset_late.what", "error.key_reset_late.why", "error.key_reset_late.next")
	h.press(fyne.KeyReturn)
	h.sees("ui.key.reset.out")
	h.press(fyne.KeyEscape)
	h.seesFilled("ui.key.pin.tries", 8)
}

// A key that wants its PIN for everything is asked for it in a dialog; closing it
// ends the matter.
func TestRecogniseWithPIN(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	d.enrol(d.plug("Desk key", fido.USB, ""), "At home")
	must(t, d.Bench.Reset())
	h.sees("ui.key.none")
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB})
	must(t, err)
	must(t, key.SetPIN("4711"))
	d.endpoint(refusing{key, 2, 0x36}) // getAssertion: PIN required
	h.seesText("Odd key")
	h.do("ui.keys.which")
	h.sees("ui.key.pin.ask-why")
	h.seesFilled("ui.key.pin.ask", "Odd key")
	h.press(fyne.KeyReturn)
	h.sees("error.empty.pin.what")
	h.write("0000")
	h.press(fyne.KeyReturn)
	h.sees("error.key_wrong_pin.what")
	h.seesFilled("kit.tries-left", 7, with{"of": 8})
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("error.key_pin_required.what")
	h.do("ui.keys.which.again")
	h.seesFilled("ui.key.pin.ask", "Odd key")
	h.press(fyne.KeyEscape)
	h.misses("ui.key.pin.ask", "Odd key")
	h.misses("ui.keys.which.touch")
}

// The keyboard goes down the page as one reads: the list, the key that is plugged
// in, and the bar.
func TestTabOrderOfKeys(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	d.enrol(d.plug("Desk key", fido.USB, "4711"), "At home")
	h.seesFilled("ui.key.mine", with{"key": "At home"})
	h.tabTo("ui.keys.rename-name", "At home")
	for _, stop := range []named{
		{"ui.keys.rename-name", "At home"}, {"ui.keys.delete-name", "At home"}, {k: "ui.key.pin.change-name"}, {k: "ui.key.kept.show-name"}, {k: "ui.key.reset.open"}, {k: "ui.keys.which"}, {k: "ui.keys.add"},
	} {
		if at := nameOf(h.canvas().Focused()); !h.names(at, stop.k, stop.arg) {
			t.Errorf("the keyboard is at %q; want %v", at, stop)
		}
		h.press(fyne.KeyTab)
	}
}
