package enroll_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
	"nightlatch/server/twofactor"
)

// A scene is a user with every method, at a step of some ceremony.
type scene struct {
	w     *World
	ada   *Person
	app   string // the secret that her app has
	draft string // the secret of the last QR code
	keys  []*Key
	codes []string // backup codes, in their order
	walk  *Walk
}

func newScene(t *testing.T, text, app, key bool) *scene {
	w := New(t, Setup{})
	s := &scene{w: w, ada: w.SignUp("ada")}
	if text {
		s.codes = append(s.codes, s.ada.EnrollText(number))
	}
	if app {
		secret, code := s.ada.EnrollApp()
		if s.app = secret; code != "" {
			s.codes = append(s.codes, code)
		}
	}
	if key {
		s.keys = append(s.keys, s.ada.EnrollKey("Old"))
	}
	if text || app {
		s.codes = append(s.codes, w.IssueBackupCode("ada"))
	}
	w.Clock.Advance(5 * time.Minute)
	return s
}

// right returns the right answer of a user who has every method.
func (s *scene) right() api.Input {
	s.w.Deliver()
	switch step := s.walk.View.Step.(type) {
	case api.EnterCredentials:
		return api.Credentials{Username: "ada", Password: s.ada.Password}
	case api.EnterPassword:
		return api.Password{Password: s.ada.Password}
	case api.ChoosePassword:
		return api.Password{Password: "chosen at the last step"}
	case api.EnterEmail:
		return api.Email{Address: "chosen@example.org"}
	case api.EnterPhone:
		return api.Phone{Number: "+12025550188"}
	case api.EnterCode:
		return s.rightCode(step)
	case api.ScanQR:
		s.draft = step.Secret
	case api.UseSecurityKey:
		if step.Create != nil {
			return NewKey(s.w.T).Create(step.Create)
		}
		for _, k := range s.keys {
			if k.Allowed(step.Get) {
				return k.Get(step.Get)
			}
		}
		s.w.T.Errorf("no key of hers is allowed by %s", step.Get)
	case api.NameKey:
		return api.Label{Label: "New"}
	case api.EnterBackupCode:
		if step.Number == 0 {
			if n := s.walk.View.Notice; n == nil || n.Code != api.BackupCodeInactive {
				s.w.T.Errorf("asks for no number, and says %+v", n)
			}
			return api.ChooseMethod{Method: step.Alternatives[0]}
		}
		return api.Code{Code: s.codes[step.Number-1]}
	case api.Confirm:
		return api.ConfirmInput{}
	}
	return api.Continue{}
}

func (s *scene) rightCode(step api.EnterCode) api.Input {
	if step.Channel == api.ByApp {
		s.w.Clock.Advance(30 * time.Second)
		if s.walk.View.Kind == api.EnrollApp {
			return api.Code{Code: s.w.AppCode(s.draft)}
		}
		return api.Code{Code: s.w.AppCode(s.app)}
	}
	if step.SentAt == nil { // a GET sends no code
		return api.Resend{}
	}
	if n := s.walk.View.Notice; n != nil && (n.Code == api.CodeUsed || n.Code == api.CodeExpired || n.Code == api.TooManyTries) {
		return api.Resend{}
	}
	if step.Channel == api.ByEmail {
		return api.Code{Code: s.w.Mails.LastCode(step.SentTo)}
	}
	to := step.SentTo
	if s.walk.View.Kind == api.SignIn {
		to = s.w.Account("ada").Phone
	}
	return api.Code{Code: s.w.Texts.LastCode(to)}
}

// stands fails the test if the step asks for something that the account does not have.
func (s *scene) stands() {
	s.w.T.Helper()
	a, e := s.w.Account("ada"), s.w.Enrolled("ada")
	enrols := s.walk.View.Kind != api.SignIn
	stands := true
	switch step := s.walk.View.Step.(type) {
	case api.EnterCode:
		switch {
		case step.Channel == api.ByText && !enrols:
			stands = e.Text && step.SentTo == account.MaskPhone(a.Phone)
		case step.Channel == api.ByApp && !enrols:
			stands = e.App
		}
	case api.UseSecurityKey:
		stands = enrols || e.Keys > 0
	case api.EnterBackupCode:
		stands = e.TwoFactor() && (step.Number == 0 && len(a.ActiveBackupCodes) == 0 || slices.Contains(a.ActiveBackupCodes, step.Number))
	case api.Confirm:
		stands = e.Has(step.Method)
	case api.SaveBackupCode:
		stands = slices.Contains(a.ActiveBackupCodes, step.Number)
	case api.EnterEmail:
		stands = s.walk.View.Kind == api.ChangeEmail || !a.EmailConfirmed
	}
	if !stands {
		s.w.T.Errorf("%+v asks for something that is not there: %+v", s.walk.View.Step, e)
	}
}

// until answers until a state is reached.
func (s *scene) until(state api.State) {
	for range 8 {
		if s.walk.View.State == state {
			return
		}
		s.walk.Answer(s.right())
	}
	s.w.T.Fatalf("%s never reached %s; it is in %s", s.walk.View.Kind, state, s.walk.View.State)
}

// look looks at the step again. That sends nothing: a client may look as often as it likes.
func (s *scene) look() {
	s.w.T.Helper()
	s.w.Deliver()
	sent := func() int { return s.w.Texts.Len() + s.w.Mails.Len() }
	before := sent()
	s.walk.Look()
	s.w.Deliver()
	if n := sent() - before; n != 0 {
		s.w.T.Errorf("looking sent %d messages", n)
	}
	step, code := s.walk.View.Step.(api.EnterCode)
	if code && step.Channel != api.ByApp && step.SentAt == nil && (step.ResendAt == nil || step.ResendAt.After(s.w.Clock.Now())) {
		s.w.T.Errorf("no code was sent, and none can be had: %+v", step)
	}
}

// finish answers until the ceremony is over. No right answer may be refused.
func (s *scene) finish() {
	s.w.T.Helper()
	for range 8 {
		switch s.walk.View.Step.(type) {
		case api.Finished, api.SignedIn:
			return
		}
		s.stands()
		was, in := s.walk.View.State, s.right()
		if s.walk.Answer(in); s.walk.View.Refusal != nil {
			s.w.T.Fatalf("the right %s in %s was refused: %+v", in.InputType(), was, s.walk.View.Refusal)
		}
	}
	s.w.T.Fatalf("not over, but in %s", s.walk.View.State)
}

// stages lists every step of every ceremony, with what the account has.
func stages() map[string]func(t *testing.T) *scene {
	out := map[string]func(t *testing.T) *scene{}
	add := func(kind api.Kind, m api.Method, state api.State, text, app, key bool) {
		out[strings.Join([]string{string(kind), string(m), string(state)}, " ")] = func(t *testing.T) *scene {
			s := newScene(t, text, app, key)
			switch {
			case kind == api.TurnOff:
				s.walk = s.ada.TurnOff(m)
			case kind == api.SignIn:
				s.walk = s.ada.SignIn()
				if at := methodState[m]; s.walk.View.State != at {
					s.walk.Answer(api.ChooseMethod{Method: m})
				}
			default:
				s.walk = s.ada.Begin(kind)
			}
			s.until(state)
			return s
		}
	}
	for m, state := range methodState {
		add(api.SignIn, m, state, true, true, true)
	}
	for _, state := range []api.State{"overview", "enter-phone", "text-code", "save-backup-code"} {
		add(api.EnrollText, "", state, state == "enter-phone", state == "text-code", false)
	}
	for _, state := range []api.State{"overview", "enter-email", "email-code", "scan-qr", "app-code", "save-backup-code"} {
		add(api.EnrollApp, "", state, false, state == "scan-qr", false)
	}
	for _, state := range []api.State{"overview", "touch-key", "name-key"} {
		add(api.EnrollKey, "", state, false, false, true)
	}
	add(api.ChangePassword, "", "enter-password", true, false, false)
	add(api.ChangePassword, "", "choose-password", true, false, false)
	add(api.ChangeEmail, "", "enter-email", true, false, false)
	add(api.ChangeEmail, "", "email-code", true, false, false)
	add(api.ChangePhone, "", "enter-phone", true, false, false)
	add(api.ChangePhone, "", "text-code", true, false, false)
	add(api.Reauthenticate, "", "enter-password", true, false, false)
	for _, m := range []api.Method{api.Text, api.App, api.SecurityKey} {
		add(api.TurnOff, m, "confirm", true, true, true)
	}
	return out
}

var methodState = map[api.Method]api.State{
	api.Text: "text-code", api.App: "app-code", api.SecurityKey: "security-key", api.BackupCode: "backup-code",
}

// events are what can happen to an account in another way.
func (s *scene) events() map[string]func(tx store.Tx, a *account.Account) error {
	off := func(methods ...api.Method) func(store.Tx, *account.Account) error {
		return func(tx store.Tx, a *account.Account) error {
			_, err := twofactor.RemoveMethods(tx, a, methods...)
			return err
		}
	}
	return map[string]func(tx store.Tx, a *account.Account) error{
		"nothing":  func(store.Tx, *account.Account) error { return nil },
		"text off": off(api.Text),
		"app off":  off(api.App),
		"keys off": off(api.SecurityKey),
		"2FA off":  off(api.Text, api.App, api.SecurityKey),
		"text, voids": func(tx store.Tx, a *account.Account) error {
			_, err := backupcode.VoidAll(tx, a, api.EventBackupCodesVoided, 0)
			return err
		},
		"number": func(tx store.Tx, a *account.Account) error {
			if a.Phone == "" {
				return nil
			}
			if err := account.SetPhone(tx, a, third); err != nil {
				return err
			}
			return account.Save(tx, a)
		},
		"number deleted": func(tx store.Tx, a *account.Account) error {
			if a.Phone == "" {
				return nil
			}
			_, err := twofactor.DeletePhone(tx, a)
			return err
		},
		"address": func(tx store.Tx, a *account.Account) error {
			a.Email, a.EmailConfirmed = "elsewhere@example.org", true
			return account.Save(tx, a)
		},
		"app replaced": func(tx store.Tx, a *account.Account) error {
			s.app = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
			return account.SetApp(tx, a.ID, account.AppSecret{Sealed: s.w.Sealer.Seal(account.AppKey(a.ID), []byte(s.app))})
		},
	}
}

// A step becomes obsolete with its method, number or code: after any event, GET shows a step
// that the account's owner can answer, and right answers finish the ceremony.
func TestStepsDoNotOutliveWhatTheyAskFor(t *testing.T) {
	t.Parallel()
	for at, stage := range stages() {
		for event := range (&scene{}).events() {
			t.Run(at+", "+event, func(t *testing.T) {
				t.Parallel()
				s := stage(t)
				s.w.Update(func(tx store.Tx) error {
					a, err := account.ByLogin(tx, "ada")
					if err != nil {
						return err
					}
					return s.events()[event](tx, a)
				})
				s.look()
				if event == "nothing" && s.walk.View.State != api.State(at[strings.LastIndex(at, " ")+1:]) {
					t.Errorf("in %s", s.walk.View.State)
				}
				if _, signedIn := s.walk.View.Step.(api.SignedIn); signedIn {
					t.Error("looking at it signed in")
				}
				s.finish()
			})
		}
	}
}

// The same for events that change secrets: another password, a new key in place of the old one,
// used backup codes, and a texted code that was entered in another window.
func TestStepsDoNotOutliveOtherCeremonies(t *testing.T) {
	t.Parallel()
	for at, stage := range stages() {
		if !strings.HasPrefix(at, "sign-in") {
			continue
		}
		for event, do := range map[string]func(s *scene){
			"password changed": func(s *scene) {
				s.ada.Password = "another fine password"
				s.w.SetPassword("ada", s.ada.Password)
			},
			"other key": func(s *scene) {
				s.ada.TurnOff(api.SecurityKey).Answer(api.ConfirmInput{}).In("finished")
				s.keys = []*Key{s.ada.EnrollKey("New")}
			},
			"codes used": func(s *scene) {
				for _, code := range s.codes {
					s.ada.SignIn().Answer(api.ChooseMethod{Method: api.BackupCode}).Answer(api.Code{Code: code}).SignedIn()
				}
			},
			"text used": func(s *scene) {
				other := s.ada.SignIn()
				if other.View.State != "text-code" {
					other.Answer(api.ChooseMethod{Method: api.Text})
				}
				s.w.Deliver()
				other.Answer(api.Code{Code: s.w.Texts.LastCode(number)}).SignedIn()
			},
		} {
			t.Run(at+", "+event, func(t *testing.T) {
				t.Parallel()
				s := stage(t)
				do(s)
				s.look()
				s.finish()
			})
		}
	}
}

// R43: while an account is locked, GET of the second step says so.
func TestLockedAccountSaysSoAtTheSecondStep(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollApp()
	ada.Token = ""
	for range 100 {
		w.Anonymous().Begin(api.SignIn).Answer(api.Credentials{Username: "ada", Password: "not the password"})
		w.Clock.Advance(w.Policy.ThrottleMax)
	}
	w.Unlock("ada")
	walk := ada.SignIn().In("app-code")
	for range 100 {
		w.Anonymous().Begin(api.SignIn).Answer(api.Credentials{Username: "ada", Password: "not the password"})
		w.Clock.Advance(time.Second)
	}
	if n := walk.Look().View.Notice; n == nil || n.Code != api.Throttled || n.RetryAt == nil {
		t.Errorf("notice %+v", n)
	}
}

// A backup code that became void while it was shown is not offered for saving.
func TestVoidBackupCodeIsNotShown(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, false, false)
	s.walk = s.ada.Begin(api.EnrollApp)
	s.until("save-backup-code")
	s.w.Update(func(tx store.Tx) error {
		a, err := account.ByLogin(tx, "ada")
		if err == nil {
			_, err = backupcode.VoidAll(tx, a, api.EventBackupCodesVoided, 0)
		}
		return err
	})
	s.walk.Look()
	if n := s.walk.In("finished").Noticed(api.BackupCodeInactive); n.Reason != "void" || slices.Contains([]string{n.Title, n.Detail}, "") {
		t.Errorf("%s", fmt.Sprintf("notice %+v", n))
	}
}
