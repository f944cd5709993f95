//go:build cgo && linux && !race

package ui

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/server"
	"nightlatch/server/account"
)

// Every row of the fault table of a key that is being set up, provoked through
// libfido2, and the words that the person reads: what happened, why, what next.
func TestKeyFaultsInWords(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(6*time.Second, nil)
	for _, row := range []struct {
		fault   string
		provoke func(h *house, d *desk) (away func())
		code    string // error.<code>: what happened, why, what to do
		offers  []key
	}{
		{"unplugged", unpluggedInTouch, "key_removed", nil},
		{"lifted off the reader", liftedOff, "key_card_pulled", nil},
		{"no touch by our deadline", notTouched, "key_timeout", nil},
		{"no touch by the key's", answers(0x2f), "key_timeout", nil},
		{"no action by the key's", answers(0x3a), "key_timeout", nil},
		{"cancelled on the key", answers(0x2d), "key_cancelled", nil},
		{"already enrolled, it says", answers(0x19), "key_on_this_account", nil},
		{"no space", answers(0x28), "key_no_space", []key{"wizard.key.see-contents"}},
		{"it broke off", answers(0x7f), "key_interrupted", nil},
		{"refused on the key", answers(0x27), "key_denied", nil},
		{"not allowed now", answers(0x30), "key_not_allowed", nil},
		{"an algorithm it does not know", answers(0x26), "key_algorithm", nil},
		{"an option it does not know", answers(0x2b), "key_incapable", nil},
		{"its sensor did not know the finger", answers(0x3f), "key_verification", nil},
		{"PIN locked, it says", answers(0x32), "key_pin_blocked", []key{"wizard.key.see-reset"}},
		{"PIN policy, it says", answers(0x37), "key_pin_policy", nil},
		{"not a key", notAKey, "key_not_a_key", nil},
		{"another program has it", busy, "key_busy", nil},
	} {
		t.Run(row.fault, func(t *testing.T) {
			defer h.sub(t)()
			h.toTheTouch()
			h.sees("wizard.key.insert")
			away := row.provoke(h, d)
			for _, part := range []string{".what", ".why", ".next"} {
				h.sees(key("error." + row.code + part))
			}
			h.sees(row.offers...)
			if row.fault != "lifted off the reader" && row.fault != "unplugged" { // else the next one is a new try
				h.sees("wizard.key.retry")
			}
			away()
			h.do("wizard.cancel")
			h.sees("ui.keys.none")
		})
	}
}

func unpluggedInTouch(h *house, d *desk) func() {
	k := d.plug("Desk key", fido.USB, "")
	h.sees("wizard.key.touch", "wizard.key.waiting-left")
	d.blinks(k.ID)
	must(h.t, d.Unplug(k.ID))
	return func() {}
}

func liftedOff(h *house, d *desk) func() {
	k := d.plug("Card", fido.NFC, "")
	h.sees("wizard.key.tap", "wizard.key.tap-lead")
	d.blinks(k.ID)
	must(h.t, d.Unplug(k.ID))
	return func() {}
}

func notTouched(h *house, d *desk) func() {
	k := d.plug("Desk key", fido.USB, "")
	h.sees("wizard.key.touch")
	return func() { d.pull(k) }
}

func answers(status byte) func(*house, *desk) func() {
	return func(_ *house, d *desk) func() { return d.refuses(status, "") }
}

func notAKey(_ *house, d *desk) func() {
	d.set(func() { d.odd = []fido.Device{{Path: "/etc/passwd", Transport: fido.USB}} })
	return func() { d.set(func() { d.odd = nil }) }
}

// busy lets libfido2's own tool wait for a touch.
func busy(h *house, d *desk) func() {
	k, err := d.Plug("Desk key", fido.USB, "")
	must(h.t, err)
	d.lock(k.Path, true) // we see it once the other one has it
	other := exec.CommandContext(h.t.Context(), "fido2-cred", "-M", k.Path)
	line := strings.Repeat("A", 43) + "=\n"
	other.Stdin = strings.NewReader(line + "localhost\nbob\n" + line)
	must(h.t, other.Start())
	d.blinks(k.ID)
	d.lock(k.Path, false)
	return func() {
		must(h.t, d.Touch(k.ID))
		if err := other.Wait(); err != nil {
			h.t.Errorf("the other program was disturbed: %v", err)
		}
		d.pull(k)
	}
}

// A key that may not be opened names the rule, has it copied, and appears by
// itself once the rule is there.
func TestKeyWithoutPermission(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	k := d.plug("Desk key", fido.USB, "")
	d.lock(k.Path, true)
	h.ctrl(fyne.Key3)
	h.sees("ui.keys.none")
	h.seesFilled("wizard.key.locked", with{"key": "Desk key"})
	h.toTheTouch()
	h.sees("error.key_no_permission.why", "error.key_no_permission.next")
	h.seesFilled("wizard.key.locked", with{"key": "Desk key"})
	h.seesText("nightlatch admin udev-rule")
	h.do("wizard.copy")
	if got := h.app.Clipboard().Content(); got != "nightlatch admin udev-rule" {
		t.Errorf("copied %q", got)
	}
	d.lock(k.Path, false)
	h.sees("wizard.key.touch")
	d.touch(k)
	h.sees("wizard.name.heading")
}

// Each state of the way to a key over NFC has its words.
func TestReaderInWords(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	h.toTheTouch()
	h.sees("wizard.key.insert", "wizard.key.no-reader")
	d.lay(fido.NoReaderService)
	h.sees("wizard.key.no-service")
	h.seesText("sudo apt install pcscd")
	h.do("wizard.copy")
	if got := h.app.Clipboard().Content(); got != "sudo apt install pcscd" {
		t.Errorf("copied %q", got)
	}
	d.lay(fido.ReaderDenied)
	h.sees("wizard.key.readers-denied")
	d.lay(fido.ReaderEmpty)
	h.sees("wizard.key.insert-or-tap")
	h.seesFilled("wizard.key.reader-empty", with{"reader": "ACS ACR122U"})
	d.lay(fido.ReaderNotFIDO)
	h.sees("error.key_not_fido_card.what", "error.key_not_fido_card.why", "error.key_not_fido_card.next")
	d.lay(fido.ReaderBusy)
	h.sees("error.key_busy.what")
	k := d.plug("Card", fido.NFC, "")
	h.sees("wizard.key.tap", "wizard.key.tap-lead", "wizard.key.waiting-left")
	d.touch(k)
	h.sees("wizard.name.heading")
}

// Two keys: they are listed and blink at once; the one that is touched is used,
// and so is one that is picked on screen.
func TestTwoKeys(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	a, b := d.plug("First key", fido.USB, ""), d.plug("Second key", fido.USB, "")
	h.toTheTouch()
	h.sees("wizard.key.choose", "wizard.key.choose-lead", "wizard.key.lab")
	h.seesText("First key", "Second key")
	d.touch(b)
	h.sees("wizard.key.again")
	h.seesFilled("wizard.key.again-lead", with{"key": "Second key"})
	d.touch(b)
	h.sees("wizard.name.heading")
	h.empty()
	h.write("Touched")
	h.press(fyne.KeyReturn)
	h.sees("wizard.finished.enroll-key")
	h.press(fyne.KeyReturn)
	h.seesText("Touched")
	h.toTheTouch()
	h.sees("wizard.key.choose")
	h.tabToText("First key")
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.touch")
	d.touch(a)
	h.sees("wizard.name.heading")
	h.do("wizard.cancel")
	h.ctrl(fyne.Key3)
	h.toTheTouch()
	h.sees("wizard.key.choose")
	must(t, d.Unplug(b.ID))
	h.sees("wizard.key.touch") // one is left: it is the one
}

// A key that isn't this account's says so at sign-in, and the right one that is
// put in then is the next try.
func TestStrangersKeyAtSignIn(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	mine := d.plug("Desk key", fido.USB, "")
	h.toTheTouch()
	d.touch(mine)
	h.sees("wizard.name.heading")
	h.press(fyne.KeyReturn)
	h.sees("wizard.finished.enroll-key")
	h.press(fyne.KeyReturn)
	must(t, d.Unplug(mine.ID))
	h.signOut()
	h.passwordAt("mara", password)
	h.sees("wizard.key.insert")
	other := d.plug("Other key", fido.USB, "")
	h.sees("error.key_not_enrolled.what", "error.key_not_enrolled.next")
	d.pull(other)
	_, err := d.Replug(mine.ID)
	must(t, err)
	h.sees("wizard.key.touch")
	d.touch(mine)
	h.sees("ui.rescue.question")
}

// Where the policy wants a PIN: a key without one gets it in place, a wrong one
// says how many tries are left, three in a row want the key out, and a locked one
// says what a reset loses.
func TestKeyPINFaults(t *testing.T) {
	h := buildHouse(t, server.Config{Policy: account.Hardened()}, true)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	k := d.plug("Desk key", fido.USB, "")
	h.toTheTouch()
	h.sees("error.key_pin_not_set.what", "error.key_pin_not_set.why", "error.key_pin_not_set.next")
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.new-pin")
	h.seesFilled("wizard.key.pin-rule", 4)
	h.write("471")
	h.press(fyne.KeyReturn)
	h.sees("error.pin.short.what")
	h.seesFilled("error.pin.short-why", 4)
	h.write("1")
	h.press(fyne.KeyReturn)
	h.sees("error.pin.unlike.what")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.pin-heading")
	wrong := func(pin string) {
		t.Helper()
		h.write(pin)
		h.press(fyne.KeyReturn)
	}
	wrong("0001")
	h.sees("error.key_wrong_pin.what")
	h.seesFilled("kit.tries-left", 7, with{"of": 8})
	wrong("0002")
	h.seesFilled("kit.tries-left", 6, with{"of": 8})
	wrong("0003")
	h.sees("error.key_pin_auth_blocked.what", "error.key_pin_auth_blocked.why", "error.key_pin_auth_blocked.next")
	k = d.again(k)
	h.sees("wizard.key.pin-heading")
	h.seesFilled("kit.tries-left", 5, with{"of": 8})
	for _, left := range []int{4, 3} {
		wrong("0000")
		h.seesFilled("kit.tries-left", left, with{"of": 8})
	}
	wrong("0000")
	h.sees("error.key_pin_auth_blocked.what")
	k = d.again(k)
	h.seesFilled("kit.tries-left", 2, with{"of": 8})
	wrong("0000")
	h.seesFilled("kit.tries-left", 1, with{"of": 8})
	wrong("0000")
	h.sees("error.key_pin_blocked.what", "error.key_pin_blocked.why")
	h.do("wizard.key.see-reset")
	h.sees("ui.key.reset.what", "ui.key.reset.loses.accounts", "ui.key.reset.loses.pin")
	h.press(fyne.KeyEscape)
	h.sees("ui.key.pin.locked", "ui.key.pin.locked-badge")
	d.pull(k)

	// A key that wants its PIN whatever one gives it.
	away := d.refuses(0x36, "4711")
	h.toTheTouch()
	h.sees("wizard.key.pin-heading")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("error.key_pin_required.what", "error.key_pin_required.why")
	away()
	h.do("wizard.cancel")

	// One that wants its PIN changed before anything else.
	away = d.refuses(0x37, "4711")
	h.toTheTouch()
	h.sees("wizard.key.pin-heading")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("error.key_pin_policy.what", "error.key_pin_policy.next")
	h.do("wizard.key.change-pin")
	h.sees("wizard.key.other-pin", "wizard.key.pin-now")
	h.write("0000")
	h.press(fyne.KeyTab)
	h.tabTo("wizard.key.pin-new")
	h.write("081500")
	h.tabTo("wizard.key.pin-repeat")
	h.write("081500")
	h.press(fyne.KeyReturn)
	h.sees("error.key_wrong_pin.what")
	h.seesFilled("kit.tries-left", 7, with{"of": 8})
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("wizard.key.pin-heading")
	h.write("081500")
	h.press(fyne.KeyReturn)
	h.sees("error.key_pin_policy.what") // it is that kind of key
	away()
}

// A key that is full of accounts leads to their list.
func TestFullKeyLeadsToItsList(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB, Capacity: 1})
	must(t, err)
	must(t, key.SetPIN("4711"))
	d.endpoint(refusing{key, 1, 0x28})
	h.toTheTouch()
	h.sees("error.key_no_space.what")
	h.do("wizard.key.see-contents")
	h.seesFilled("ui.key.pin.ask", "Odd key")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("ui.key.kept.nothing")
	h.seesFilled("ui.key.kept.more", 1)
}

// A build without security keys says so, and what helps.
func TestWithoutSecurityKeys(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.leave()
	h.keys = unsupported{}
	h.enter()
	h.console.cfg.Features = Features{}
	h.console.lab.redraw()
	h.sees("lab.no-virtual")
	h.ctrl(fyne.Key3)
	h.sees("ui.keys.none", "error.key_unsupported.what", "error.key_unsupported.next")
	if h.shows("ui.keys.add") {
		t.Error("a key can be added")
	}
}

// unsupported is what a build without libfido2 has.
type unsupported struct{ noKeys }

func (unsupported) Watch(ctx context.Context, show func([]fido.Device, error)) error {
	show(nil, fido.ErrUnsupported)
	<-ctx.Done()
	return nil
}
