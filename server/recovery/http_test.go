package recovery_test

import (
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// The server's answer depends on the account's methods.
func TestRecovery(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for _, tt := range []struct {
		username string
		back     api.BackIn
		keeps    []api.RecoveryKind
		gone     []api.RecoveryKind
		next     api.RecoveryStep
	}{
		{"dot", api.BackInOff, []api.RecoveryKind{api.RecoveryPassword, api.RecoverySession}, nil, api.RecoverTurnOn},
		{"cyd", api.BackInNo, []api.RecoveryKind{api.RecoverySession}, []api.RecoveryKind{api.RecoveryApp}, api.RecoverCode},
		{"bob", api.BackInYes, []api.RecoveryKind{api.RecoveryBackupCodes, api.RecoverySession}, []api.RecoveryKind{api.RecoveryText}, api.RecoverKey},
	} {
		got := servertest.Must[api.Recovery](t)(w.SignIn(tt.username).Recovery(t.Context()))
		if got.BackIn != tt.back || got.Next != tt.next || !sameKinds(got.Keeps, tt.keeps) || !sameKinds(got.Gone, tt.gone) {
			t.Errorf("%s: %+v, want %+v", tt.username, got, tt)
		}
	}
	c := w.SignIn("bob")
	w.AddKey("bob", "Desk")
	got := servertest.Must[api.Recovery](t)(c.Recovery(t.Context()))
	if k := got.Keeps[0]; got.Level != api.RecoveryFull || k.Kind != api.RecoveryKey || k.Count != 1 || k.Labels[0] != "Desk" {
		t.Errorf("with a key: %+v", got)
	}
	_, err := w.Client.Recovery(t.Context())
	servertest.WantProblem(t, "without a session", err, 401, api.SignInRequired)
}

func sameKinds(options []api.RecoveryOption, want []api.RecoveryKind) bool {
	if len(options) != len(want) {
		return false
	}
	for i, o := range options {
		if o.Kind != want[i] {
			return false
		}
	}
	return true
}
