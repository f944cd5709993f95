package enroll_test

import (
	"fmt"
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

const third = "+12025550177"

// A finale is a ceremony before its last edge. answer gives the last answer; own resets the
// part of the account that the ceremony may change.
type finale struct {
	kind   api.Kind
	method api.Method
	own    func(*parts)
	walk   func(w *World, ada *Person) (walk *Walk, answer func())
}

// parts has everything in an account that a ceremony can replace.
type parts struct {
	password, email, phone string
	discoverable, text     bool
	app, keys, codes       string
}

func partsOf(w *World) (p parts) {
	w.View(func(tx store.Tx) error {
		a, err := account.ByLogin(tx, "ada")
		if err != nil {
			return err
		}
		now, err := account.PartsOf(tx, a)
		p = parts{
			password: a.Password, email: a.Email, phone: a.Phone, discoverable: a.Discoverable, text: a.TextOn,
			app: now.App, keys: strings.Join(now.Keys, " "), codes: fmt.Sprint(a.ActiveBackupCodes),
		}
		return err
	})
	return p
}

// finales lists every kind of ceremony that writes to an account.
func finales() []finale {
	text := func(kind api.Kind, to string) func(w *World, ada *Person) (*Walk, func()) {
		return func(w *World, ada *Person) (*Walk, func()) {
			walk := ada.Begin(kind)
			if kind == api.EnrollText {
				walk.Answer(api.Continue{})
			}
			if to != "" {
				find := true
				walk.Answer(api.Phone{Number: to, Discoverable: &find})
			}
			w.Deliver()
			sent := walk.In("text-code").View.Step.(api.EnterCode).SentTo
			code := w.Texts.LastCode(sent)
			return walk, func() { walk.Answer(api.Code{Code: code}) }
		}
	}
	return []finale{
		{kind: api.EnrollText, walk: text(api.EnrollText, ""), own: func(p *parts) { p.text, p.codes = false, "" }},
		{kind: api.EnrollText, method: "other number", walk: text(api.EnrollText, other), own: func(p *parts) { p.text, p.codes = false, "" }},
		{kind: api.ChangePhone, walk: text(api.ChangePhone, other), own: func(*parts) {}},
		{kind: api.ChangeEmail, own: func(*parts) {}, walk: func(w *World, ada *Person) (*Walk, func()) {
			walk := ada.Begin(api.ChangeEmail).Answer(api.Email{Address: "late@example.org"}).In("email-code")
			w.Deliver()
			code := w.Mails.LastCode("late@example.org")
			return walk, func() { walk.Answer(api.Code{Code: code}) }
		}},
		{kind: api.EnrollApp, own: func(p *parts) { p.codes = "" }, walk: func(w *World, ada *Person) (*Walk, func()) {
			walk := ada.Begin(api.EnrollApp).Answer(api.Continue{}).In("scan-qr")
			secret := walk.View.Step.(api.ScanQR).Secret
			walk.Answer(api.Continue{}).In("app-code")
			return walk, func() { walk.Answer(api.Code{Code: w.AppCode(secret)}) }
		}},
		{kind: api.EnrollKey, own: func(p *parts) { p.keys = "" }, walk: func(w *World, ada *Person) (*Walk, func()) {
			walk := ada.Begin(api.EnrollKey).Answer(api.Continue{}).In("touch-key")
			walk.Answer(NewKey(w.T).Create(walk.View.Step.(api.UseSecurityKey).Create)).In("name-key")
			return walk, func() { walk.Answer(api.Label{Label: "Late"}) }
		}},
		{kind: api.ChangePassword, own: func(*parts) {}, walk: func(_ *World, ada *Person) (*Walk, func()) {
			walk := ada.Begin(api.ChangePassword).Answer(api.Password{Password: Password}).In("choose-password")
			return walk, func() { walk.Answer(api.Password{Password: "quite another password"}) }
		}},
		turnOffFinale(api.App), turnOffFinale(api.SecurityKey),
	}
}

func turnOffFinale(m api.Method) finale {
	return finale{kind: api.TurnOff, method: m, own: func(p *parts) {
		p.codes = "" // void if this was the last method, which the step says
	}, walk: func(_ *World, ada *Person) (*Walk, func()) {
		walk := ada.TurnOff(m).In("confirm")
		return walk, func() { walk.Answer(api.ConfirmInput{}) }
	}}
}

// otherWays has changes of each part of an account outside the ceremony.
func otherWays(w *World) map[string]func(tx store.Tx, a *account.Account) error {
	save := func(fn func(a *account.Account)) func(store.Tx, *account.Account) error {
		return func(tx store.Tx, a *account.Account) error {
			fn(a)
			return account.Save(tx, a)
		}
	}
	number := func(to ...string) func(tx store.Tx, a *account.Account) error {
		return func(tx store.Tx, a *account.Account) error {
			for _, n := range to {
				if err := account.SetPhone(tx, a, n); err != nil {
					return err
				}
				if err := account.Save(tx, a); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return map[string]func(tx store.Tx, a *account.Account) error{
		"the password":         save(func(a *account.Account) { a.Password = "$changed" }),
		"the address":          save(func(a *account.Account) { a.Email = "newer@example.org" }),
		"the number":           number(third),
		"the number, and back": number(third, "+12025550143"),
		"the number, deleted": func(tx store.Tx, a *account.Account) error {
			_, err := twofactor.DeletePhone(tx, a)
			return err
		},
		"findable, off":          func(tx store.Tx, a *account.Account) error { return toggle(tx, a, false) },
		"findable, off, on, off": func(tx store.Tx, a *account.Account) error { return toggle(tx, a, false, true, false) },
		"the app": func(tx store.Tx, a *account.Account) error {
			return account.SetApp(tx, a.ID, account.AppSecret{Sealed: w.Sealer.Seal(account.AppKey(a.ID), []byte("JBSWY3DPEHPK3PXP"))})
		},
		"the app, removed": func(tx store.Tx, a *account.Account) error {
			_, err := twofactor.RemoveMethods(tx, a, api.App)
			return err
		},
		"a key": func(tx store.Tx, a *account.Account) error {
			_, err := account.AddKey(tx, a.ID, account.SecurityKey{Label: "Newer", Credential: account.Credential{ID: []byte("newer key"), RPID: RPID}})
			return err
		},
		"the codes": func(tx store.Tx, a *account.Account) error {
			if _, err := backupcode.VoidAll(tx, a, api.EventBackupCodesVoided, 0); err != nil {
				return err
			}
			_, err := backupcode.Issue(tx, a, []byte("newer code"), 5)
			return err
		},
	}
}

func toggle(tx store.Tx, a *account.Account, values ...bool) error {
	for _, v := range values {
		a.Discoverable = v
		if err := account.Save(tx, a); err != nil {
			return err
		}
	}
	return nil
}

// newWorld has an account with a number on file, an app, a key and a backup code.
func newWorld(t *testing.T) (*World, *Person) {
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollApp()
	w.AddKey("ada", "Old")
	w.Update(func(tx store.Tx) error {
		a, err := account.ByLogin(tx, "ada")
		if err != nil {
			return err
		}
		if err := account.SetPhone(tx, a, number); err != nil {
			return err
		}
		a.Discoverable = true
		return account.Save(tx, a)
	})
	return w, ada
}

// R6, R16: a ceremony does not overwrite a part that was changed in another way before its last
// edge. It finishes without the change, or asks again.
func TestLastEdgeKeepsWhatIsNewer(t *testing.T) {
	t.Parallel()
	for _, f := range finales() {
		for name := range otherWays(nil) {
			t.Run(string(f.kind)+string(f.method)+"/"+name, func(t *testing.T) {
				t.Parallel()
				w, ada := newWorld(t)
				walk, answer := f.walk(w, ada)
				w.Update(func(tx store.Tx) error {
					a, err := account.ByLogin(tx, "ada")
					if err != nil {
						return err
					}
					return otherWays(w)[name](tx, a)
				})
				newer := partsOf(w)
				answer()
				after := partsOf(w)
				own := changedParts(f, name)
				f.own(&newer)
				f.own(&after)
				own(&newer)
				own(&after)
				if newer != after {
					t.Errorf("in %s, refusal %+v:\n%+v became\n%+v", walk.View.State, walk.View.Refusal, newer, after)
				}
			})
		}
	}
}

// changedParts blanks the part that a ceremony changes, unless that part was changed in another
// way.
func changedParts(f finale, name string) func(*parts) {
	blank := map[api.Kind]struct {
		way  []string
		part func(*parts)
	}{
		api.EnrollText:     {[]string{"the number", "the number, and back", "the number, deleted"}, func(p *parts) { p.phone = "" }},
		api.ChangePhone:    {[]string{"the number", "the number, and back", "the number, deleted"}, func(p *parts) { p.phone = "" }},
		api.ChangeEmail:    {[]string{"the address"}, func(p *parts) { p.email = "" }},
		api.EnrollApp:      {[]string{"the app"}, func(p *parts) { p.app = "" }},
		api.ChangePassword: {[]string{"the password"}, func(p *parts) { p.password = "" }},
	}[f.kind]
	if f.kind == api.TurnOff && f.method == api.App {
		blank.way, blank.part = []string{"the app"}, func(p *parts) { p.app = "" }
	}
	if f.kind == api.TurnOff && f.method == api.SecurityKey {
		blank.way, blank.part = []string{"a key"}, func(p *parts) { p.keys = "" }
	}
	for _, way := range blank.way {
		if way == name {
			return func(*parts) {}
		}
	}
	if blank.part == nil {
		return func(*parts) {}
	}
	return blank.part
}

// R3, R6: the last edge of every ceremony checks the proof of the password. Answers in between
// do not extend it.
func TestLastEdgeChecksTheProof(t *testing.T) {
	t.Parallel()
	for _, f := range finales() {
		t.Run(string(f.kind)+string(f.method), func(t *testing.T) {
			t.Parallel()
			w, ada := newWorld(t)
			walk, answer := f.walk(w, ada)
			for range 4 { // each answer gives the ceremony another two hours
				w.Clock.Advance(8 * time.Minute)
				walk.Answer(api.ChooseMethod{Method: api.Text})
			}
			fresh := walk.View.Step
			if step, ok := fresh.(api.EnterCode); ok && step.ResendAt != nil {
				walk.Answer(api.Resend{})
				w.Deliver()
				code := w.Texts.LastCode(step.SentTo) + w.Mails.LastCode(step.SentTo)
				answer = func() { walk.Answer(api.Code{Code: code}) }
			}
			before := partsOf(w)
			answer()
			if after := partsOf(w); after != before || walk.View.State != "enter-password" {
				t.Errorf("in %s, refusal %+v:\n%+v became\n%+v", walk.View.State, walk.View.Refusal, before, after)
			}
			walk.Answer(api.Password{Password: Password})
			if walk.View.State == "confirm" {
				walk.Answer(api.ConfirmInput{})
			}
			if walk.View.State != "finished" && walk.View.State != "save-backup-code" {
				t.Errorf("after the password it is in %s, refusal %+v", walk.View.State, walk.View.Refusal)
			}
			if after := partsOf(w); after == before {
				t.Errorf("nothing was changed: %+v", after)
			}
		})
	}
}
