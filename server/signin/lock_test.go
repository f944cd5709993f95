package signin_test

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// lock makes wrong attempts until the account is locked.
func lock(w *World, username string) {
	w.T.Helper()
	for range w.Policy.ThrottleDisable {
		credentials(w, username, "not the password").Refused(api.InvalidCredentials)
		w.Clock.Advance(w.Policy.ThrottleMax)
	}
}

// R43: one mail tells the owner that the account is locked.
func TestLockIsAnnounced(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollApp()
	lock(w, "ada")
	credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
	w.Deliver()
	var sent int
	for _, mail := range w.Mails.To(ada.Address()) {
		if !strings.Contains(mail.Subject, "locked") {
			continue
		}
		sent++
		for _, says := range []string{"100 wrong tries", "signed in before", "in an open session", "nightlatch admin unlock"} {
			if !strings.Contains(mail.Body, says) {
				t.Errorf("no %q in\n%s", says, mail.Body)
			}
		}
		for _, untrue := range []string{"second step", "nothing to do"} {
			if strings.Contains(mail.Body, untrue) {
				t.Errorf("%q in\n%s", untrue, mail.Body)
			}
		}
	}
	if sent != 1 {
		t.Errorf("sent %d times", sent)
	}
}

// R43: a locked account is unlocked by enrolling a method in a session with a recently proved
// password, or by the operator.
func TestUnlock(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollApp()
	for range w.Policy.ThrottleDisable {
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
		w.Clock.Advance(w.Policy.ThrottleMax)
	}
	credentials(w, "ada", Password).Refused(api.InvalidCredentials)
	walk := ada.Prelude(api.EnrollApp).In("scan-qr") // asks for the password again
	secret := walk.View.Step.(api.ScanQR).Secret
	walk.Answer(api.Continue{}).Answer(api.Code{Code: w.AppCode(secret)}).In("finished")
	w.Clock.Advance(30 * time.Second)
	ada.SignIn().In("app-code").Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
	lock(w, "ada")
	w.Unlock("ada")
	ada.SignIn().In("app-code")
}

// R43: failures counted while a name was unknown do not lock the account that takes it.
func TestNewAccountIsNotLocked(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	lock(w, "ada")
	ada := w.SignUp("ada")
	ada.SignIn().SignedIn()
}

// A password whose hash has old parameters is hashed again at the next successful
// sign-in.
func TestRehash(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	old, err := account.NewHasher(account.HasherConfig{Parallel: 1, Params: account.Params{Memory: 32, Time: 2, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	hash, err := old.Hash(t.Context(), Password)
	if err != nil {
		t.Fatal(err)
	}
	w.SetHash("ada", hash)
	credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
	if w.Account("ada").Password != hash {
		t.Error("hashed again without the right password")
	}
	ada.SignIn().SignedIn()
	if got := w.Account("ada").Password; got == hash || w.Hasher.Outdated(got) {
		t.Error("not hashed again")
	}
	ada.SignIn().SignedIn()
}
