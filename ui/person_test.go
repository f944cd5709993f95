package ui

import (
	"regexp"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"github.com/pquerna/otp/totp"
)

const password = "correct horse battery"

// appCode is what an authenticator app with the secret shows now.

func (h *house) appCode(secret string) string {
	h.t.Helper()
	code, err := totp.GenerateCode(secret, h.clock.Now())
	must(h.t, err)
	return code
}

// pass moves the lab's clock on, as its panel does.

func (h *house) pass(d time.Duration) {
	h.t.Helper()
	_, err := h.client.AdvanceClock(h.t.Context(), d)
	must(h.t, err)
	h.seesText(h.console.words.Clock(h.clock.Now().Local()))
	h.settle()
}

// backupCode is the backup code on screen.

func (h *house) backupCode() string {
	h.t.Helper()
	for _, w := range strings.Split(h.seen(), " | ") {
		if len(w) == 19 && strings.Count(w, "-") == 3 {
			return w
		}
	}
	parts := strings.Split(h.seen(), " | ")
	for i := 0; i+3 < len(parts); i++ {
		if regexp.MustCompile("^"+h.pattern("wizard.save.number")+"$").MatchString(parts[i]) && len(parts[i+1]) == 4 {
			return strings.Join(parts[i+1:i+5], "-")
		}
	}
	h.t.Fatalf("no backup code on screen: %s", h.seen())
	return ""
}

// confirmEmail goes through the address that every enrolment needs (R4).

func (h *house) confirmEmail(address string) {
	h.t.Helper()
	h.sees("wizard.email.heading")
	h.write(address)
	h.press(fyne.KeyReturn)
	h.sees("wizard.code.email.heading")
	h.write(h.mail(address, sixDigits))
	h.press(fyne.KeyReturn)
}

// enrolApp links an authenticator app and returns its secret and the backup code.

func (h *house) enrolApp() (secret, backup string) {
	h.t.Helper()
	h.ctrl(fyne.Key2)
	h.sees("ui.two-factor.lead")
	h.do("ui.method.set-up-name", key("method.app"))
	h.sees("wizard.overview.heading")
	h.press(fyne.KeyReturn)
	if !h.console.account.EmailConfirmed {
		h.confirmEmail("mara@example.org")
	}
	h.sees("wizard.scan.heading")
	h.do("wizard.copy")
	secret = h.app.Clipboard().Content()
	h.do("wizard.continue")
	h.sees("wizard.code.app.heading")
	h.write(h.appCode(secret))
	h.press(fyne.KeyReturn)
	h.sees("wizard.save.heading.enroll-app", "wizard.save.not-yet")
	backup = h.backupCode()
	h.do("wizard.got-it")
	h.sees("ui.two-factor.lead")
	return secret, backup
}

// signOut leaves by the keyboard.

func (h *house) signOut() {
	h.t.Helper()
	h.ctrl(fyne.Key6)
	h.sees("ui.sessions.lead")
	h.do("ui.sessions.sign-out-do")
	h.sees("ui.sessions.sign-out")
	h.press(fyne.KeyTab, fyne.KeyReturn) // Cancel has the keyboard first
	h.sees("wizard.sign-in.lead")
}

// passwordAt gives name and password at the door.

func (h *house) passwordAt(name, password string) {
	h.t.Helper()
	h.sees("wizard.sign-in.lead")
	h.tabTo("wizard.username")
	h.write(name)
	h.press(fyne.KeyTab)
	h.write(password)
	h.press(fyne.KeyReturn)
}

// The main job with the keyboard alone: an account, a text message, a backup

// code that is copied.

// An app is linked, and signs in. Back shows the same QR code; a code works once.

// A program that is closed in the middle goes on where it was (item 2).

// A ceremony that was left waits on the page it was begun from.

// The password is asked for where it is wanted, and then what was asked for is

// done (R3, R6); codes are numbered, at most five, and replaced (R70-R77).

// Sheets are saved, for their owner's eyes alone, and printed (R77).

// empty deletes what is in the field with the keyboard.

func (h *house) empty() {
	h.t.Helper()
	f, ok := h.canvas().Focused().(fyne.Shortcutable)
	if !ok {
		h.t.Fatal("no field has the keyboard")
	}
	f.TypedShortcut(&fyne.ShortcutSelectAll{})
	h.press(fyne.KeyBackspace)
}

// A temporary password is made, works for a client that knows no second step,

// and expires by the server's clock (R80-R85).

// Sessions are listed, and ended one by one or all but this one (R44).

// A session that is ended elsewhere leads to the door, which says why.

// What happened is listed in words, filtered, searched and exported.

// Every event type has words.

// Turning the last method off says what goes with it, and Enter alone does

// nothing (R60, R61).

// What Settings changes is remembered.

// The lab goes back to its seed, and with it the console to the door.
