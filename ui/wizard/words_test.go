package wizard

import (
	"regexp"
	"testing"

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
		s := State{View: api.View{Kind: api.SignIn, Step: api.EnterCode{Channel: channel, Digits: 6}}, Draft: &Draft{Hints: true}, ShortCode: "12345"}
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
