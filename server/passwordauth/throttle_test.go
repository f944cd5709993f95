package passwordauth_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R43: five failures in a row are free, then each further try must wait. First-party
// clients are counted apart, and a success resets the count.
func TestThirdPartyThrottle(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for range 5 {
		servertest.WantUnauthorized(t, "a free failure", w.Basic("ADA", "wrong"), api.InvalidCredentials)
	}
	for what, e := range map[string]servertest.Exchange{"Basic, right": w.Basic("ada", servertest.Password), "Basic, wrong": w.Basic("Ada", "x")} {
		p := e.Problem(t)
		if e.Status != 429 || p.Code != api.Throttled || p.Reason != "tries" || e.Header.Get("Retry-After") != "30" || !p.RetryAt.Equal(servertest.Start.Add(30*time.Second)) {
			t.Errorf("%s: %d %v %s", what, e.Status, e.Header, e.Body)
		}
	}
	e, out := w.OAuthToken("ada", servertest.Password)
	if e.Status != 429 || out["error"] != "invalid_grant" || out["code"] != api.Throttled || out["reason"] != "tries" || e.Header.Get("Retry-After") != "30" {
		t.Errorf("OAuth: %d %s", e.Status, e.Body)
	}
	w.SignIn("ada") // not locked out by a broken mail client
	w.Clock.Advance(30 * time.Second)
	servertest.WantMe(t, "after the wait", w.Basic("ada", servertest.Password), "ada")
	for range 5 {
		servertest.WantUnauthorized(t, "success has reset it", w.Basic("ada", "wrong"), api.InvalidCredentials)
	}
}

// R43, R42: after a hundred failures third-party clients are disabled. They
// get the answer for a wrong password. The password in an open session enables
// them again, and so does a day without a try.
func TestThirdPartyLock(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	for n := range 100 {
		w.Clock.Advance(time.Hour)
		if n == 0 {
			made = w.NewTemporaryPassword("cyd", "")
		}
		servertest.WantUnauthorized(t, "failure", w.Basic("cyd", "wrong"), api.InvalidCredentials)
		servertest.WantUnauthorized(t, "failure", w.Basic("nobody", "wrong"), api.InvalidCredentials)
		w.Clock.Advance(time.Hour)
	}
	before := w.Dump()
	servertest.WantUnauthorized(t, "expired, locked", w.Basic("cyd", made.Password), api.TemporaryPasswordExpired)
	for _, secret := range []string{"wrong", servertest.Password} {
		servertest.WantUnauthorized(t, "locked", w.Basic("cyd", secret), api.InvalidCredentials)
		servertest.WantUnauthorized(t, "nobody, locked", w.Basic("nobody", secret), api.InvalidCredentials)
	}
	for key, value := range w.Dump() {
		if strings.HasPrefix(key, "rate/third-party/") && before[key] != value {
			t.Errorf("counted on: %s", key)
		}
	}
	c := w.SignIn("cyd")
	if got := w.ActivityTypes(c, 3); got[2] != api.EventMethodDisabled {
		t.Errorf("activity %v", got)
	}
	w.ProvePassword(c)
	servertest.WantUnauthorized(t, "enabled again", w.Basic("cyd", servertest.Password), api.TemporaryPasswordRequired)
}

// R42: known and unknown user names get the same status, fields and body, also when
// throttled.
func TestUnknownUserGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for n := range 8 {
		for _, secret := range []string{"wrong", "9kmq-2xwd-9hfz-3r8n"} {
			known, unknown := w.Basic("cyd", secret), w.Basic("nobody", secret)
			same(t, "Basic", known, unknown)
			known, _ = w.OAuthToken("ada", secret)
			unknown, _ = w.OAuthToken("nobodyelse", secret)
			same(t, "OAuth", known, unknown)
		}
		if n >= 5 {
			w.Clock.Advance(time.Hour)
		}
	}
}

func same(t *testing.T, what string, a, b servertest.Exchange) {
	t.Helper()
	a.Header.Del("Date")
	b.Header.Del("Date")
	ja, _ := json.Marshal(a.Header)
	jb, _ := json.Marshal(b.Header)
	if a.Status != b.Status || a.Body != b.Body || string(ja) != string(jb) {
		t.Errorf("%s: known\n%d %s %s\nunknown\n%d %s %s", what, a.Status, ja, a.Body, b.Status, jb, b.Body)
	}
}

// R43: of a hundred simultaneous wrong tries, no more are examined than are free, over
// all routes and spellings of the name.
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
