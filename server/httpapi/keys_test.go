package httpapi_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R31: list, rename, delete.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("dot")
	if keys := servertest.Must[[]api.Key](t)(c.Keys(ctx)); keys == nil || len(keys) != 0 {
		t.Errorf("no keys are %#v", keys)
	}
	desk := w.AddKey("dot", "Desk")
	w.Clock.Advance(time.Second)
	ring := w.AddKey("dot", "Ring")
	if keys := servertest.Must[[]api.Key](t)(c.Keys(ctx)); len(keys) != 2 || keys[0].Label != "Desk" || keys[1].Label != "Ring" {
		t.Errorf("keys %+v", keys)
	}
	renamed := servertest.Must[api.Key](t)(c.RenameKey(ctx, desk, "  Büro  "))
	if renamed.Label != "Büro" || renamed.ID != desk {
		t.Errorf("renamed to %+v", renamed)
	}
	if got := w.ActivityTypes(c, 1); got[0] != api.EventKeyRenamed {
		t.Errorf("activity %v", got)
	}
	before := w.Dump()
	servertest.Must[api.Key](t)(c.RenameKey(ctx, desk, "Büro"))
	if len(w.Dump()) != len(before) {
		t.Error("the same label again is no event")
	}
	for _, id := range []string{"nokey", "..", "app", desk[:5], strings.Repeat("x", 300)} {
		_, err := c.RenameKey(ctx, id, "x")
		servertest.WantProblem(t, "rename "+id, err, 404, api.NotFound)
		servertest.WantProblem(t, "delete "+id, c.DeleteKey(ctx, id), 404, api.NotFound)
	}
	other := w.SignIn("ada")
	_, err := other.RenameKey(ctx, desk, "x")
	servertest.WantProblem(t, "a key of another account", err, 404, api.NotFound)

	if err := c.DeleteKey(ctx, ring); err != nil {
		t.Fatal(err)
	}
	if got := w.ActivityTypes(c, 1); got[0] != api.EventKeyDeleted {
		t.Errorf("activity %v", got)
	}
	if got := servertest.Must[api.Account](t)(c.Account(ctx)); !got.TwoFactor || got.Methods.Keys != 1 {
		t.Errorf("account %+v", got)
	}
}

// R61: when the last key is deleted and no other method is on, two-factor is off, and
// backup codes and temporary passwords are void.
func TestDeleteLastKey(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("dot")
	desk := w.AddKey("dot", "Desk")
	servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
	servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "Mail", ""))
	if err := c.DeleteKey(ctx, desk); err != nil {
		t.Fatal(err)
	}
	got := servertest.Must[api.Account](t)(c.Account(ctx))
	if got.TwoFactor || got.BackupCodes.Active != 0 {
		t.Errorf("account %+v", got)
	}
	if codes := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx)); codes[0].State != "void" {
		t.Errorf("codes %+v", codes)
	}
	if list := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(ctx)); list[0].State != "revoked" {
		t.Errorf("temporary passwords %+v", list)
	}
	if got := w.ActivityTypes(c, 5); !slices.Equal(got[2:], []api.EventType{api.EventTwoFactorOff, api.EventMethodOff, api.EventKeyDeleted}) {
		t.Errorf("activity %v", got)
	}
	mails := w.MailSubjects("dot@example.org")
	if want := "Two-factor authentication is off"; !slices.Contains(mails, want) {
		t.Errorf("R6: %q is not among %q", want, mails)
	}
}
