package httpapi_test

import (
	"net/http"
	"sync"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/servertest"
)

// R71, R83: at most five and at most ten, however many ask at once.
func TestRacingForTheLastPlaces(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob") // who has two codes
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

// Of forty that delete the same key, phone or session one does.
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

// A hundred clients at once with one session and one temporary password, while
// both are ended: each is let in or told so, and none after.
func TestRacingWithTheEnd(t *testing.T) {
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

// R43 under a burst: a hundred wrong tries at once get no more verdicts than are
// free, whatever the route and the spelling.
func TestRacingWrongTries(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	var mu sync.Mutex
	verdicts := map[int]int{}
	var tries sync.WaitGroup
	for i := range 100 {
		tries.Go(func() {
			user := []string{"ada", "ADA", "Ada"}[i%3]
			var e servertest.Exchange
			if i%2 == 0 {
				e = w.Basic(user, "wrong")
			} else {
				e, _ = w.OAuthToken(user, "wrong")
			}
			mu.Lock()
			defer mu.Unlock()
			verdicts[e.Status]++
		})
	}
	tries.Wait()
	if looked := verdicts[400] + verdicts[401]; looked != 5 || verdicts[429] != 95 {
		t.Errorf("verdicts by status: %v", verdicts)
	}
}

// A hundred first uses at once all get in, are all counted, and make one event.
func TestRacingFirstUses(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	var tries sync.WaitGroup
	for i := range 100 {
		tries.Go(func() {
			if i%2 == 0 {
				servertest.WantMe(t, "Basic", w.Basic("cyd", made.Password), "cyd")
			} else if e, _ := w.OAuthToken("cyd", made.Password); e.Status != http.StatusOK {
				t.Errorf("OAuth: %d %s", e.Status, e.Body)
			}
		})
	}
	tries.Wait()
	c := w.SignIn("cyd")
	if got := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context()))[0]; got.Uses != 100 {
		t.Errorf("%d uses", got.Uses)
	}
	events := 0
	for _, kind := range w.ActivityTypes(c, 200) {
		if kind == api.EventTemporaryPasswordUsed {
			events++
		}
	}
	if events != 1 {
		t.Errorf("%d events", events)
	}
}
