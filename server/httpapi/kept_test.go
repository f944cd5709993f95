package httpapi_test

import (
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// kept returns how many backup codes count in "could you get back in?", and the answer.
func kept(t *testing.T, c *client.Client) (int, api.Recovery) {
	t.Helper()
	r := servertest.Must[api.Recovery](t)(c.Recovery(t.Context()))
	for _, o := range r.Keeps {
		if o.Kind == api.RecoveryBackupCodes {
			return o.Count, r
		}
	}
	return 0, r
}

// R77: only codes that were printed, saved or checked count, and only those that sign-in
// can ask for (R72).
func TestOnlyKeptCodesCount(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx, c := t.Context(), w.SignIn("cyd") // an app, no codes
	made := servertest.Must[[]api.NewBackupCode](t)(c.NewBackupCodes(ctx, 4))
	if n, r := kept(t, c); n != 0 || r.BackIn != api.BackInNo || r.Next != api.RecoverReplace {
		t.Errorf("new codes without a copy: %d count, %+v", n, r)
	}
	entry := servertest.Must[api.BackupCodeEntry](t)(c.KeepBackupCode(ctx, 2, api.KeptSaved))
	if entry.Number != 2 || entry.Kept != api.KeptSaved || entry.KeptAt == nil || !entry.KeptAt.Equal(w.Clock.Now()) {
		t.Errorf("kept %+v", entry)
	}
	if n, r := kept(t, c); n != 0 || r.BackIn != api.BackInNo {
		t.Errorf("number 2 is behind number 1, which nobody has: %d count, %+v", n, r)
	}
	servertest.Must[api.BackupCodeEntry](t)(c.KeepBackupCode(ctx, 1, api.KeptPrinted))
	if n, r := kept(t, c); n != 2 || r.BackIn != api.BackInYes {
		t.Errorf("two kept codes: %d count, %+v", n, r)
	}
	servertest.Must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, made[2].Code))
	if n, _ := kept(t, c); n != 3 {
		t.Errorf("%d codes count after number 3 was checked", n)
	}
	servertest.Must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, "9999-9999-9999-9999"))
	if n, _ := kept(t, c); n != 3 {
		t.Errorf("%d codes count after a wrong check", n)
	}
	list := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx))
	for i, want := range []api.KeptHow{api.KeptPrinted, api.KeptSaved, api.KeptChecked, ""} {
		if list[i].Kept != want || list[i].KeptUnknown {
			t.Errorf("number %d: %+v, want %q", i+1, list[i], want)
		}
	}
}

// Marks of codes that are not there, or in another way, are refused.
func TestKeptIsRefused(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx, c := t.Context(), w.SignIn("bob")
	for _, how := range []api.KeptHow{"", "copied", api.KeptChecked} {
		_, err := c.KeepBackupCode(ctx, 1, how)
		if p := servertest.WantProblem(t, string(how), err, 400, api.Malformed); p.Field != "how" {
			t.Errorf("%q: field %q", how, p.Field)
		}
	}
	_, err := c.KeepBackupCode(ctx, 77, api.KeptSaved)
	servertest.WantProblem(t, "no such code", err, 404, api.NotFound)
	servertest.Must[api.NewBackupCode](t)(c.ReplaceBackupCodes(ctx))
	_, err = c.KeepBackupCode(ctx, 1, api.KeptSaved)
	servertest.WantProblem(t, "a void code", err, 409, api.Conflict)
	_, err = w.Client.KeepBackupCode(ctx, 1, api.KeptSaved)
	servertest.WantProblem(t, "without a session", err, 401, api.SignInRequired)
}

// R71: several codes are generated at once, all or none, with one notice.
func TestSeveralCodesAtOnce(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx, c := t.Context(), w.SignIn("bob") // two codes are active
	for _, n := range []int{-1, 0, 6} {
		_, err := c.NewBackupCodes(ctx, n)
		if p := servertest.WantProblem(t, "count", err, 400, api.Malformed); p.Field != "count" {
			t.Errorf("%d: field %q", n, p.Field)
		}
	}
	_, err := c.NewBackupCodes(ctx, 4)
	servertest.WantProblem(t, "R71: a sixth", err, 409, api.BackupCodesFull)
	made := servertest.Must[[]api.NewBackupCode](t)(c.NewBackupCodes(ctx, 3))
	if len(made) != 3 || made[0].Number != 3 || made[2].Number != 5 || made[0].Code == made[1].Code {
		t.Errorf("made %+v", made)
	}
	if got := w.ActivityTypes(c, 2); got[0] != api.EventBackupCodeIssued || got[1] == api.EventBackupCodeIssued {
		t.Errorf("R6: three codes have the events %v", got)
	}
	if one := servertest.Must[[]api.NewBackupCode](t)(c.ReplaceAllBackupCodes(ctx, 1)); len(one) != 1 || one[0].Number != 6 {
		t.Errorf("a count of one is a list of one: %+v", one)
	}
}

// Void codes say which event voided them, and when.
func TestVoidCodesSayWhy(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx, c := t.Context(), w.SignIn("bob")
	w.Clock.Advance(time.Minute)
	at := w.Clock.Now()
	servertest.Must[[]api.NewBackupCode](t)(c.ReplaceAllBackupCodes(ctx, 2))
	list := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx))
	if e := list[0]; e.VoidedBy != api.EventBackupCodesReplaced || e.Voided == nil || !e.Voided.Equal(at) {
		t.Errorf("replaced: %+v", e)
	}
	if list[2].Voided != nil || list[2].VoidedBy != "" {
		t.Errorf("active: %+v", list[2])
	}
}

// R78: the first code is not the last of a sheet.
func TestFirstCodeIsNotRunningOut(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx, c := t.Context(), w.SignIn("cyd")
	low := func() bool { return servertest.Must[api.Account](t)(c.Account(ctx)).BackupCodes.Low }
	if low() {
		t.Error("low before the first code")
	}
	servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
	if low() {
		t.Error("low with the first code")
	}
	servertest.Must[api.NewBackupCode](t)(c.ReplaceBackupCodes(ctx))
	if !low() {
		t.Error("not low after one became void")
	}
}
