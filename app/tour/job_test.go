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
	x.open("--lab", "--seed", x.noAccounts())
	x.mainJob()
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
		t.Errorf("it wrote:\n%s", log)
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
	x.sees("Create your account")
	x.step("first-start")
	x.fill(x.p.Name)
	x.keys("Tab")
	x.fill(x.p.Password)
	x.step("first-start-filled")
	x.press("Overview", "Return")
	x.must(x.p.SignIn(x.ctx, "")) // a second pair of eyes
	x.step("overview-unprotected")
}

// enrolText confirms the address and turns text message on (R4, R10–R13).
func (x *tour) enrolText() {
	x.press("Two-factor authentication", "ctrl+2")
	x.step("two-factor-off")
	x.press("What will happen", "Return") // the first method that is off has the keyboard
	x.step("text-overview")
	x.press("Which address gets your security notices?", "Return")
	x.fill(x.p.Email)
	x.step("text-email")
	x.press("Enter the code we mailed you", "Return")
	x.fill(x.code(api.ByEmail))
	x.step("text-email-code")
	x.press("Which phone gets the codes?", "Return")
	x.happened(api.EventEmailConfirmed)
	x.fill(x.p.Phone)
	x.step("text-phone")
	x.press("Enter the code we texted you", "Return")
	x.fill(x.code(api.ByText))
	x.step("text-code")
	x.press("Text messages are on", "Return")
	x.happened(api.EventTextEnabled)
	x.step("text-backup-code")
}

var printedCode = regexp.MustCompile(`[0-9a-z]{4}[ -]+[0-9a-z]{4}[ -]+[0-9a-z]{4}[ -]+[0-9a-z]{4}`)

// printBackupCode prints the code that is on screen and reads the paper (R77).
func (x *tour) printBackupCode() {
	x.press("Print backup codes", "Tab", "Tab", "Return") // Copy, Save, Print
	x.step("print-preview")
	x.press("Text messages are on", "Return")
	text, err := x.printer.Printed(x.ctx)
	x.must(err)
	x.step("printed")
	code := printedCode.FindString(text)
	if code == "" || !strings.Contains(text, x.p.Name) {
		x.t.Fatalf("the printed sheet says\n%s", text)
	}
	got, err := x.p.Client.CheckBackupCode(x.ctx, code)
	if err != nil || got.Number != 1 || got.State != "active" {
		x.t.Errorf("the printed code is %+v: %v", got, err)
	}
	x.press("Two-factor authentication", "Tab", "Tab", "Tab", "Tab", "Return") // Copy, Save, Print, Check your copy, Got it
	x.step("two-factor-text")
}

// enrolApp links an authenticator app: zbarimg for its camera, oathtool for its
// codes (R20, R21).
func (x *tour) enrolApp() {
	x.press("What will happen", "Return")
	x.step("app-overview")
	x.press("Scan this with your app", "Return")
	x.p.AppSecret = x.scan()
	x.step("app-qr")
	x.press("Enter the code from your app", "Return")
	x.fill(x.oathtool())
	x.step("app-code")
	x.press("The authenticator app is on", "Return")
	x.happened(api.EventAppEnabled)
	x.step("app-done")
	x.press("Two-factor authentication", "Return")
}

// enrolKey plugs in a virtual key, enrols it through libfido2 and names it
// (R30–R33).
func (x *tour) enrolKey() {
	key, err := x.lab.PlugKey(x.ctx, api.LabKey{Name: "Blue key", Transport: "usb"})
	x.must(err)
	x.key = key
	x.press("What will happen", "Return")
	x.step("key-overview")
	x.press("Touch your key", "Return")
	x.awaitTouch()
	x.step("key-touch")
	x.touch()
	x.sees("Name your key")
	x.keys("ctrl+a") // a name is suggested
	x.fill("Blue key")
	x.step("key-name")
	x.press("The security key is on", "Return")
	x.happened(api.EventKeyAdded)
	x.step("key-done")
	x.press("Two-factor authentication", "Return")
	x.step("two-factor-all")
}

// recogniseKey asks which key of the list this is, and lets its row light up; below
// it the key says of itself what it can.
func (x *tour) recogniseKey() {
	x.press("Manage security keys", "ctrl+3")
	x.step("security-keys")
	x.keys("shift+Tab", "Return") // before "Add security key"
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
	x.press("Settings", "ctrl+comma")
	x.dialog("Return") // Sign out has the keyboard first
	x.step("sign-out")
	x.press("Sign in", "Tab", "Return") // Cancel, Sign out
	x.until("the end of the session", func() (bool, error) { return x.count(api.EventSignedOut) > before, nil })
	x.step("door")
}

// secondSteps is what the second step of each method is called.
var secondSteps = map[api.Method]string{
	api.SecurityKey: "Touch your key",
	api.App:         "Enter the code from your app",
	api.Text:        "Enter the code we texted you",
}

// signIn signs in with a second step (R1, R14, R40).
func (x *tour) signIn(m api.Method) {
	asked, others := x.second()
	x.fill(x.p.Name)
	x.keys("Tab")
	x.fill(x.p.Password)
	x.press(secondSteps[asked], "Return")
	x.step("sign-in-" + string(asked) + "-first")
	if m != asked {
		x.press("Choose another way", "Tab", "Return") // from the key, or the code, to the link
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
	x.sees("You’re in") // R78: few backup codes are left
	x.signedIn(m)
	x.step("signed-in-" + string(m))
	x.press("Overview", "Return")
}

// temporaryPassword makes one in the window, takes it off the clipboard and lets
// curl use it (R80, R81).
func (x *tour) temporaryPassword() {
	x.press("Temporary passwords", "ctrl+5")
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
		x.t.Errorf("curl with the ordinary password: %s", status)
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
	x.press("Overview", "ctrl+1")
	x.step("overview-protected")
}
