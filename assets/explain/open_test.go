package explain

import (
	"testing"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// The words about an open ceremony are true at each of its steps: after the method was turned
// on they do not say that nothing was changed.
func TestOpenCeremony(t *testing.T) {
	t.Parallel()
	w := english(t)
	path := []api.StepType{"overview", "enter-email", "enter-code", "scan-qr", "enter-code", "save-backup-code", "finished"}
	steps := func(names ...string) (list string) {
		for i, n := range names {
			if i > 0 {
				list += ", "
			}
			list += w.T("wizard.path." + n)
		}
		return list
	}
	app := w.T("method.app")
	withApp := api.Account{Methods: api.Methods{App: true}}
	for _, tt := range []struct {
		name    string
		view    api.View
		account api.Account
		key     string
		args    assets.Args
	}{
		{"at the overview", api.View{Kind: api.EnrollApp, Path: path, Step: api.Overview{Method: api.App}}, api.Account{}, "wizard.open.off", assets.Args{"method": app, "steps": steps("enter-email", "scan-qr", "enter-code", "save-backup-code")}},
		{"at the code", api.View{Kind: api.EnrollApp, Path: path, At: 4, Step: api.EnterCode{Channel: api.ByApp}}, api.Account{}, "wizard.open.off", assets.Args{"method": app, "steps": steps("enter-code", "save-backup-code")}},
		{"with another app on", api.View{Kind: api.EnrollApp, Path: path, At: 3, Step: api.ScanQR{}}, withApp, "wizard.open.replaces", assets.Args{"method": app, "steps": steps("scan-qr", "enter-code", "save-backup-code")}},
		{"at the backup code", api.View{Kind: api.EnrollApp, Path: path, At: 5, Step: api.SaveBackupCode{}}, withApp, "wizard.open.on", assets.Args{"method": app, "steps": steps("save-backup-code")}},
		{"another key", api.View{Kind: api.EnrollKey, Path: []api.StepType{"overview", "use-security-key", "name-key", "finished"}, At: 2, Step: api.NameKey{}}, api.Account{Methods: api.Methods{Keys: 1}}, "wizard.open.more", assets.Args{"steps": steps("name-key")}},
		{"turning off", api.View{Kind: api.TurnOff, Path: []api.StepType{"enter-password", "confirm", "finished"}, At: 1, Step: api.Confirm{Method: api.App}}, withApp, "wizard.open.still-on", assets.Args{"method": app, "steps": steps("confirm")}},
		{"a change", api.View{Kind: api.ChangePhone, Path: []api.StepType{"enter-phone", "enter-code", "finished"}, Step: api.EnterPhone{}}, api.Account{}, "wizard.open.change", assets.Args{"steps": steps("enter-phone", "enter-code")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, why := Open(w, tt.view, tt.account); why != w.T(tt.key, tt.args) {
				t.Errorf("%q, want %q", why, w.T(tt.key, tt.args))
			}
		})
	}
}
