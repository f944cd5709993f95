package signin_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	. "nightlatch/server/ceremony/ceremonytest"
)

// racers is the number of simultaneous answers.
const racers = 100

// race lets all walks answer at once and counts those that end signed in.
func race(t *testing.T, walks []*Walk, in api.Input) (won int) {
	t.Helper()
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		start = make(chan struct{})
	)
	for _, walk := range walks {
		all.Go(func() {
			<-start
			view, err := walk.Try(in)
			mu.Lock()
			defer mu.Unlock()
			switch _, signedIn := view.Step.(api.SignedIn); {
			case err != nil && !errors.Is(err, ceremony.ErrNotFound):
				t.Error(err)
			case err == nil && signedIn:
				won++
			}
		})
	}
	close(start)
	all.Wait()
	return won
}

// same returns racers walks of the same ceremony.
func same(walk *Walk) []*Walk {
	walks := make([]*Walk, racers)
	for i := range walks {
		walks[i] = walk
	}
	return walks
}

// R11: exactly one of a hundred simultaneous answers with a text code takes effect.
func TestRaceForATextCode(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	walk := ada.SignIn()
	w.Deliver()
	sessions := w.CountSessions("ada")
	if won := race(t, same(walk), api.Code{Code: w.Texts.Last(number).Code()}); won != 1 {
		t.Errorf("%d signed in", won)
	}
	if n := w.CountSessions("ada") - sessions; n != 1 {
		t.Errorf("%d sessions", n)
	}
}

// R11, R14: a text code signs in one of a hundred ceremonies.
func TestRaceForATextCodeOfMany(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	walks := make([]*Walk, racers)
	for i := range walks {
		walks[i] = ada.SignIn()
	}
	w.Deliver()
	if won := race(t, walks, api.Code{Code: w.Texts.Last(number).Code()}); won != 1 {
		t.Errorf("%d signed in", won)
	}
	credentials(w, "ada", Password).In("text-code") // no failure was counted
}

// R22: an app code signs in one of a hundred ceremonies.
func TestRaceForAnAppCode(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	walks := make([]*Walk, racers)
	for i := range walks {
		walks[i] = ada.SignIn()
	}
	if won := race(t, walks, api.Code{Code: w.AppCode(secret)}); won != 1 {
		t.Errorf("%d signed in", won)
	}
}

// R72: a backup code signs in one of a hundred ceremonies.
func TestRaceForABackupCode(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	_, backup := ada.EnrollApp()
	walks := make([]*Walk, racers)
	for i := range walks {
		walks[i] = ada.SignIn().Answer(api.ChooseMethod{Method: api.BackupCode})
	}
	if won := race(t, walks, api.Code{Code: backup}); won != 1 {
		t.Errorf("%d signed in", won)
	}
}

// The challenge of a security key is used once.
func TestRaceForAChallenge(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	key := ada.EnrollKey("Blue")
	walk := ada.SignIn()
	if won := race(t, same(walk), key.Get(walk.View.Step.(api.UseSecurityKey).Get)); won != 1 {
		t.Errorf("%d signed in", won)
	}
}

// R0: one of a hundred gets a user name.
func TestRaceForAUsername(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	walks := make([]*Walk, racers)
	for i := range walks {
		walks[i] = w.Anonymous().Begin(api.SignUp)
	}
	if won := race(t, walks, api.Credentials{Username: "ada", Password: Password}); won != 1 {
		t.Errorf("%d signed up", won)
	}
}

// R43: of a hundred simultaneous wrong codes in different ceremonies only five are examined,
// and then the right code must wait.
func TestBurstOfGuesses(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	right := w.AppCode(secret)
	walks := make([]*Walk, racers)
	for i := range walks {
		walks[i] = ada.SignIn()
	}
	if won := race(t, walks, api.Code{Code: OtherCode(right)}); won != 0 {
		t.Errorf("%d signed in with a wrong code", won)
	}
	failed := 0
	for _, e := range w.Audit("ada") {
		if e.Type == api.EventSignInFailed {
			failed++
		}
	}
	if failed != w.Policy.ThrottleFree {
		t.Errorf("%d guesses were examined", failed)
	}
	if won := race(t, walks[:1], api.Code{Code: right}); won != 0 {
		t.Error("signed in while throttled")
	}
	w.Clock.Advance(30 * time.Second)
	ada.SignIn().Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
}

// R43: a hundred simultaneous wrong answers to one step count as one failure.
func TestOneStepOneFailure(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	walk := ada.SignIn()
	race(t, same(walk), api.Code{Code: OtherCode(w.AppCode(secret))})
	if walk.Look(); walk.View.Refusal == nil || walk.View.Rev != 3 {
		t.Errorf("revision %d, refusal %+v", walk.View.Rev, walk.View.Refusal)
	}
	ada.SignIn().Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
}
