package signin_test

import (
	"slices"
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// unable lists what a step says of its alternatives: each method with code and reason.
func unable(t *testing.T, walk *Walk) []string {
	t.Helper()
	var all []string
	_, those := api.Alternatives(walk.View.Step)
	for _, u := range those {
		if u.Title == "" || u.Rule == "" {
			t.Errorf("%+v", u)
		}
		all = append(all, string(u.Method)+" "+u.Code+" "+u.Reason)
	}
	return all
}

func wantUnable(t *testing.T, when string, walk *Walk, want ...string) {
	t.Helper()
	if got := unable(t, walk); !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", when, got, want)
	}
}

// R40, R74: a second step says which of the other methods would not complete the sign-in
// now, and why. They can still be chosen, and what choosing them says is the same.
func TestAlternativesThatCannotWork(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{Policy: account.Classic()})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	w.IssueBackupCode("ada")
	three := w.IssueBackupCode("ada")
	ada.EnrollApp()

	walk := ada.SignIn().In("app-code")
	wantUnable(t, "all work", walk)
	if api.Alone(walk.View.Step) || !slices.Equal(api.Usable(walk.View.Step), []api.Method{api.Text, api.BackupCode}) {
		t.Errorf("usable %v", api.Usable(walk.View.Step))
	}
	walk.Answer(api.ChooseMethod{Method: api.BackupCode}).Answer(api.Code{Code: three}).Refused(api.BackupCodeOutOfOrder) // all are void
	walk = ada.SignIn().In("app-code")
	wantUnable(t, "codes void", walk, "backup-code backup_code_inactive none")
	if got := walk.View.Step.(api.EnterCode).Alternatives; !slices.Contains(got, api.BackupCode) {
		t.Errorf("R74: a backup code can't be chosen: %v", got)
	}
	if n := walk.Answer(api.ChooseMethod{Method: api.BackupCode}).In("backup-code").Noticed(api.BackupCodeInactive); n.Reason != "none" {
		t.Errorf("notice %+v", n)
	}
	wantUnable(t, "at the code", walk)

	w.Connect(true, false)
	walk = ada.SignIn().In("app-code")
	wantUnable(t, "no gateway", walk, "text cannot_send texts", "backup-code backup_code_inactive none")
	if !api.Alone(walk.View.Step) || len(api.Usable(walk.View.Step)) != 0 {
		t.Error("something is offered")
	}
	if n := walk.Answer(api.ChooseMethod{Method: api.Text}).In("text-code").Noticed(api.CannotSend); n.Reason != "texts" {
		t.Errorf("notice %+v", n)
	}
}

// R11: a code that this sign-in texted can be entered although no other could be sent.
func TestTextedCodeKeepsTextUsable(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	ada.EnrollApp()
	walk := ada.SignIn().In("app-code").Answer(api.ChooseMethod{Method: api.Text}).In("text-code")
	w.Deliver()
	code := w.Texts.LastCode(number)
	w.Connect(true, false)
	wantUnable(t, "texted before", walk.Answer(api.ChooseMethod{Method: api.App}).In("app-code"))
	wantUnable(t, "another sign-in", ada.SignIn().In("app-code"), "text cannot_send texts")
	walk.Answer(api.ChooseMethod{Method: api.Text}).Answer(api.Code{Code: code}).SignedIn()
	wantUnable(t, "used", ada.SignIn().Answer(api.ChooseMethod{Method: api.App}).In("app-code"), "text cannot_send texts")
}

// R42: before the right password nothing is said of any method.
func TestNoMethodIsNamedBeforeThePassword(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	w.Connect(true, false)
	for _, name := range []string{"ada", "nobody"} {
		walk := credentials(w, name, "not the password")
		if all, those := api.Alternatives(walk.View.Step); all != nil || those != nil {
			t.Errorf("%s: %v, %v", name, all, those)
		}
	}
}
