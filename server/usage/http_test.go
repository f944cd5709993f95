package usage_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R44, hardened: the idle time counts from the last request that a person
// caused, even if it is not stored yet.
func TestIdleFromTheLastRequest(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Hardened)
	c := w.SignIn("ada").WithPerson(func() bool { return true })
	for _, after := range []time.Duration{
		time.Second, time.Hour - time.Second, 59 * time.Minute, time.Minute - 1, time.Hour - 1, 30 * time.Second,
	} {
		w.Clock.Advance(after)
		servertest.Must[api.Account](t)(c.Account(t.Context()))
	}
	// A delayed write stores the time of the request, not the time of the write.
	w.Clock.Advance(30 * time.Minute)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(30*time.Minute - 1)
	seen := servertest.Must[[]api.Session](t)(c.Sessions(t.Context()))
	if len(seen) != 1 || !seen[0].LastSeen.Equal(w.Clock.Now()) {
		t.Errorf("sessions %+v", seen)
	}
	w.Clock.Advance(time.Hour)
	_, err := c.Account(t.Context())
	servertest.WantProblem(t, "idle for an hour", err, 401, api.SignInRequired)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = c.Account(t.Context())
	servertest.WantProblem(t, "after it was written", err, 401, api.SignInRequired)
}

// R83: the list shows uses at once, even if they are not written yet.
func TestTemporaryPasswordUses(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	c := w.SignIn("cyd")
	for n := 1; n <= 3; n++ {
		w.Clock.Advance(time.Minute)
		if e := w.Do("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth("cyd", made.Password), "User-Agent", "Thunderbird/128.0"); e.Status != 200 {
			t.Fatal(e)
		}
		got := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context()))[0]
		if got.Uses != n || got.LastUsed == nil || got.LastUsed.Protocol != "http-basic" ||
			got.LastUsed.Address != "127.0.0.1" || !got.LastUsed.At.Equal(w.Clock.Now()) {
			t.Errorf("use %d: %+v, last %+v", n, got, got.LastUsed)
		}
	}
	used := 0
	for _, a := range servertest.Must[[]api.Activity](t)(c.Activity(t.Context(), "", 0)) {
		if a.Type == api.EventTemporaryPasswordUsed {
			used++
			if a.Client != "Thunderbird 128.0" || a.Details["label"] != "Mail" || a.Details["protocol"] != "http-basic" {
				t.Errorf("event %+v", a)
			}
		}
	}
	if used != 1 {
		t.Errorf("%d events of use, want the first alone", used)
	}
}

// A hundred simultaneous first uses all succeed, are all counted, and cause one event.
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
