package httpapi_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// The three classes of text in package rawtext, and values of a closed list.
const (
	parsed = "parsed"
	secret = "secret"
	shown  = "shown"
	closed = "closed"
)

// classes is the class of every text field in the inputs of ceremonies.
// TestClassOfEveryInput reports a field without one.
var classes = map[string]string{
	"credentials.username": parsed,
	"credentials.password": secret,
	"password.password":    secret,
	"email.address":        parsed,
	"phone.number":         parsed,
	"code.code":            parsed,
	"label.label":          shown,
	"key-response.product": shown,
	"choose-method.method": closed,
}

func TestClassOfEveryInput(t *testing.T) {
	t.Parallel()
	found := 0
	for _, in := range api.Inputs() {
		typ := reflect.TypeOf(in)
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Type.Kind() != reflect.String {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if classes[string(in.InputType())+"."+name] == "" {
				t.Errorf("%s.%s has no class: is it parsed, secret or shown? Add it to the tests below", in.InputType(), name)
			}
			found++
		}
	}
	if found != len(classes) {
		t.Errorf("%d fields, %d classes", found, len(classes))
	}
}

// wrapped returns a text in the forms in which people paste it.
func wrapped(s string) map[string]string {
	out := map[string]string{
		"embedding": "\u202a" + s + "\u202c", "override": "\u202d" + s + "\u202c", "isolate": "\u2066" + s + "\u2069",
		"line end": s + "\n", "Windows line end": s + "\r\n", "line separator": s + "\u2028", "no-break spaces": "\u00a0" + s + "\u202f",
		"tab": "\t" + s + "\t", "byte order mark": "\ufeff" + s, "inside": s[:2] + "\u200b\u00ad" + s[2:],
	}
	for r := rune(0x200b); r <= 0x200f; r++ {
		out[fmt.Sprintf("U+%04X", r)] = string(r) + s + string(r)
	}
	return out
}

// Parsed text is accepted with any invisible characters around it.
func TestParsedTextAsPeoplePasteIt(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	accepted := func(what, how string, v api.View) {
		t.Helper()
		if v.Refusal != nil {
			t.Errorf("%s, %s: %+v", what, how, v.Refusal)
		}
	}
	bob, made := w.SignIn("Bob"), w.NewTemporaryPassword("Bob", "")
	n := 0
	for how := range wrapped("xxxx") {
		n++
		name := fmt.Sprintf("newcomer%d", n)
		v := w.Answer(w.Client, w.Begin(w.Client, api.SignUp), api.Credentials{Username: wrapped(name)[how], Password: servertest.Password})
		done, ok := v.Step.(api.SignedIn)
		if !ok || done.Account.Username != name {
			t.Errorf("name to sign up with, %s: %+v", how, v)
			continue
		}
		c := w.Client.WithToken(done.SessionToken)
		v = w.Answer(c, w.Begin(c, api.EnrollText), api.Continue{})
		v = w.Answer(c, v, api.Email{Address: wrapped(name + "@example.org")[how]})
		accepted("address", how, v)
		if step, ok := v.Step.(api.EnterCode); !ok || step.SentTo != name+"@example.org" {
			t.Errorf("address, %s: %+v", how, v.Step)
		}
		w.DeliverAll()
		mails := servertest.Must[[]api.LabMail](t)(w.Client.Mail(t.Context(), "\u200b"+name+"@example.org"))
		if len(mails) == 0 {
			t.Errorf("%s: no mail", how)
			continue
		}
		v = w.Answer(c, v, api.Code{Code: wrapped(servertest.CodeIn(mails[len(mails)-1].Text))[how]})
		accepted("mailed code", how, v)
		phone := fmt.Sprintf("+120255501%02d", 50+n)
		v = w.Answer(c, v, api.Phone{Number: wrapped(phone)[how]})
		accepted("number", how, v)
		v = w.Answer(c, v, api.Code{Code: wrapped(w.TextCode(phone))[how]})
		accepted("texted code", how, v)

		v = w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: wrapped("cyd")[how], Password: servertest.Password})
		accepted("name to sign in with", how, v)
		accepted("code of the app", how, w.Answer(w.Client, v, api.Code{Code: wrapped(w.AppCode())[how]}))

		b, _ := json.Marshal(map[string]string{"code": wrapped(servertest.BobBackupCode)[how]})
		if e := w.DoJSON("POST", "/api/v1/backup-codes/check", bob.Token(), string(b)); e.Status != 200 {
			t.Errorf("backup code, %s: %d %s", how, e.Status, e.Body)
		}
		servertest.WantMe(t, how+": name of a program", w.Basic(wrapped("bob")[how], made.Password), "Bob")
		servertest.WantMe(t, how+": temporary password", w.Basic("bob", wrapped(made.Password)[how]), "Bob")
	}
}

// A password may contain every character except controls, and each character
// counts (R0).
func TestSecretsAsPeoplePasteThem(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for i, password := range []string{
		"right-to-left\u200fmark", "\u202eturned around it is\u202c", "zero\u200bwidth horse", "flag 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f of a horse",
		"🇩🇪 \uf8ff battery staple", "\ufeffbyte order horse", "line\u2028separator horse", "c1 \u0085 control horse", "spaces around horse  ", "nonchar\ufdd0 horse",
	} {
		name := fmt.Sprintf("newcomer%d", i)
		v := w.Answer(w.Client, w.Begin(w.Client, api.SignUp), api.Credentials{Username: name, Password: password})
		if v.Refusal != nil {
			t.Errorf("%+q: %+v", password, v.Refusal)
			continue
		}
		w.SignInAs(w.Client, name, password)
		without := strings.TrimSpace(strings.Map(func(r rune) rune {
			if r > 0x7f {
				return -1
			}
			return r
		}, password))
		if v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: name, Password: without}); v.Refusal == nil {
			t.Errorf("%+q signs in as %+q", without, password)
		}
	}
	for _, control := range []string{"\x00", "\t", "\n", "\x1b", "\x1f", "\x7f"} {
		v := w.Answer(w.Client, w.Begin(w.Client, api.SignUp), api.Credentials{Username: "control", Password: "a fine " + control + " passphrase"})
		if v.Refusal == nil || v.Refusal.Code != api.Malformed || v.Refusal.Field != "password" || strings.Contains(v.Refusal.Detail, "passphrase") {
			t.Errorf("%q: %+v", control, v.Refusal)
		}
	}
}

// A name is refused only for controls and for characters that reorder or hide
// other text. The refusal names the character.
func TestShownTextAsPeoplePasteIt(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	key := w.AddKey("Bob", "Desk")
	bob := w.SignInWithoutKey("Bob").Token()
	for _, route := range [][2]string{{"PATCH", "/api/v1/keys/" + key}, {"POST", "/api/v1/temporary-passwords"}} {
		send := func(label string) servertest.Exchange {
			b, _ := json.Marshal(map[string]string{"label": label})
			return w.DoJSON(route[0], route[1], bob, string(b))
		}
		for _, good := range []string{"👩‍👩‍👧", "🇩🇪", "کلید\u200cها", "\uf8ff Watch", "soft\u00adhyphen", "שלום", "❤️"} {
			if e := send(good); e.Status/100 != 2 {
				t.Errorf("%s %+q: %d %s", route[1], good, e.Status, e.Body)
			}
		}
		for bad, char := range map[string]string{
			"a\u202eb": "U+202E (RIGHT-TO-LEFT OVERRIDE)", "a\u2066b": "U+2066 (LEFT-TO-RIGHT ISOLATE)", "a\u200fb": "U+200F (RIGHT-TO-LEFT MARK)",
			"a\nb": "U+000A (LINE FEED)", "a\x1b[0m": "U+001B (ESCAPE)", "a\u2028b": "U+2028 (LINE SEPARATOR)", "a\U000e0041": "U+E0041",
		} {
			p := send(bad).Problem(t)
			if p.Code != api.Malformed || p.Field != "label" || p.Reason != "character" || p.Character != char || !strings.Contains(p.Detail, char) || p.Rule == "" {
				t.Errorf("%s %+q: %+v", route[1], bad, p)
			}
		}
	}
}

// The advice of a refusal fits the mistake.
func TestAdviceFits(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ada, cyd := w.SignIn("ada"), w.SignIn("cyd")
	address := w.Answer(ada, w.Begin(ada, api.EnrollText), api.Continue{})
	for typed, want := range map[string][2]string{
		"пример@example.org": {"not_ascii", "ASCII"}, "ünal@bücher.example": {"not_ascii", "SMTPUTF8"},
		"ada.example.org": {"no_at", "@"}, "ada@example": {"domain", "example.org"}, "ada@-": {"domain", "domain"},
	} {
		r := w.Answer(ada, address, api.Email{Address: typed}).Refusal
		if r == nil || r.Reason != want[0] || !strings.Contains(r.Detail, want[1]) || strings.Contains(r.Detail, typed) {
			t.Errorf("%s: %+v", typed, r)
		}
	}
	number := w.Answer(cyd, w.Begin(cyd, api.EnrollText), api.Continue{})
	for typed, reason := range map[string]string{
		"202 555 0143": "country", "+999 123 456 789": "country", "+1 202 555": "length", "+1 202 555 0143 0000": "length",
		"+1 202 555 0143 ext. 7": "not_a_number", "nobody": "not_a_number",
	} {
		if r := w.Answer(cyd, number, api.Phone{Number: typed}).Refusal; r == nil || r.Reason != reason {
			t.Errorf("%s: %+v", typed, r)
		}
	}
}
