package tour

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

func TestMainJob(t *testing.T) {
	t.Parallel()
	x := begin(t, program(t), pictures)
	x.wear("dark")
	x.open("--lab", "--seed", x.noAccounts())
	x.mainJob()
	x.allDocumented()
}

// The same in the light dress.
func TestSlowMainJobInLight(t *testing.T) {
	t.Parallel()
	x := begin(t, program(t), pictures+"-light")
	x.wear("light")
	x.open("--lab", "--seed", x.noAccounts())
	x.mainJob()
	x.allDocumented()
}

// The same with a build in which Fyne reports calls from other goroutines than its own.
// The build tag migrated_fynedo of the shipped program turns these reports off.
func TestSlowMainJobStaysOnFynesGoroutine(t *testing.T) {
	t.Parallel()
	strict, err := harness.Build(t.Context(), t.TempDir(), "nightlatch-strict", "nightlatch/app", "-tags=no_emoji")
	if err != nil {
		t.Fatal(err)
	}
	x := begin(t, strict, t.TempDir())
	x.open("--lab", "--seed", x.noAccounts())
	x.mainJob()
	if log := x.window.Log(); strings.Contains(log, "Error in Fyne call thread") {
		t.Errorf("the program printed:\n%s", log)
	}
}

func (x *tour) mainJob() {
	x.createAccount()
	x.enrolText()
	x.printBackupCode()
	x.enrolApp()
	x.enrolKey()
	x.recogniseKey()
	x.signOut()
	x.signIn(api.SecurityKey)
	x.signOut()
	x.signIn(api.App)
	x.signOut()
	x.signIn(api.Text)
	x.temporaryPassword()
}

// createAccount is the first start.
func (x *tour) createAccount() {
	x.sees("wizard.sign-up.heading")
	x.step("first-start")
	x.fill(x.p.Name)
	x.keys("Tab")
	x.fill(x.p.Password)
	x.step("first-start-filled")
	x.press("ui.rail.overview", "Return")
	x.must(x.p.SignIn(x.ctx, "")) // the same user, over HTTP
	x.step("overview-unprotected")
}

// enrolText confirms the address and turns text messages on (R4, R10–R13).
func (x *tour) enrolText() {
	x.press("ui.rail.two-factor", "ctrl+2")
	x.step("two-factor-off")
	x.press("wizard.overview.heading", "Tab", "Tab", "Return") // the app has the focus, then come the key and text messages
	x.step("text-overview")
	x.press("wizard.email.heading", "Return")
	x.fill(x.p.Email)
	x.step("text-email")
	x.press("wizard.code.email.heading", "Return")
	x.fill(x.code(api.ByEmail))
	x.step("text-email-code")
	x.press("wizard.phone.heading", "Return")
	x.happened(api.EventEmailConfirmed)
	x.fill(x.p.Phone)
	x.step("text-phone")
	x.press("wizard.code.text.heading", "Return")
	x.fill(x.code(api.ByText))
	x.step("text-code")
	x.press("wizard.save.heading.enroll-text", "Return")
	x.happened(api.EventTextEnabled)
	x.step("text-backup-code")
}

var printedCode = regexp.MustCompile(`[0-9a-z]{4}[ -]+[0-9a-z]{4}[ -]+[0-9a-z]{4}[ -]+[0-9a-z]{4}`)

// printBackupCode prints the code on the screen and reads the printed page (R77).
func (x *tour) printBackupCode() {
	x.press("ui.print.title", "Tab", "Tab", "Return") // Copy, Save, Print
	x.step("print-preview")
	x.press("wizard.save.heading.enroll-text", "Return")
	text, err := x.printer.Printed(x.ctx)
	x.must(err)
	x.step("printed")
	code := printedCode.FindString(text)
	if code == "" || !strings.Contains(text, x.p.Name) {
		x.t.Fatalf("the printed page has the text\n%s", text)
	}
	got, err := x.p.Client.CheckBackupCode(x.ctx, code)
	if err != nil || got.Number != 1 || got.State != "active" {
		x.t.Errorf("the printed code is %+v: %v", got, err)
	}
	x.press("ui.rail.two-factor", "Tab", "Tab", "Tab", "Tab", "Return") // Copy, Save, Print, Check your copy, Got it
	x.step("two-factor-text")
}

// enrolApp sets an authenticator app up: zbarimg scans the QR code, and oathtool computes
// the codes (R20, R21).
func (x *tour) enrolApp() {
	x.press("wizard.overview.heading", "Return")
	x.step("app-overview")
	x.press("wizard.scan.heading", "Return")
	x.p.AppSecret = x.scan()
	x.step("app-qr")
	x.press("wizard.code.app.heading", "Return")
	x.fill(x.oathtool())
	x.step("app-code")
	x.press("wizard.finished.enroll-app", "Return")
	x.happened(api.EventAppEnabled)
	x.step("app-done")
	x.press("ui.rail.two-factor", "Return")
}

// enrolKey plugs in a virtual key, enrols it through libfido2 and names it (R30–R33).
func (x *tour) enrolKey() {
	key, err := x.lab.PlugKey(x.ctx, api.LabKey{Name: "Blue key", Transport: "usb"})
	x.must(err)
	x.key = key
	x.press("wizard.overview.heading", "Return")
	x.step("key-overview")
	x.press("wizard.key.touch", "Return")
	x.awaitTouch()
	x.step("key-touch")
	x.touch()
	x.sees("wizard.name.heading")
	x.keys("ctrl+a") // a name is suggested
	x.fill("Blue key")
	x.step("key-name")
	x.press("wizard.finished.enroll-key", "Return")
	x.happened(api.EventKeyAdded)
	x.step("key-done")
	x.press("ui.rail.two-factor", "Return")
	x.step("two-factor-all")
}

// recogniseKey uses "Which one is this?": the key's row is highlighted, and its features are
// shown below.
func (x *tour) recogniseKey() {
	x.press("ui.keys.title", "ctrl+3")
	x.step("security-keys")
	x.keys("shift+Tab", "Return") // the button before "Add security key"
	x.awaitTouch()
	x.step("which-key")
	before := x.still()
	x.touch()
	_, err := x.window.Changed(x.ctx, before)
	x.must(err)
	x.step("this-key")
}

// signOut ends the window's session.
func (x *tour) signOut() {
	before := x.count(api.EventSignedOut)
	x.press("ui.crumb.settings", "ctrl+comma")
	x.dialog("shift+Tab", "shift+Tab", "Return") // "Change: Password" has the focus; two before it is "Sign out"
	x.step("sign-out")
	x.press("wizard.sign-in.heading", "Tab", "Return") // Cancel, Sign out
	x.until("the end of the session", func() (bool, error) { return x.count(api.EventSignedOut) > before, nil })
	x.step("door")
}

// secondSteps are the titles of the second steps, as translation keys.
var secondSteps = map[api.Method]string{
	api.SecurityKey: "wizard.key.touch",
	api.App:         "wizard.code.app.heading",
	api.Text:        "wizard.code.text.heading",
}

// signIn signs in with a second step (R1, R14, R40).
func (x *tour) signIn(m api.Method) {
	asked, others := x.second()
	x.fill(x.p.Password) // the form begins with the user name of the last sign-in
	x.press(secondSteps[asked], "Return")
	x.step("sign-in-" + string(asked) + "-first")
	if m != asked {
		tabs := []string{"Tab"} // from the field to the link
		if asked == api.SecurityKey {
			tabs = []string{"Tab", "Tab"} // no field; the first link is "Not you?"
		}
		x.press("wizard.ways.heading", append(tabs, "Return")...)
		x.step("sign-in-other-ways")
		at := slices.Index(others, m)
		if at < 0 {
			x.t.Fatalf("%s is not among %v", m, others)
		}
		x.press(secondSteps[m], append(slices.Repeat([]string{"Tab"}, at), "Return")...)
	}
	switch m {
	case api.SecurityKey:
		x.awaitTouch()
		x.touch()
	case api.App:
		x.fill(x.oathtool())
	case api.Text:
		x.fill(x.code(api.ByText))
	}
	if m != api.SecurityKey {
		x.step("sign-in-" + string(m))
		x.keys("Return")
	}
	x.sees("ui.rail.overview")
	x.signedIn(m)
	x.step("signed-in-" + string(m))
}

// temporaryPassword makes a temporary password in the window, copies it, and uses it with
// curl (R80, R81).
func (x *tour) temporaryPassword() {
	x.press("ui.rail.temporary-passwords", "ctrl+5")
	x.step("temporary-passwords")
	x.dialog("Return")
	x.fill("curl")
	x.step("temporary-password-for")
	x.keys("Return")
	x.until("the temporary password", func() (bool, error) {
		list, err := x.p.Client.TemporaryPasswords(x.ctx)
		return len(list) == 1, err
	})
	x.step("temporary-password-made")
	x.keys("Return") // Copy
	secret := ""
	x.until("the temporary password on the clipboard", func() (bool, error) {
		secret, _ = x.window.Clipboard(x.ctx)
		return secret != "", nil
	})
	x.step("temporary-password-copied")
	if status := x.curl(secret); status != "200" {
		x.t.Errorf("curl with the temporary password: %s", status)
	}
	if status := x.curl(x.p.Password); status != "401" {
		x.t.Errorf("curl with the account password: %s", status)
	}
	x.until("the use in the list", func() (bool, error) {
		list, err := x.p.Client.TemporaryPasswords(x.ctx)
		return slices.ContainsFunc(list, func(t api.TemporaryPassword) bool { return t.Label == "curl" && t.Uses == 1 }), err
	})
	x.step("temporary-password-used")
	_, err := x.lab.AdvanceClock(x.ctx, time.Hour)
	x.must(err)
	if status := x.curl(secret); status != "401" {
		x.t.Errorf("curl an hour later: %s", status)
	}
	x.press("ui.rail.overview", "ctrl+1")
	x.step("overview-protected")
}
