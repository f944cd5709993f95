package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"nightlatch/assets"
	"nightlatch/server/api"
)

func english(t *testing.T) *assets.Catalog {
	t.Helper()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// constants returns the values of the string constants in a Go file.
func constants(t *testing.T, file string) (codes []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			if strings.HasPrefix(s.(*ast.ValueSpec).Names[0].Name, "Reason") {
				continue // a part of a problem, not a code
			}
			for _, v := range s.(*ast.ValueSpec).Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					code, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					codes = append(codes, code)
				}
			}
		}
	}
	return codes
}

// Every refusal code and every problem code has three sentences: what happened,
// why, and what to do next.
func TestEveryCodeHasTexts(t *testing.T) {
	t.Parallel()
	w := english(t)
	codes := append(constants(t, "../../server/api/view.go"), constants(t, "../../server/api/problem.go")...)
	if len(codes) < 25 {
		t.Fatalf("found only %d codes", len(codes))
	}
	for _, code := range codes {
		switch code {
		case api.TemporaryPasswordRequired, api.TemporaryPasswordExpired, api.BackupCodeNotAccepted:
			continue // sent to third-party clients, in the form of their protocol
		}
		for _, got := range []Explanation{
			Refusal(w, Situation{View: api.View{Refusal: &api.Refusal{Code: code}, Step: api.EnterPassword{}}}),
			Error(w, &api.Problem{Code: code}),
		} {
			if got.Code != code {
				t.Errorf("%s has no text", code)
			}
			if got.What == "" || got.Why == "" || got.Next == "" {
				t.Errorf("%s has only %+v", code, got)
			}
		}
	}
}

// R23
func TestClockDriftIsGivenInSeconds(t *testing.T) {
	t.Parallel()
	w := english(t)
	for _, tt := range []struct {
		drift int
		want  string
	}{
		{95, w.T("error.clock_drift.ahead.why", assets.Args{"seconds": 95})},
		{-30, w.T("error.clock_drift.behind.why", assets.Args{"seconds": 30})},
	} {
		got := Refusal(w, Situation{View: api.View{Refusal: &api.Refusal{Code: api.ClockDrift, Drift: &tt.drift}, Step: api.EnterCode{Channel: api.ByApp}}})
		if got.Why != tt.want {
			t.Errorf("drift %d: %q, want %q", tt.drift, got.Why, tt.want)
		}
	}
}

// R18: the text has the short code of this server.
func TestStoppedTextsNameTheShortCode(t *testing.T) {
	t.Parallel()
	v := api.View{Refusal: &api.Refusal{Code: api.CannotSend, Reason: "stopped"}, Step: api.EnterPhone{}}
	if got := Refusal(english(t), Situation{View: v, ShortCode: "12345"}); !strings.Contains(got.Next, "12345") {
		t.Errorf("%+v", got)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	w := english(t)
	path := []api.StepType{"overview", "enter-email", "enter-code", "enter-phone", "enter-code", "save-backup-code", "finished"}
	var want []string
	for _, step := range []string{"overview", "enter-email", "enter-phone", "enter-code", "save-backup-code"} {
		want = append(want, w.T("wizard.path."+step))
	}
	for i, at := range []int{0, 1, 1, 2, 3, 4, 5} {
		names, gotAt := Path(w, api.View{Path: path, At: i})
		if gotAt != at || !reflect.DeepEqual(names, want) {
			t.Errorf("step %d is at %d of %q, want %d of %q", i, gotAt, names, at, want)
		}
	}
}

func TestLastDigits(t *testing.T) {
	t.Parallel()
	if got := LastDigits("+1 ••• ••• 0143"); got != "0143" {
		t.Errorf("LastDigits = %q", got)
	}
}

func TestPhoneNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"+12025550143": "+1 202-555-0143", "+4915112345678": "+49 1511 2345678", "•••• 0143": "•••• 0143", "": ""} {
		if got := PhoneNumber(in); got != want {
			t.Errorf("PhoneNumber(%q) = %q, want %q", in, got, want)
		}
	}
}

// Every type of step has a heading and a lead in every ceremony.
func TestEveryStepIsExplained(t *testing.T) {
	t.Parallel()
	w := english(t)
	sent := time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC)
	for _, step := range api.Steps() {
		for _, kind := range []api.Kind{api.SignUp, api.SignIn, api.EnrollText, api.EnrollApp, api.EnrollKey, api.ChangePhone} {
			switch s := step.(type) {
			case api.EnterCode:
				s.Channel, s.SentAt = api.ByText, &sent
				step = s
			case api.Overview:
				s.Method = api.App
				step = s
			case api.Confirm:
				s.Method = api.App
				step = s
			case api.SaveBackupCode:
				if kind != api.EnrollText && kind != api.EnrollApp {
					continue
				}
			case api.Finished:
				if kind == api.SignUp || kind == api.SignIn {
					continue
				}
			}
			heading, lead := Step(w, Situation{View: api.View{Kind: kind, Step: step}, Zone: time.UTC})
			if heading == "" || lead == "" {
				t.Errorf("%s: %T has the heading %q and the lead %q", kind, step, heading, lead)
			}
		}
	}
	if missing := w.Missing(); len(missing) > 0 {
		t.Errorf("no text for %q", missing)
	}
}

// R12: the lead says when the code was sent, in the user's time zone.
func TestCodeLeadHasTheTimeInTheZone(t *testing.T) {
	t.Parallel()
	w := english(t)
	sent := time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC)
	v := api.View{Kind: api.EnrollText, Step: api.EnterCode{Channel: api.ByText, SentTo: "+12025550143", SentAt: &sent}}
	_, lead := Step(w, Situation{View: v, Zone: time.FixedZone("", 3600)})
	if !strings.Contains(lead, "10:41") || !strings.Contains(lead, "+1 202-555-0143") {
		t.Errorf("the lead is %q", lead)
	}
}

// A code that was sent earlier has less time left than a new one, and the text says until
// when it works.
func TestCodeTimesAreReal(t *testing.T) {
	t.Parallel()
	w := english(t)
	now := time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC)
	sent, soon := now.Add(-9*time.Minute-50*time.Second), now.Add(10*time.Second)
	for _, tt := range []struct {
		name string
		step api.EnterCode
		kind api.Kind
		want string
	}{
		{"a text", api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "+12025550143", SentAt: &sent, CodeExpires: &soon}, api.EnrollText, w.T("wizard.code.valid-until", "09:41")},
		{"at sign-in", api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "•0143", SentAt: &sent, CodeExpires: &soon}, api.SignIn, w.T("wizard.code.valid-until", "09:41")},
		{"a mail", api.EnterCode{Channel: api.ByEmail, Digits: 6, SentTo: "m@example.org", SentAt: &sent, CodeExpires: &soon}, api.EnrollApp, w.T("wizard.code.valid-until", "09:41")},
		{"an expired one", api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "+12025550143", SentAt: &sent, CodeExpires: &sent}, api.EnrollText, w.T("wizard.code.expired")},
		{"none yet", api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "+12025550143"}, api.EnrollText, "6 digits, for +1 202-555-0143."},
	} {
		_, lead := Step(w, Situation{View: api.View{Kind: tt.kind, Step: tt.step, Now: now}, Zone: time.UTC})
		if !strings.HasSuffix(lead, tt.want) {
			t.Errorf("%s: %q does not end with %q", tt.name, lead, tt.want)
		}
	}
}

// R0: what makes a password easy to guess has a sentence of its own, not the general one.
func TestEveryPatternOfAPasswordHasTexts(t *testing.T) {
	t.Parallel()
	w := english(t)
	refusal := func(pattern string) Explanation {
		return Refusal(w, Situation{View: api.View{
			Refusal: &api.Refusal{Code: api.PasswordRefused, Reason: "common", Pattern: pattern},
			Step:    api.ChoosePassword{MinPassword: 8, MaxPassword: 128},
		}})
	}
	seen := map[string]string{refusal("").Why: "none"}
	patterns := constants(t, "../../server/strength/strength.go")
	if len(patterns) < 6 {
		t.Fatalf("found only %q", patterns)
	}
	for _, pattern := range patterns {
		if pattern == "" {
			continue
		}
		got := refusal(pattern)
		if got.What == "" || got.Why == "" || got.Next == "" {
			t.Errorf("%s has only %+v", pattern, got)
		}
		if other, is := seen[got.Why]; is {
			t.Errorf("%s is explained like %q: %s", pattern, other, got.Why)
		}
		seen[got.Why] = pattern
	}
}
