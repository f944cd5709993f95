package httpapi_test

import (
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R70, R71, R76, R77.
func TestBackupCodes(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("bob")
	got := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx))
	if len(got) != 2 || got[0].Number != 1 || got[0].State != "active" || !got[0].Created.Equal(servertest.Start) || got[0].Kept != api.KeptSaved {
		t.Errorf("codes %+v", got)
	}
	var last api.NewBackupCode
	for n := 3; n <= 5; n++ {
		last = servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
		if last.Number != n || len(last.Code) != 19 {
			t.Errorf("R76: issued %+v", last)
		}
	}
	_, err := c.NewBackupCode(ctx)
	if p := servertest.WantProblem(t, "R71: a sixth", err, 409, api.BackupCodesFull); p.Rule != "R71" {
		t.Errorf("rule %q", p.Rule)
	}
	check := servertest.Must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, strings.ToUpper(strings.ReplaceAll(last.Code, "-", " "))))
	if check != (api.BackupCodeCheck{Number: 5, State: "active"}) {
		t.Errorf("R77: %+v", check)
	}
	replaced := servertest.Must[api.NewBackupCode](t)(c.ReplaceBackupCodes(ctx))
	if replaced.Number != 6 {
		t.Errorf("replaced by %+v", replaced)
	}
	for code, want := range map[string]api.BackupCodeCheck{
		servertest.BobBackupCode: {Number: 1, State: "void"},
		replaced.Code:            {Number: 6, State: "active"},
		"9999-9999-9999-9999":    {State: "unknown"},
	} {
		if got := servertest.Must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, code)); got != want {
			t.Errorf("R77: %s is %+v, want %+v", code, got, want)
		}
	}
	for _, bad := range []string{"", "   ", "7kmq-2xwd", "7kmq-2xwd-9hfz-3r8!", strings.Repeat("7", 1000)} {
		_, err := c.CheckBackupCode(ctx, bad)
		if p := servertest.WantProblem(t, "check "+bad, err, 400, api.Malformed); p.Field != "code" {
			t.Errorf("field %q", p.Field)
		}
	}
	if got := w.ActivityTypes(c, 2); got[0] != api.EventBackupCodesReplaced || got[1] != api.EventBackupCodeIssued {
		t.Errorf("activity %v", got)
	}
	if got := servertest.Must[api.Account](t)(c.Account(ctx)); got.BackupCodes != (api.BackupCodes{Active: 1, Next: 6, Low: true}) {
		t.Errorf("account %+v", got.BackupCodes)
	}
}

// R61: without two-factor, backup codes and temporary passwords are refused.
func TestTwoFactorRequired(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("ada")
	_, err := c.NewBackupCode(t.Context())
	servertest.WantProblem(t, "backup code", err, 409, api.TwoFactorRequired)
	_, err = c.ReplaceBackupCodes(t.Context())
	servertest.WantProblem(t, "replace", err, 409, api.TwoFactorRequired)
	_, err = c.NewTemporaryPassword(t.Context(), "Mail", "")
	servertest.WantProblem(t, "temporary password", err, 409, api.TwoFactorRequired)
	if codes := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(t.Context())); codes == nil || len(codes) > 0 {
		t.Errorf("codes %#v", codes)
	}
	if list := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context())); list == nil || len(list) > 0 {
		t.Errorf("temporary passwords %#v", list)
	}
}
