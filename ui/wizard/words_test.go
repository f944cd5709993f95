package wizard

import (
	"regexp"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/assetstest"
	"nightlatch/server/api"
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
		shown = append(shown, "wizard.code.unsent-heading", "wizard.code.unsent-lead")
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
