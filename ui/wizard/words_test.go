package wizard

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// What a step says holds for this account: no backup code is promised where none
// comes (R70), and no method is called the only one where others are on.
func TestWordsHold(t *testing.T) {
	dressed(t)
	var sent []api.Input
	h := host(english(t), &sent)
	both := api.Account{Policy: "classic", TwoFactor: true, Methods: api.Methods{Text: true, App: true}}
	few := both
	few.BackupCodes.Active, few.Methods.Keys = 1, 1
	for _, tt := range []struct {
		view       api.View
		account    api.Account
		says, lies string
	}{
		{api.View{Kind: api.EnrollApp, Path: []api.StepType{"overview", "save-backup-code"}, Step: api.Overview{Method: api.App}}, api.Account{}, "You get a backup code", ""},
		{api.View{Kind: api.EnrollApp, Path: []api.StepType{"overview", "finished"}, Step: api.Overview{Method: api.App}}, both, "until your code was right", "You get a backup code"},
		{api.View{Kind: api.EnrollApp, Step: api.Finished{}}, api.Account{Methods: api.Methods{App: true}}, "a code from the app.", "any other method"},
		{api.View{Kind: api.EnrollApp, Step: api.Finished{}}, both, "or any other method that is on", ""},
		{api.View{Kind: api.EnrollKey, Step: api.Finished{}}, both, "or any other method that is on", ""},
		{api.View{Kind: api.SignIn, Step: api.SignedIn{Account: both}}, both, "for 30 days at most", "security key"},
		{api.View{Kind: api.SignIn, Step: api.SignedIn{Account: few}}, few, "only your security key gets you in", "support"},
	} {
		said := ""
		s := State{View: tt.view, Account: tt.account, Draft: &Draft{}}
		kit.Walk(CentredCard(s, h, nil).Content, func(o fyne.CanvasObject) bool {
			if w, ok := o.(*kit.Text); ok {
				said += w.Words + " | "
			}
			return true
		})
		if !strings.Contains(said, tt.says) || tt.lies != "" && strings.Contains(said, tt.lies) {
			t.Errorf("%T says %q", tt.view.Step, said)
		}
	}
}
