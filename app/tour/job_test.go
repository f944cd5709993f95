package tour

import (
	"regexp"
	"strings"
	"testing"

	"nightlatch/server/api"
)

func TestMainJob(t *testing.T) {
	x := begin(t)
	x.open()
	x.createAccount()
	x.enrolText()
	x.printBackupCode()
	x.enrolApp()
	x.step("end")
}

// createAccount is the first start.
func (x *tour) createAccount() {
	x.step("first-start")
	x.fill(x.p.Name)
	x.quiet("Tab")
	x.fill(x.p.Password)
	x.step("first-start-filled")
	x.press("Return")
	x.must(x.p.SignIn(x.ctx, "")) // a second pair of eyes
	x.step("overview-unprotected")
}

// enrolText confirms the address and turns text message on (R4, R10–R13).
func (x *tour) enrolText() {
	x.press("ctrl+2")
	x.step("two-factor-off")
	x.press("Return") // the first method's button has the keyboard
	x.step("text-overview")
	x.press("Return")
	x.step("text-email")
	x.fill(x.p.Email)
	x.press("Return")
	x.fill(x.code(api.ByEmail))
	x.step("text-email-code")
	x.press("Return")
	x.happened("email-confirmed")
	x.step("text-phone")
	x.fill(x.p.Phone)
	x.press("Return")
	x.fill(x.code(api.ByText))
	x.step("text-code")
	x.press("Return")
	x.happened("text-enabled")
	x.step("text-backup-code")
}

var printedCode = regexp.MustCompile(`[0-9a-z]{4}[ -]+[0-9a-z]{4}[ -]+[0-9a-z]{4}[ -]+[0-9a-z]{4}`)

// printBackupCode prints the code that is on screen and reads the paper (R77).
func (x *tour) printBackupCode() {
	x.press("Tab", "Tab", "Return") // Copy, Save, Print
	x.step("print-preview")
	x.press("Return")
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
	x.p.BackupCodes[1] = code
	x.press("Tab", "Tab", "Tab", "Tab", "Return") // Copy, Save, Print, Check your copy, Got it
	x.step("two-factor-text")
}

// enrolApp links an authenticator app: zbarimg for its camera, oathtool for its
// codes (R20, R21).
func (x *tour) enrolApp() {
}
