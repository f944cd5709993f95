package httpapi_test

import (
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/servertest"
)

// R71, R83: simultaneous requests cannot exceed five backup codes or ten temporary
// passwords.
func TestSimultaneousRequestsKeepTheLimits(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob") // bob has two codes already
	codes := servertest.Race(t, 40, func(int) error { _, err := c.NewBackupCode(t.Context()); return err })
	if codes[""] != 3 || codes[api.BackupCodesFull] != 37 {
		t.Errorf("R71: %v", codes)
	}
	codes = servertest.Race(t, 40, func(int) error { _, err := c.NewTemporaryPassword(t.Context(), "Mail", ""); return err })
	if codes[""] != 10 || codes[api.TemporaryPasswordsFull] != 30 {
		t.Errorf("R83: %v", codes)
	}
	if err := audit.Verify(t.Context(), w.Store, w.Account("bob").ID); err != nil {
		t.Error(err)
	}
}

// Of forty simultaneous deletions of a key, phone or session, one succeeds.
func TestRacingToDelete(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	key := w.AddKey("dot", "Desk")
	w.AddKey("dot", "Ring")
	if codes := servertest.Race(t, 40, func(int) error { return c.DeleteKey(t.Context(), key) }); codes[""] != 1 || codes[api.NotFound] != 39 {
		t.Errorf("key: %v", codes)
	}
	if codes := servertest.Race(t, 40, func(int) error { return c.DeletePhone(t.Context()) }); codes[""] != 1 || codes[api.NotFound] != 39 {
		t.Errorf("phone: %v", codes)
	}
	if codes := servertest.Race(t, 40, func(int) error { return c.SignOut(t.Context()) }); codes[""] != 1 || codes[api.SignInRequired] != 39 {
		t.Errorf("session: %v", codes)
	}
}

// A hundred requests use one session and one temporary password while both are ended.
// Each is accepted or refused properly, and all later ones are refused.
func TestRequestsWhileTheSessionEnds(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	c, owner := w.SignIn("cyd"), w.SignIn("cyd")
	servertest.Race(t, 100, func(i int) error {
		switch {
		case i == 50:
			return owner.EndOtherSessions(t.Context())
		case i == 60:
			return owner.RevokeTemporaryPasswords(t.Context())
		case i%2 == 0:
			_, err := c.Account(t.Context())
			return err
		}
		if e := w.Basic("cyd", made.Password); e.Status != 200 && e.Status != 401 && e.Status != 429 {
			t.Errorf("temporary password: %d %s", e.Status, e.Body)
		}
		return nil
	})
	_, err := c.Account(t.Context())
	servertest.WantProblem(t, "after the end", err, 401, api.SignInRequired)
	if e := w.Basic("cyd", made.Password); e.Status == 200 {
		t.Error("a revoked temporary password works")
	}
}
