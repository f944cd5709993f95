package uitest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"github.com/pquerna/otp/totp"

	"nightlatch/server/api"
)

// Password is the password of the test accounts.
const Password = "correct horse battery"

// AppCode is the current code of an authenticator app with a secret.
func (h *Harness) AppCode(secret string) string {
	h.T.Helper()
	code, err := totp.GenerateCode(secret, h.Clock.Now())
	Must(h.T, err)
	return code
}

// Advance advances the lab's clock.
func (h *Harness) Advance(d time.Duration) {
	h.T.Helper()
	_, err := h.Client.AdvanceClock(h.T.Context(), d)
	Must(h.T, err)
	h.SeesText(h.Console.Catalog.Clock(h.Clock.Now().Local()))
	h.Settle()
}

// BackupCode is the backup code on screen.
func (h *Harness) BackupCode() string {
	h.T.Helper()
	for _, w := range strings.Split(h.Seen(), " | ") {
		if len(w) == 19 && strings.Count(w, "-") == 3 {
			return w
		}
	}
	parts := strings.Split(h.Seen(), " | ")
	for i := 0; i+3 < len(parts); i++ {
		if regexp.MustCompile("^"+h.Pattern("wizard.save.number")+"$").MatchString(parts[i]) && len(parts[i+1]) == 4 {
			return strings.Join(parts[i+1:i+5], "-")
		}
	}
	h.T.Fatalf("no backup code on screen: %s", h.Seen())
	return ""
}

// ConfirmEmail enters and confirms the address that every enrolment requires (R4).
func (h *Harness) ConfirmEmail(address string) {
	h.T.Helper()
	h.Sees("wizard.email.heading")
	h.Write(address)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.email.heading")
	h.Write(h.Mail(address, SixDigits))
	h.Press(fyne.KeyReturn)
}

// EnrolApp adds an authenticator app, keeps the backup code, and returns its secret and the
// code.
func (h *Harness) EnrolApp() (secret, backup string) {
	h.T.Helper()
	secret = h.EnrolAppToCode()
	backup = h.BackupCode()
	h.CheckCopy(backup, "wizard.save.check")
	h.Do("wizard.got-it")
	h.Sees("ui.two-factor.lead")
	return secret, backup
}

// EnrolAppToCode adds an authenticator app, up to the page that shows the backup code.
func (h *Harness) EnrolAppToCode() (secret string) {
	h.T.Helper()
	h.Ctrl(fyne.Key2)
	h.Sees("ui.two-factor.lead")
	h.Do("ui.method.set-up-name", Key("method.app"))
	h.Sees("wizard.overview.heading")
	h.Press(fyne.KeyReturn)
	if !h.Console.Account().EmailConfirmed {
		h.ConfirmEmail("mara@example.org")
	}
	h.Sees("wizard.scan.heading")
	h.Do("wizard.copy")
	secret = h.App.Clipboard().Content()
	h.Do("wizard.continue")
	h.Sees("wizard.code.app.heading")
	h.Write(h.AppCode(secret))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.save.heading.enroll-app", "wizard.save.not-yet")
	return secret
}

// NewCodes are the codes on the sheet of new backup codes.
func (h *Harness) NewCodes() (codes []string) {
	h.T.Helper()
	group := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{4}$`)
	parts := strings.Split(h.Seen(), " | ")
	for i := 0; i+3 < len(parts); i++ {
		if group.MatchString(parts[i]) && group.MatchString(parts[i+1]) && group.MatchString(parts[i+2]) && group.MatchString(parts[i+3]) {
			codes = append(codes, strings.Join(parts[i:i+4], "-"))
			i += 3
		}
	}
	return codes
}

// CheckCopy types backup codes into "Check your copy", so that they count as kept (R77).
func (h *Harness) CheckCopy(codes string, button Key) {
	h.T.Helper()
	h.Do(button)
	for _, code := range strings.Fields(codes) {
		h.Sees("ui.check.why")
		h.Write(code)
		h.Misses("ui.check.active")
		h.Press(fyne.KeyReturn)
		h.Sees("ui.check.active")
	}
	h.Press(fyne.KeyEscape)
}

// SignOut signs out by the keyboard.
func (h *Harness) SignOut() {
	h.T.Helper()
	h.Ctrl(fyne.Key6)
	h.Sees("ui.sessions.lead")
	h.Do("ui.sessions.sign-out-do")
	h.Sees("ui.sessions.sign-out")
	h.Press(fyne.KeyTab, fyne.KeyReturn) // Cancel has the focus
	h.Sees("wizard.sign-in.lead")
}

// EnterPassword fills in the sign-in form.
func (h *Harness) EnterPassword(name, password string) {
	h.T.Helper()
	h.Sees("wizard.sign-in.lead")
	h.TabTo("wizard.username")
	h.ClearField() // it begins with the name of the last sign-in
	h.Write(name)
	h.Press(fyne.KeyTab)
	h.Write(password)
	h.Press(fyne.KeyReturn)
}

// ClearField deletes what is in the focused field.
func (h *Harness) ClearField() {
	h.T.Helper()
	f, ok := h.Canvas().Focused().(fyne.Shortcutable)
	if !ok {
		h.T.Fatal("no field has the focus")
	}
	f.TypedShortcut(&fyne.ShortcutSelectAll{})
	h.Press(fyne.KeyBackspace)
}

// SignUp creates an account by the keyboard.
func (h *Harness) SignUp(name, password string) {
	h.T.Helper()
	h.Sees("wizard.sign-up.heading")
	h.Write(name)
	h.Press(fyne.KeyTab)
	h.Write(password)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")
}

// Basic signs in like a program that has only a user name and a password.
func (h *Harness) Basic(name, secret string) error {
	r := httptest.NewRequestWithContext(h.T.Context(), http.MethodGet, "/api/v1/me", nil)
	r.Host = "localhost:8440"
	r.SetBasicAuth(name, secret)
	r.RemoteAddr = "127.0.0.1:49152"
	w := httptest.NewRecorder()
	h.Server.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Errorf("%d %s", w.Code, w.Body)
	}
	return nil
}

// SignInElsewhere makes another session for an account without a second step.
func (h *Harness) SignInElsewhere(name, password string) (token string) {
	h.T.Helper()
	c := h.Client.WithAgent("curl/8.5.0")
	v, err := c.Begin(h.T.Context(), api.Begin{Kind: api.SignIn})
	Must(h.T, err)
	v, err = c.Answer(h.T.Context(), v.ID, v.Rev, api.Credentials{Username: name, Password: password})
	Must(h.T, err)
	in, ok := v.Step.(api.SignedIn)
	if !ok {
		h.T.Fatalf("signing in elsewhere came to %#v", v)
	}
	return in.SessionToken
}

// Paste pastes a text into the focused field.
func (h *Harness) Paste(text string) {
	h.T.Helper()
	f, ok := h.Canvas().Focused().(fyne.Shortcutable)
	if !ok {
		h.T.Fatal("no widget that takes a paste has the focus")
	}
	h.App.Clipboard().SetContent(text)
	f.TypedShortcut(&fyne.ShortcutPaste{Clipboard: h.App.Clipboard()})
	h.Settle()
}
