package signin_test

import (
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
)

// failures returns the number of failures in the count for unknown devices.
func failures(w *World, username string) (n int) {
	w.T.Helper()
	w.View(func(tx store.Tx) error {
		count, err := w.Checker.Counts.FirstParty(tx, username, "")
		if err != nil {
			return err
		}
		f, err := count.State(tx)
		n = f.Count
		return err
	})
	return n
}

// R43, R84: a secret that only the owner can know is never counted as a guess.
// Such secrets are used app codes and those of another time step; backup codes
// that are used, void or out of order; and temporary passwords or backup codes
// entered as the password. Each is refused with its reason, every time.
func TestWhatOnlyTheOwnerKnowsIsNoGuess(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{Policy: account.Hardened()}) // here a code out of order does not void the others
	ada := w.SignUp("ada")
	secret, first := ada.EnrollApp()
	w.IssueBackupCode("ada") // the next one
	third := w.IssueBackupCode("ada")
	temporary := w.TemporaryPassword("ada")
	w.Clock.Advance(time.Minute)
	used := w.AppCode(secret)
	ada.SignIn().Answer(api.Code{Code: used}).SignedIn()
	ada.SignIn().Answer(api.ChooseMethod{Method: api.BackupCode}).Answer(api.Code{Code: first}).SignedIn()
	w.Clock.Advance(5 * time.Minute)
	drifted := w.AppCode(secret)
	w.Clock.Advance(-5 * time.Minute)

	at := func(method api.Method, code string) func() *Walk {
		return func() *Walk {
			return ada.SignIn().Answer(api.ChooseMethod{Method: method}).Answer(api.Code{Code: code})
		}
	}
	for what, tt := range map[string]struct {
		try          func() *Walk
		code, reason string
	}{
		"an app code that was used":   {func() *Walk { return ada.SignIn().Answer(api.Code{Code: used}) }, api.CodeUsed, ""},
		"an app code of another time": {func() *Walk { return ada.SignIn().Answer(api.Code{Code: drifted}) }, api.ClockDrift, ""},
		"a used backup code":          {at(api.BackupCode, first), api.BackupCodeInactive, "used"},
		"a backup code out of order":  {at(api.BackupCode, third), api.BackupCodeOutOfOrder, "kept"},
		"a temporary password":        {func() *Walk { return credentials(w, "ada", temporary) }, api.InvalidCredentials, "temporary_password"},
		"a backup code as password":   {func() *Walk { return credentials(w, "ada", first) }, api.InvalidCredentials, ""},
		"a temporary one in a session": {
			func() *Walk { return ada.Begin(api.Reauthenticate).Answer(api.Password{Password: temporary}) },
			api.InvalidCredentials, "temporary_password",
		},
	} {
		for range 7 {
			if got := tt.try().Refused(tt.code); got.Reason != tt.reason || got.RetryAt != nil {
				t.Errorf("%s: refused with %+v", what, got)
			}
		}
		if n := failures(w, "ada"); n != 0 {
			t.Fatalf("%s: counted as %d failures", what, n)
		}
	}
	credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
	at(api.BackupCode, "0000-0000-0000-0000")().Refused(api.BackupCodeInactive)
	if n := failures(w, "ada"); n != 2 {
		t.Errorf("two guesses: counted as %d", n)
	}
}
