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
	h.sees("Name your key")
	h.empty()
	h.write(label)
	h.press(fyne.KeyReturn)
	h.sees("The security key is on")
	h.press(fyne.KeyReturn)
	h.sees(label)
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
	h.sees("Plugged in", "In your list as “In the office”")
	must(t, d.Unplug(blue.ID))
	h.sees("No key is plugged in")
	if strings.Contains(h.seen(), "Plugged in") {
		t.Error("it is still said to be plugged in")
	}

	h.do("Which one is this?")
	h.sees("Plug the key in, or lay it on the reader", "left")
	_, err := d.Replug(red.ID)
	must(t, err)
	h.sees("Touch the key that you mean")
	if at := nameOf(h.canvas().Focused()); !strings.HasSuffix(at, " Cancel") {
		t.Errorf("while a touch is waited for the keyboard is at %q", at)
	}
	d.touch(red)
	h.sees("This one")
	if at := strings.Index(h.seen(), "This one"); strings.Index(h.seen(), "At home") > at || strings.Index(h.seen(), "In the office") < at {
		t.Errorf("another row lights up: %s", h.seen())
	}

	// Two are plugged in: both blink, one touch is enough.
	_, err = d.Replug(blue.ID)
	must(t, err)
	h.sees("Pick by touch")
	h.do("Pick by touch")
	h.sees("Touch the one you want to see", "left")
	h.do("Cancel")
	h.misses("Touch the one you want to see")
	d.rests(blue.ID)
	h.do("Pick by touch")
	d.touch(blue)
	h.sees("In your list as “In the office”")
	h.do("Which one is this?")
	h.sees("Touch the key that you mean")
	d.touch(blue)
	h.sees("This one")
	if at := strings.Index(h.seen(), "This one"); strings.Index(h.seen(), "In the office") > at {
		t.Errorf("another row lights up: %s", h.seen())
	}
	must(t, d.Unplug(red.ID))
	must(t, d.Unplug(blue.ID))
	h.sees("No key is plugged in")

	// One that isn't of the list, nobody's touch, and never mind.
	other := d.plug("Other key", fido.USB, "")
	h.sees("Not set up for this account")
	h.do("Which one is this?")
	h.sees("That key isn’t in your list", "Add it, or touch another one")
	d.pull(other)
	h.do("Try another one")
	h.sees("Plug the key in, or lay it on the reader")
	h.press(fyne.KeyEscape)
	if strings.Contains(h.seen(), "Plug the key in, or lay") {
		t.Errorf("it still waits: %s", h.seen())
	}
	_, err = d.Replug(red.ID)
	must(t, err)
	h.do("Which one is this?")
	h.sees("Touch the key that you mean")
	h.sees("No touch within 30 seconds")
}

// A PIN is set and changed in place; what the key minds is said in the dialog.
func TestPINOfThisKey(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	d.plug("Desk key", fido.USB, "")
	h.ctrl(fyne.Key3)
	h.sees("This key", "Desk key", "Of the lab", "LAB", "None yet. Whoever holds the key can use it", "Set one first")
	h.do("Set a PIN")
	h.sees("Set a PIN for Desk key", "At least 4 characters")
	h.press(fyne.KeyEscape)
	h.do("Set a PIN")
	h.write("4711")
	h.press(fyne.KeyTab)
	h.write("4712")
	h.press(fyne.KeyReturn)
	h.sees("That isn’t the PIN above")
	if at := nameOf(h.canvas().Focused()); !strings.HasSuffix(at, " The new PIN again") {
		t.Errorf("what was refused hasn’t the keyboard, but %s", at)
	}
	h.do("Show what is typed")
	h.tabTo("The new PIN again")
	h.empty()
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("The PIN is set", "The key locks itself after 8 wrong ones")

	h.do("Change the PIN")
	h.sees("Change the PIN of Desk key")
	h.press(fyne.KeyReturn)
	h.sees("The PIN is empty")
	h.write("0000")
	for _, name := range []string{"New PIN", "The new PIN again"} {
		h.tabTo(name)
		h.write("081500")
	}
	h.press(fyne.KeyReturn)
	h.sees("That isn’t this key’s PIN", "7 of 8 tries left")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.misses("PIN now")

	// The tries that are left are those of the key.
	h.do("Show what is kept on the key")
	h.sees("Enter the PIN of Desk key")
	for _, left := range []string{"7 of 8", "6 of 8"} {
		h.write("4711")
		h.press(fyne.KeyReturn)
		h.sees(left)
	}
	h.press(fyne.KeyEscape)
	h.sees("The key locks itself after 6 wrong ones")
	h.do("Show what is kept on the key")
	h.write("081500")
	h.press(fyne.KeyReturn)
	h.sees("No account, room for 25 more")
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
	h.sees("It shows them for its PIN")
	h.do("Show what is kept on the key")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("2 accounts, room for 23 more", "mara@example.org", "localhost", "nils")
	h.do("Delete mara@example.org from the key")
	h.sees("Delete “mara@example.org” from the key?", "It can’t be undone")
	h.press(fyne.KeyEscape)
	h.sees("2 accounts")
	h.do("Delete mara@example.org from the key")
	h.press(fyne.KeyTab, fyne.KeyReturn) // Cancel has the keyboard first
	h.sees("1 account, room for 24 more")
	if strings.Contains(h.seen(), "mara@example.org") {
		t.Error("it is still listed")
	}
	h.do("Hide")
	h.sees("It shows them for its PIN")
	h.do("Show what is kept on the key")
	h.sees("Enter the PIN of Desk key")
	must(t, d.Unplug(k.ID))
	h.misses("Enter the PIN")
	h.misses("Kept on the key")
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
	h.sees("In your list as “Desk drawer”")
	h.do("Reset this key")
	h.sees("Reset “Desk drawer”", "What a reset loses", "Its PIN. Afterwards it has none.", "“Desk drawer” in your list no longer gets you in here.")
	h.press(fyne.KeyEscape)
	h.sees("Manage security keys", "In your list as “Desk drawer”")
	h.do("Reset this key")
	h.tabTo("I have another way into every account that this key opens")
	h.press(fyne.KeySpace)
	h.do("Go on to the reset")
	h.sees("Take the key out")
	must(t, d.Unplug(k.ID))
	h.sees("Put it back in, and touch it within 10 seconds")

	// Another key is left alone.
	other := d.plug("Other key", fido.USB, "")
	h.sees("That is another key", "so it was left alone")
	d.pull(other)

	k, err := d.Replug(k.ID)
	must(t, err)
	h.sees("Touch it now", "This touch erases “Desk drawer”", "left")
	d.blinks(k.ID) // the key was asked in time; the touch may come later
	late.Store(11)
	d.touch(k)
	h.sees("The key is as new", "It has no PIN and opens nothing", "counts as a way in")
	h.press(fyne.KeyReturn)
	h.sees("Delete “Desk drawer”?", "It is your last security key")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("No security key yet", "None yet. Whoever holds the key can use it", "Not set up for this account")
	h.ctrl(fyne.Key1)
	h.sees("Yes, with your password alone")
}

// A key that was plugged in for too long refuses a reset, and loses nothing.
func TestResetTooLate(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	var late atomic.Int64
	d := h.desk(8*time.Second, func() time.Time { return time.Now().Add(time.Duration(late.Load()) * time.Second) })
	k := d.plug("Desk key", fido.USB, "4711")
	h.ctrl(fyne.Key3)
	h.sees("The key locks itself after 8 wrong ones")
	h.do("Reset this key")
	h.tabTo("I have another way into every account that this key opens")
	h.press(fyne.KeySpace)
	h.do("Go on to the reset")
	must(t, d.Unplug(k.ID))
	h.sees("Put it back in")
	d.lock(k.Path, true)
	k, err := d.Replug(k.ID)
	must(t, err)
	late.Store(11) // before we see it
	d.set(func() { d.locked = map[string]bool{} })
	h.sees("The key is as it was", "That was too late", "Nothing was erased", "put it back in")
	h.press(fyne.KeyReturn)
	h.sees("Take the key out")
	h.press(fyne.KeyEscape)
	h.sees("The key locks itself after 8 wrong ones")
}

// A key that wants its PIN for everything is asked for it in a dialog; closing it
// ends the matter.
func TestRecogniseWithPIN(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	d.enrol(d.plug("Desk key", fido.USB, ""), "At home")
	must(t, d.Bench.Reset())
	h.sees("No key is plugged in")
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB})
	must(t, err)
	must(t, key.SetPIN("4711"))
	d.endpoint(refusing{key, 2, 0x36}) // getAssertion: PIN required
	h.sees("Odd key")
	h.do("Which one is this?")
	h.sees("Enter the PIN of Odd key", "before it answers")
	h.press(fyne.KeyReturn)
	h.sees("The PIN is empty")
	h.write("0000")
	h.press(fyne.KeyReturn)
	h.sees("That isn’t this key’s PIN", "7 of 8 tries left")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("The key wants its PIN")
	h.do("Try another one")
	h.sees("Enter the PIN of Odd key")
	h.press(fyne.KeyEscape)
	h.misses("Enter the PIN of Odd key")
	h.misses("Touch the key that you mean")
}

// The keyboard goes down the page as one reads: the list, the key that is plugged
// in, and the bar.
func TestTabOrderOfKeys(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(8*time.Second, nil)
	d.enrol(d.plug("Desk key", fido.USB, "4711"), "At home")
	h.sees("In your list as “At home”")
	h.tabTo("Rename At home")
	for _, name := range []string{
		"Rename At home", "Delete At home", "Change the PIN", "Show what is kept on the key", "Reset this key", "Which one is this?", "Add security key",
	} {
		if at := nameOf(h.canvas().Focused()); !strings.HasSuffix(at, " "+name) {
			t.Errorf("the keyboard is at %q; want %q", at, name)
		}
		h.press(fyne.KeyTab)
	}
}
