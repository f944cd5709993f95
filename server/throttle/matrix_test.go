package throttle_test

import (
	"slices"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// A guess tries a wrong secret of bob's and reports whether it was checked.
type guess struct {
	name string
	try  func(w *servertest.World) (examined bool)
}

// A success is an action of bob's with right secrets.
type success struct {
	name string
	do   func(b *bob)
	same []string // guesses of the same secrets, in the same count
}

// bob is the owner, with a session and a device that has signed in.
type bob struct {
	*servertest.World
	t       *testing.T
	device  *client.Client // shows the device's token
	session *client.Client
	codes   []string // backup codes, in their order
}

type keeper struct{ token string }

func (k *keeper) Device() string    { return k.token }
func (k *keeper) Keep(token string) { k.token = token }

func newBob(t *testing.T) *bob {
	w := servertest.New(t)
	b := &bob{World: w, t: t, device: w.Client.WithDevice(&keeper{})}
	b.session = w.SignInAs(b.device, "bob", servertest.Password)
	first := servertest.Must[api.NewBackupCode](t)(b.session.ReplaceBackupCodes(t.Context()))
	b.codes = append(b.codes, first.Code)
	for range 3 {
		made := servertest.Must[api.NewBackupCode](t)(b.session.NewBackupCode(t.Context()))
		b.codes = append(b.codes, made.Code)
	}
	return b
}

// second begins a sign-in with the right password and answers its second step.
func second(w *servertest.World, method api.Method, code string) api.View {
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "bob", Password: servertest.Password})
	if step, text := v.Step.(api.EnterCode); v.Refusal == nil && (!text || step.Channel != api.ByText || method != api.Text) {
		v = w.Answer(w.Client, v, api.ChooseMethod{Method: method})
	}
	if v.Refusal == nil {
		v = w.Answer(w.Client, v, api.Code{Code: code})
	}
	return v
}

// examined reports whether a wrong secret was checked, rather than refused
// unchecked.
func examined(v api.View) bool {
	return v.Refusal != nil && v.Refusal.Code != api.Throttled && v.Refusal.Code != api.TooManyTries && v.Refusal.Code != api.Malformed
}

var guesses = []guess{
	{"password", func(w *servertest.World) bool {
		return examined(w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "BOB", Password: "wrong password"}))
	}},
	{"text code", func(w *servertest.World) bool { return examined(second(w, api.Text, "000000")) }},
	{"backup code", func(w *servertest.World) bool { return examined(second(w, api.BackupCode, "0000-0000-0000-0000")) }},
	{"third-party password", func(w *servertest.World) bool { return w.Basic("Bob", "wrong password").Status == 401 }},
	{"third-party password by OAuth", func(w *servertest.World) bool {
		e, _ := w.OAuthToken("bob", "wrong password")
		return e.Status == 400
	}},
}

var successes = []success{
	{"nothing", func(*bob) {}, nil},
	{"the password in a session", func(b *bob) { b.ProvePassword(b.session) }, nil},
	{"a temporary password, made and used", func(b *bob) {
		b.ProvePassword(b.session)
		made := servertest.Must[api.NewTemporaryPassword](b.t)(b.session.NewTemporaryPassword(b.t.Context(), "Mail", ""))
		servertest.WantMe(b.t, "live", b.Basic("bob", made.Password), "Bob")
		if e, _ := b.OAuthToken("bob", made.Password); e.Status != 200 {
			b.t.Errorf("OAuth: %s", e.Body)
		}
	}, nil},
	{"the account password at a third-party door", func(b *bob) {
		servertest.WantUnauthorized(b.t, "R80", b.Basic("bob", servertest.Password), api.TemporaryPasswordRequired)
	}, nil},
	{"a text code on the known device", func(b *bob) { b.withText(b.device) }, nil},
	{"a backup code on the known device", func(b *bob) { b.withBackupCode(b.device) }, nil},
	{"a text code on a new device", func(b *bob) { b.withText(b.Client) }, []string{"password", "text code"}},
	{"a backup code on a new device", func(b *bob) { b.withBackupCode(b.Client) }, []string{"password", "backup code"}},
}

// withText signs in with a text code through a client.
func (b *bob) withText(c *client.Client) {
	v := b.Answer(c, b.Begin(c, api.SignIn), api.Credentials{Username: "bob", Password: servertest.Password})
	b.PassSecondStep(c, v)
}

// withBackupCode signs in with the next backup code through a client.
func (b *bob) withBackupCode(c *client.Client) {
	v := b.Answer(c, b.Begin(c, api.SignIn), api.Credentials{Username: "bob", Password: servertest.Password})
	v = b.Answer(c, v, api.ChooseMethod{Method: api.BackupCode}, api.Code{Code: b.codes[0]})
	if _, ok := v.Step.(api.SignedIn); !ok {
		b.t.Errorf("backup code: %+v", v.Refusal)
	}
	b.codes = b.codes[1:]
}

// run repeats guesses until one is not checked, with an hour and a success
// after each round. It returns how many were checked.
func run(b *bob, g guess, s success) (n int) {
	for range 4 {
		for g.try(b.World) {
			if n++; n > 200 {
				return n
			}
		}
		b.Clock.Advance(time.Hour)
		s.do(b)
	}
	return n
}

// R43: a stranger gets the policy's number of guesses of a secret, regardless
// of other successes in between.
func TestNoSuccessGivesGuessesOfAnotherSecret(t *testing.T) {
	t.Parallel()
	for _, g := range guesses {
		for _, s := range successes {
			if slices.Contains(s.same, g.name) {
				continue
			}
			// Five guesses are free. Later there is one in each hour.
			if n := run(newBob(t), g, s); n != 8 {
				t.Errorf("%d guesses of a %s beside %s, want 8", n, g.name, s.name)
			}
		}
	}
}
