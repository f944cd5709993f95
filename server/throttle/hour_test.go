package throttle_test

import (
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// An owner signs in every minute with the secret that a stranger guesses, in a way that the
// stranger can imitate, so that both share a count.
var sharing = []struct {
	name  string
	try   func(w *servertest.World) (examined bool)
	right func(w *servertest.World) bool
}{
	{"the owner's program, by HTTP Basic", func(w *servertest.World) bool {
		return w.Basic("ada", "wrong").Status == 401
	}, func(w *servertest.World) bool { return w.Basic("ada", servertest.Password).Status == 200 }},
	{"the owner's program, by OAuth", func(w *servertest.World) bool {
		e, _ := w.OAuthToken("ada", "wrong")
		return e.Status == 400
	}, func(w *servertest.World) bool {
		e, _ := w.OAuthToken("ada", servertest.Password)
		return e.Status == 200
	}},
}

// R43: successes with the guessed secret do not give a stranger more guesses in an hour
// than the waits alone would allow: five, and then after 30 s, 1 min … 16 min.
func TestNoSuccessGivesMoreGuessesInAnHour(t *testing.T) {
	t.Parallel()
	const policy = 11
	for _, s := range sharing {
		w := servertest.New(t)
		if !s.right(w) {
			t.Fatalf("%s: does not get in at first", s.name)
		}
		var guesses []time.Time
		for range 3 * 60 {
			for range 4 { // a fifth would keep the owner's success from being examined
				if s.try(w) {
					guesses = append(guesses, w.Clock.Now())
				}
			}
			s.right(w)
			w.Clock.Advance(time.Minute)
		}
		for i := policy; i < len(guesses); i++ {
			if in := guesses[i].Sub(guesses[i-policy]); in < time.Hour {
				t.Errorf("%s: %d guesses in %v", s.name, policy+1, in)
				break
			}
		}
		if len(guesses) < policy {
			t.Errorf("%s: only %d guesses were examined", s.name, len(guesses))
		}
	}
}

// The owner's own device, and people at a new one, may be wrong as often as before, if the
// right password follows: they sign in rarely, and programs do it every minute.
func TestADeviceIsNotLimitedByTheHour(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.Client.WithDevice(&keeper{})
	w.SignInAs(c, "ada", servertest.Password)
	for range 5 {
		for range 4 {
			wrong(t, w, c)
		}
		w.SignInAs(c, "ada", servertest.Password)
	}
}

func wrong(t *testing.T, w *servertest.World, c *client.Client) {
	t.Helper()
	v := w.Answer(c, w.Begin(c, api.SignIn), api.Credentials{Username: "ada", Password: "wrong password"})
	if v.Refusal == nil || v.Refusal.Code != api.InvalidCredentials {
		t.Fatalf("%+v", v.Refusal)
	}
}
