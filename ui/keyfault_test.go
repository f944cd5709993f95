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
		reads   []string
	}{
		{"unplugged", unpluggedInTouch, []string{"The key was taken out", "Nothing was stored", "Put it back in and try again"}},
		{"lifted off the reader", liftedOff, []string{"The key left the reader", "Nothing was stored", "leave it there until"}},
		{"no touch by our deadline", notTouched, []string{"No touch within 30 seconds", "The key stopped waiting", "touch it while it blinks"}},
		{"no touch by the key's", answers(0x2f), []string{"No touch within 30 seconds"}},
		{"no action by the key's", answers(0x3a), []string{"No touch within 30 seconds"}},
		{"cancelled on the key", answers(0x2d), []string{"Cancelled", "The key was told to stop", "when you’re ready"}},
		{"already enrolled, it says", answers(0x19), []string{"This key is set up already", "A key can be there once", "insert another one"}},
		{"no space", answers(0x28), []string{"The key is full", "no further account", "Delete one that you no longer need", "See what is on it"}},
		{"it broke off", answers(0x7f), []string{"The talk with the key broke off", "Another program", "Take it out"}},
		{"refused on the key", answers(0x27), []string{"The key said no", "refused on the key itself"}},
		{"not allowed now", answers(0x30), []string{"The key doesn’t allow this now", "Take it out"}},
		{"an algorithm it does not know", answers(0x26), []string{"This key is too old", "Use a newer key"}},
		{"an option it does not know", answers(0x2b), []string{"This key can’t do that", "Use another key"}},
		{"its sensor did not know the finger", answers(0x3f), []string{"The key didn’t recognise you", "Try again"}},
		{"PIN locked, it says", answers(0x32), []string{"The key’s PIN is locked", "Only a reset helps", "What a reset does"}},
		{"PIN policy, it says", answers(0x37), []string{"The key doesn’t take its PIN", "Change it here"}},
		{"not a key", notAKey, []string{"That isn’t a security key", "doesn’t speak FIDO2 or U2F"}},
		{"another program has it", busy, []string{"Another program has the key", "Finish there"}},
	} {
		t.Run(row.fault, func(t *testing.T) {
			defer h.sub(t)()
			h.toTheTouch()
			h.sees("Insert your security key")
			away := row.provoke(h, d)
			h.sees(row.reads...)
			if row.fault != "lifted off the reader" && row.fault != "unplugged" { // else the next one is a new try
				h.sees("Try again")
			}
			away()
			h.do("Cancel")
			h.sees("No security key yet")
		})
	}
}

func unpluggedInTouch(h *house, d *desk) func() {
	k := d.plug("Desk key", fido.USB, "")
	h.sees("Touch your key", "left")
	d.blinks(k.ID)
	must(h.t, d.Unplug(k.ID))
	return func() {}
}

func liftedOff(h *house, d *desk) func() {
	k := d.plug("Card", fido.NFC, "")
	h.sees("Hold the key to the reader", "Leave it there")
	d.blinks(k.ID)
	must(h.t, d.Unplug(k.ID))
	return func() {}
}

func notTouched(h *house, d *desk) func() {
	k := d.plug("Desk key", fido.USB, "")
	h.sees("Touch your key")
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
	h.sees("No security key yet", "“Desk key” is there, but we may not open it")
	h.toTheTouch()
	h.sees("“Desk key” is there, but we may not open it", "On Linux a rule must say", "Run this line in a terminal", "nightlatch admin udev-rule")
	h.do("Copy")
	if got := h.app.Clipboard().Content(); got != "nightlatch admin udev-rule" {
		t.Errorf("copied %q", got)
	}
	d.lock(k.Path, false)
	h.sees("Touch your key")
	d.touch(k)
	h.sees("Name your key")
}

// Each state of the way to a key over NFC has its words.
func TestReaderInWords(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	h.toTheTouch()
	h.sees("Insert your security key", "For a key over NFC, plug in a reader")
	d.lay(fido.NoReaderService)
	h.sees("lacks the service that talks to readers", "sudo apt install pcscd")
	h.do("Copy")
	if got := h.app.Clipboard().Content(); got != "sudo apt install pcscd" {
		t.Errorf("copied %q", got)
	}
	d.lay(fido.ReaderDenied)
	h.sees("can’t be read from here", "takes nobody but who sits at this computer")
	d.lay(fido.ReaderEmpty)
	h.sees("Insert your security key, or tap it", "ACS ACR122U is ready. Nothing lies on it yet")
	d.lay(fido.ReaderNotFIDO)
	h.sees("What lies on the reader isn’t a security key", "A bank card", "lay your key there")
	d.lay(fido.ReaderBusy)
	h.sees("Another program has the key")
	k := d.plug("Card", fido.NFC, "")
	h.sees("Hold the key to the reader", "Leave it there until we say that it’s done", "left")
	d.touch(k)
	h.sees("Name your key")
}

// Two keys: they are listed and blink at once; the one that is touched is used,
// and so is one that is picked on screen.
func TestTwoKeys(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	d := h.desk(10*time.Second, nil)
	a, b := d.plug("First key", fido.USB, ""), d.plug("Second key", fido.USB, "")
	h.toTheTouch()
	h.sees("Which key do you want to use?", "Touch the one you want", "First key", "Second key", "LAB")
	d.touch(b)
	h.sees("Touch it once more", "It’s going to be “Second key”")
	d.touch(b)
	h.sees("Name your key")
	h.empty()
	h.write("Touched")
	h.press(fyne.KeyReturn)
	h.sees("The security key is on")
	h.press(fyne.KeyReturn)
	h.sees("Touched")
	h.toTheTouch()
	h.sees("Which key do you want to use?")
	h.tabTo("First key")
	h.press(fyne.KeyReturn)
	h.sees("Touch your key")
	d.touch(a)
	h.sees("Name your key")
	h.do("Cancel")
	h.ctrl(fyne.Key3)
	h.toTheTouch()
	h.sees("Which key do you want to use?")
	must(t, d.Unplug(b.ID))
	h.sees("Touch your key") // one is left: it is the one
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
	h.sees("Name your key")
	h.press(fyne.KeyReturn)
	h.sees("The security key is on")
	h.press(fyne.KeyReturn)
	must(t, d.Unplug(mine.ID))
	h.signOut()
	h.passwordAt("mara", password)
	h.sees("Insert your security key")
	other := d.plug("Other key", fido.USB, "")
	h.sees("This key isn’t set up for this account", "Insert another key, or choose another way")
	d.pull(other)
	_, err := d.Replug(mine.ID)
	must(t, err)
	h.sees("Touch your key")
	d.touch(mine)
	h.sees("If this phone died now")
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
	h.sees("The key has no PIN", "This server asks for one", "Set one here")
	h.press(fyne.KeyReturn)
	h.sees("Give your key a PIN", "At least 4 characters")
	h.write("471")
	h.press(fyne.KeyReturn)
	h.sees("That PIN is too short. This key wants at least 4 characters.")
	h.write("1")
	h.press(fyne.KeyReturn)
	h.sees("That isn’t the PIN above")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("Enter the PIN of your key")
	wrong := func(pin string) {
		t.Helper()
		h.write(pin)
		h.press(fyne.KeyReturn)
	}
	wrong("0001")
	h.sees("That isn’t this key’s PIN", "7 of 8 tries left")
	wrong("0002")
	h.sees("6 of 8 tries left")
	wrong("0003")
	h.sees("Three wrong PINs in a row", "takes no more until it was taken out", "put it back in")
	k = d.again(k)
	h.sees("Enter the PIN of your key", "5 of 8 tries left")
	for _, left := range []string{"4 of 8", "3 of 8"} {
		wrong("0000")
		h.sees(left)
	}
	wrong("0000")
	h.sees("Three wrong PINs in a row")
	k = d.again(k)
	h.sees("2 of 8 tries left")
	wrong("0000")
	h.sees("1 of 8 tries left")
	wrong("0000")
	h.sees("The key’s PIN is locked", "erases every account that is on the key")
	h.do("What a reset does")
	h.sees("What a reset loses", "it opens none of them any more", "Its PIN. Afterwards it has none.")
	h.press(fyne.KeyEscape)
	h.sees("There were too many wrong ones. Only a reset helps.", "Locked")
	d.pull(k)

	// A key that wants its PIN whatever one gives it.
	away := d.refuses(0x36, "4711")
	h.toTheTouch()
	h.sees("Enter the PIN of your key")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("The key wants its PIN", "Without it the key doesn’t answer")
	away()
	h.do("Cancel")

	// One that wants its PIN changed before anything else.
	away = d.refuses(0x37, "4711")
	h.toTheTouch()
	h.sees("Enter the PIN of your key")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("The key doesn’t take its PIN", "Change it here")
	h.do("Change the PIN")
	h.sees("Give your key another PIN", "PIN now")
	h.write("0000")
	h.press(fyne.KeyTab)
	h.tabTo("New PIN")
	h.write("081500")
	h.tabTo("The new PIN again")
	h.write("081500")
	h.press(fyne.KeyReturn)
	h.sees("That isn’t this key’s PIN", "7 of 8 tries left")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("Enter the PIN of your key")
	h.write("081500")
	h.press(fyne.KeyReturn)
	h.sees("The key doesn’t take its PIN") // it is that kind of key
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
	h.sees("The key is full")
	h.do("See what is on it")
	h.sees("Enter the PIN of Odd key")
	h.write("4711")
	h.press(fyne.KeyReturn)
	h.sees("No account, room for 1 more")
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
	h.sees("Virtual keys exist on Linux only")
	h.ctrl(fyne.Key3)
	h.sees("No security key yet", "This build can’t use security keys", "Use an authenticator app")
	if strings.Contains(h.seen(), "Add security key") {
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
