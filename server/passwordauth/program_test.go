package passwordauth_test

import (
	"fmt"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// basicAs is Basic for a program with the given User-Agent.
func basicAs(w *servertest.World, agent, user, secret string) servertest.Exchange {
	w.T.Helper()
	return w.Do("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth(user, secret), "User-Agent", agent)
}

// R43: with two-factor off, guesses of strangers do not stop a program that
// signs in with the account password. Its successes give the strangers no
// additional guesses. A program that sends wrong passwords delays only itself.
func TestAProgramHasACountOfItsOwn(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	servertest.WantMe(t, "the first time", basicAs(w, "Mail/1", "ada", servertest.Password), "ada")
	guesses := 0
	for range 200 { // a poll each minute
		for range 10 {
			if basicAs(w, "Stranger/1", "ada", "wrong").Status == 401 {
				guesses++
			}
		}
		servertest.WantMe(t, "the program", basicAs(w, "Mail/1", "ADA", servertest.Password), "ada")
		w.Clock.Advance(time.Minute)
	}
	if guesses > 5+9 { // 30 s, 1 min, 2 min … 1 h
		t.Errorf("%d guesses in 200 minutes", guesses)
	}
	for range 6 {
		basicAs(w, "Mail/1", "ada", "an old password")
	}
	if e := basicAs(w, "Mail/1", "ada", servertest.Password); e.Status != 429 {
		t.Errorf("the program's own count: %d %s", e.Status, e.Body)
	}
	w.Clock.Advance(2 * time.Hour)
	servertest.WantMe(t, "another program", basicAs(w, "Calendar/1", "ada", servertest.Password), "ada")
}

// R43: with two-factor off, a lock ends after a day without a try, or when the
// owner enters the password in an open session.
func TestLockedDoorOpensAgain(t *testing.T) {
	t.Parallel()
	for what, open := range map[string]func(w *servertest.World){
		"a day": func(w *servertest.World) { w.Clock.Advance(24 * time.Hour) },
		"the password in a session": func(w *servertest.World) {
			w.ProvePassword(w.SignIn("ada"))
		},
	} {
		w := servertest.New(t)
		for n := range 120 {
			basicAs(w, fmt.Sprint("Stranger/", n), "ada", "wrong")
			w.Clock.Advance(time.Hour)
		}
		for range 30 { // tries that are not checked do not prolong the lock
			servertest.WantUnauthorized(t, what+": locked", w.Basic("ada", servertest.Password), api.InvalidCredentials)
		}
		open(w)
		servertest.WantMe(t, what, w.Basic("ada", servertest.Password), "ada")
	}
}

// R43: a name without an account can't be locked.
func TestFreeNameCannotBeLocked(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for range 101 {
		w.Basic("newcomer", "wrong")
		w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "newcomer", Password: "wrong"})
		w.Clock.Advance(time.Hour)
	}
	w.SignUp(w.Client, "newcomer")
	servertest.WantMe(t, "third party", w.Basic("newcomer", servertest.Password), "newcomer")
	w.SignIn("newcomer")
}
