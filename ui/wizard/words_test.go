package wizard

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/assetstest"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// The text of a step is true for the account: no backup code is announced if there will
// be none (R70), and no method is called the only one if others are on.
func TestTextsAreTrueForTheAccount(t *testing.T) {
	themed(t)
	var sent []api.Input
	h := host(english(t), &sent)
	both := api.Account{Policy: "classic", TwoFactor: true, Methods: api.Methods{Text: true, App: true}}
	few := both
	few.BackupCodes.Active, few.BackupCodes.Low, few.Methods.Keys = 1, true, 1
	for _, tt := range []struct {
		view      api.View
		account   api.Account
		want, not assetstest.Key
	}{
		{api.View{Kind: api.EnrollApp, Path: []api.StepType{"overview", "save-backup-code"}, Step: api.Overview{Method: api.App}}, api.Account{}, "wizard.overview.app.backup", ""},
		{api.View{Kind: api.EnrollApp, Path: []api.StepType{"overview", "enter-email", "scan-qr"}, Step: api.Overview{Method: api.App}}, api.Account{}, "wizard.overview.email", ""},
		{api.View{Kind: api.EnrollApp, Path: []api.StepType{"overview", "scan-qr"}, Step: api.Overview{Method: api.App}}, both, "wizard.overview.app.scan", "wizard.overview.email"},
		{api.View{Kind: api.EnrollApp, Path: []api.StepType{"overview", "finished"}, Step: api.Overview{Method: api.App}}, both, "wizard.overview.app.lead", "wizard.overview.app.backup"},
		{api.View{Kind: api.EnrollApp, Step: api.Finished{}}, api.Account{Methods: api.Methods{App: true}}, "wizard.finished.enroll-app.lead", "wizard.finished.enroll-app.lead-also"},
		{api.View{Kind: api.EnrollApp, Step: api.Finished{}}, both, "wizard.finished.enroll-app.lead-also", ""},
		{api.View{Kind: api.EnrollKey, Step: api.Finished{}}, both, "wizard.finished.enroll-key.lead-also", ""},
		{api.View{Kind: api.SignIn, Step: api.SignedIn{Account: both}}, both, "wizard.signed-in.lead-classic", "wizard.signed-in.few-why-key"},
		{api.View{Kind: api.SignIn, Step: api.SignedIn{Account: few}}, few, "wizard.signed-in.few-why-key", "wizard.signed-in.few-why"},
	} {
		said := ""
		s := State{View: tt.view, Account: tt.account, Draft: &Draft{}}
		look.Walk(CentredCard(s, h, nil).Content, func(o fyne.CanvasObject) bool {
			if w, ok := o.(*look.Text); ok {
				said += w.Words + " | "
			}
			return true
		})
		shows := func(k assetstest.Key) bool {
			return regexp.MustCompile(assetstest.Pattern(t, h.Words, k)).MatchString(said)
		}
		if !shows(tt.want) || tt.not != "" && shows(tt.not) {
			t.Errorf("%T shows %q", tt.view.Step, said)
		}
	}
}

// R103: the step explains what to do if a code does not arrive.
func TestMissingCodeIsExplained(t *testing.T) {
	themed(t)
	var sent []api.Input
	h := host(english(t), &sent)
	for channel, want := range map[api.Channel]assetstest.Key{api.ByText: "wizard.code.text.late-why", api.ByEmail: "wizard.code.email.late-why", api.ByApp: "wizard.code.app.late-why"} {
		s := State{View: api.View{Kind: api.SignIn, Step: api.EnterCode{Channel: channel, Digits: 6, SentAt: new(time.Now())}}, Draft: &Draft{Hints: true}, ShortCode: "12345"}
		said := ""
		look.Walk(CentredCard(s, h, nil).Content, func(o fyne.CanvasObject) bool {
			if w, ok := o.(*look.Text); ok {
				said += w.Words + " | "
			}
			return true
		})
		if !regexp.MustCompile(assetstest.Pattern(t, h.Words, want, assets.Args{"short_code": "12345"})).MatchString(said) {
			t.Errorf("%s: %q", channel, said)
		}
	}
}

// R18: when no code was sent, nothing says that one was, or that it can be late.
func TestNoCodeWasSent(t *testing.T) {
	themed(t)
	var sent []api.Input
	h := host(english(t), &sent)
	for _, others := range [][]api.Method{{}, {api.App}} {
		s := State{View: api.View{
			Kind: api.SignIn, Notice: &api.Refusal{Code: api.CannotSend, Reason: "stopped"},
			Step: api.EnterCode{Channel: api.ByText, Digits: 6, ResendAt: new(time.Now().Add(-time.Hour)), Alternatives: others},
		}, Draft: &Draft{}, ShortCode: "12345"}
		var shown, hidden []assetstest.Key
		shown = append(shown, "wizard.code.unsent-heading", "wizard.code.unable-lead")
		hidden = append(hidden, "wizard.code.text.resend-why", "wizard.code.text.sign-in-lead")
		if len(others) == 0 {
			shown, hidden = append(shown, "error.cannot_send.stopped.alone.next"), append(hidden, "error.cannot_send.stopped.next")
		} else {
			shown = append(shown, "error.cannot_send.stopped.next")
		}
		if links := len(Draw(s, h).Foot); links != len(others) { // to the other methods, and none about late texts
			t.Errorf("%v: %d links at the foot", others, links)
		}
		said := ""
		look.Walk(CentredCard(s, h, nil).Content, func(o fyne.CanvasObject) bool {
			if !o.Visible() {
				return false
			}
			if w, ok := o.(*look.Text); ok {
				said += w.Words + " | "
			}
			return true
		})
		shows := func(k assetstest.Key) bool {
			return regexp.MustCompile(assetstest.Pattern(t, h.Words, k)).MatchString(said)
		}
		for _, k := range shown {
			if !shows(k) {
				t.Errorf("%v: it does not show %s: %q", others, k, said)
			}
		}
		for _, k := range hidden {
			if shows(k) {
				t.Errorf("%v: it shows %s: %q", others, k, said)
			}
		}
	}
}

// R40, R74: the list of other methods begins with those that work now. The others come last,
// with the reason in place of what to do, and if none works nothing promises one.
func TestOtherMethodsThatCannotWork(t *testing.T) {
	themed(t)
	w := english(t)
	all := []api.Method{api.SecurityKey, api.Text, api.BackupCode}
	unable := []api.UnableMethod{
		{Method: api.SecurityKey, Code: api.KeyForeignRP, Title: "of the server"},
		{Method: api.Text, Code: api.CannotSend, Reason: "stopped"},
		{Method: api.BackupCode, Code: api.BackupCodeInactive, Reason: "none"},
	}
	reason := map[api.Method]assetstest.Key{api.SecurityKey: "wizard.unable.key_elsewhere", api.Text: "wizard.unable.cannot_send.stopped", api.BackupCode: "wizard.unable.backup_code_inactive"}
	for n := range len(unable) + 1 {
		var sent []api.Input
		h := host(w, &sent)
		s := State{View: api.View{Kind: api.SignIn, Step: api.EnterCode{Channel: api.ByApp, Digits: 6, Alternatives: all, Unable: unable[:n]}}, Draft: &Draft{}}
		link, heading := assetstest.Key("wizard.ways.link"), assetstest.Key("wizard.ways.heading")
		if n == len(all) {
			link, heading = "wizard.ways.none-link", "wizard.ways.none-heading"
		}
		if got := Draw(s, h).Foot[0].(*control.Button).Name; !matches(t, w, got, link) {
			t.Errorf("%d unable: the link says %q", n, got)
		}
		s.ShowMethods = true
		d := Draw(s, h)
		if !matches(t, w, d.Heading, heading) {
			t.Errorf("%d unable: the heading is %q", n, d.Heading)
		}
		rows := tapRows(CentredCard(s, h, nil).Content)
		if len(rows) != len(all) || d.First == nil {
			t.Fatalf("%d unable: %d rows, first %v", n, len(rows), d.First)
		}
		for i, m := range append(slices.Clone(all[n:]), all[:n]...) {
			want := assetstest.Key("wizard.ways." + string(m))
			if slices.Index(all, m) < n {
				want = reason[m]
			}
			if said := wordsOf(rows[i]); !matches(t, w, said[len(said)-1], want) {
				t.Errorf("%d unable, row %d, %s: %q", n, i, m, said)
			}
			rows[i].OnTap()
			if got := sent[len(sent)-1]; got != (api.ChooseMethod{Method: m}) {
				t.Errorf("%d unable: row %d sends %v", n, i, got)
			}
		}
	}
	if got := explain.Unable(w, api.UnableMethod{Code: "new_one", Title: "of the server"}); got != "of the server" {
		t.Errorf("a new reason: %q", got)
	}
}

// Advice of the window about a key names another method only where one would complete the
// sign-in.
func TestAdviceAboutAKeyFitsTheAccount(t *testing.T) {
	themed(t)
	w := english(t)
	text := []api.Method{api.Text}
	get := api.RawJSON(`{}`)
	lonely := api.UseSecurityKey{Get: get, Alternatives: text, Unable: []api.UnableMethod{{Method: api.Text}}}
	names := regexp.MustCompile(`\b(method|app)\b`)
	for _, err := range keyErrors() {
		for _, step := range []api.Step{nil, lonely, api.UseSecurityKey{Get: get, Alternatives: []api.Method{}}} {
			if next := ExplainKey(w, err, step).Next; names.MatchString(next) {
				t.Errorf("%v, %+v: %s", err, step, next)
			}
		}
	}
	for _, step := range []api.Step{api.UseSecurityKey{Create: get}, api.UseSecurityKey{Get: get, Alternatives: text}} {
		if next := ExplainKey(w, fido.ErrPINBlocked, step).Next; !matches(t, w, next, "error.key_pin_blocked.next") {
			t.Errorf("%+v: %s", step, next)
		}
	}
	for step, want := range map[*api.UseSecurityKey]assetstest.Key{&lonely: "wizard.key.pin-forgotten-next-alone", {Get: get, Alternatives: text}: "wizard.key.pin-forgotten-next"} {
		var sent []api.Input
		s := State{View: api.View{Kind: api.SignIn, Step: *step}, Draft: &Draft{Hints: true}, Key: KeyInteraction{Phase: AskingPIN}}
		if said := wordsOf(CentredCard(s, host(w, &sent), nil).Content); !slices.ContainsFunc(said, func(text string) bool { return matches(t, w, text, want) }) {
			t.Errorf("%s is not said: %q", want, said)
		}
	}
}

// tapRows are the rows of lists, in the order seen.
func tapRows(o fyne.CanvasObject) (rows []*control.TapRow) {
	look.Walk(o, func(o fyne.CanvasObject) bool {
		if r, ok := o.(*control.TapRow); ok {
			rows = append(rows, r)
		}
		return true
	})
	return rows
}

// wordsOf are the texts of an object, in the order seen.
func wordsOf(o fyne.CanvasObject) (all []string) {
	look.Walk(o, func(o fyne.CanvasObject) bool {
		if text, ok := o.(*look.Text); ok {
			all = append(all, text.Words)
		}
		return true
	})
	return all
}
