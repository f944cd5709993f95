package httpapi_test

import (
	"slices"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R44: sessions are listed and ended, one by one or all but this one.
func TestSessions(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	a := w.SignInAs(w.Client.WithAgent("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"), "ada", servertest.Password)
	w.Clock.Advance(time.Second)
	b := w.SignInAs(w.Client.WithAgent("curl/8.5.0"), "ada", servertest.Password)
	w.Clock.Advance(time.Second)
	c := w.SignIn("ada")
	w.Clock.Advance(time.Minute)
	list := servertest.Must[[]api.Session](t)(b.Sessions(ctx))
	if len(list) != 3 {
		t.Fatalf("sessions %+v", list)
	}
	for i, want := range []string{"Firefox, Linux", "curl 8.5.0", "Nightlatch"} {
		s := list[i]
		if s.Client != want || s.RemoteAddr != "127.0.0.1" || s.Current != (i == 1) || !s.Expires.Equal(s.Created.Add(30*24*time.Hour)) {
			t.Errorf("session %+v", s)
		}
		if seen := w.Clock.Now(); s.Current && !s.LastSeen.Equal(seen) || !s.Current && !s.LastSeen.Equal(s.Created) {
			t.Errorf("%s was last seen %v, now is %v", s.Client, s.LastSeen, seen)
		}
	}
	servertest.WantProblem(t, "an unknown one", b.EndSession(ctx, "x"), 404, api.NotFound)
	servertest.WantProblem(t, "of another account", w.SignIn("dot").EndSession(ctx, list[0].ID), 404, api.NotFound)
	if err := b.EndSession(ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	_, err := a.Account(ctx)
	servertest.WantProblem(t, "an ended session", err, 401, api.SignInRequired)
	if e := w.Do("DELETE", "/api/v1/sessions", "", "Authorization", "Bearer "+b.Token()); e.Status != 400 || e.Problem(t).Field != "others" {
		t.Errorf("without others=true: %d %s", e.Status, e.Body)
	}
	if err := b.EndOtherSessions(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = c.Account(ctx)
	servertest.WantProblem(t, "another session", err, 401, api.SignInRequired)
	if err := b.SignOut(ctx); err != nil {
		t.Fatal(err)
	}
	servertest.WantProblem(t, "after signing out", b.SignOut(ctx), 401, api.SignInRequired)
	d := w.SignIn("ada")
	if got := w.ActivityTypes(d, 4); !slices.Equal(got, []api.EventType{api.EventSignedIn, api.EventSignedOut, api.EventSessionsEnded, api.EventSessionEnded}) {
		t.Errorf("activity %v", got)
	}
	current := servertest.Must[[]api.Session](t)(d.Sessions(ctx))[0]
	if err := d.EndSession(ctx, current.ID); err != nil {
		t.Fatal(err)
	}
	_, err = d.Account(ctx)
	servertest.WantProblem(t, "this session by its ID", err, 401, api.SignInRequired)
}

// R44: a token alone cannot end other sessions. Ending the caller's session
// never needs the password.
func TestEndingOthersNeedsTheProof(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	owner, thief := w.SignIn("ada"), w.SignIn("ada")
	var others, own string
	for _, s := range servertest.Must[[]api.Session](t)(thief.Sessions(ctx)) {
		if s.Current {
			own = s.ID
		} else {
			others = s.ID
		}
	}
	w.Clock.Advance(10 * time.Minute)
	servertest.WantProblem(t, "another session", thief.EndSession(ctx, others), 403, api.ReauthenticationRequired)
	servertest.WantProblem(t, "an unknown one", thief.EndSession(ctx, "x"), 403, api.ReauthenticationRequired)
	servertest.WantProblem(t, "all others", thief.EndOtherSessions(ctx), 403, api.ReauthenticationRequired)
	servertest.Must[api.Account](t)(owner.Account(ctx))
	w.ProvePassword(owner)
	if err := owner.EndSession(ctx, own); err != nil {
		t.Errorf("with the proof: %v", err)
	}
	third := w.SignIn("ada")
	w.Clock.Advance(10 * time.Minute)
	if err := owner.SignOut(ctx); err != nil {
		t.Errorf("signing out: %v", err)
	}
	list := servertest.Must[[]api.Session](t)(third.Sessions(ctx))
	if len(list) != 1 || third.EndSession(ctx, list[0].ID) != nil {
		t.Errorf("the caller's session by its ID: %+v", list)
	}
}

// R44 hardened: requests that a program makes on its own do not extend a
// session. Requests caused by a person do, and so does the password.
func TestIdleIsWhatAPersonDid(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Hardened)
	ctx := t.Context()
	program, person, prover := w.SignIn("ada"), w.SignIn("ada"), w.SignIn("ada")
	flush := func() {
		if err := w.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 5 {
		w.Clock.Advance(11 * time.Minute)
		if n%2 == 0 {
			flush()
		}
		servertest.Must[api.Account](t)(program.Account(ctx))
		servertest.Must[[]api.Session](t)(program.Sessions(ctx))
		w.Begin(program, api.EnrollApp)
		if n == 2 {
			servertest.Must[api.Account](t)(person.WithPerson(func() bool { return true }).Account(ctx))
			servertest.Must[api.Account](t)(person.Account(ctx)) // does not restore what was lost
			w.ProvePassword(prover)
		}
	}
	w.Clock.Advance(5 * time.Minute) // an hour after signing in
	_, err := program.Account(ctx)
	servertest.WantProblem(t, "only a program", err, 401, api.SignInRequired)
	servertest.Must[api.Account](t)(person.Account(ctx))
	servertest.Must[api.Account](t)(prover.Account(ctx))
	flush()
	w.Clock.Advance(33*time.Minute - time.Second)
	servertest.Must[api.Account](t)(person.Account(ctx))
	w.Clock.Advance(time.Second)
	_, err = person.Account(ctx)
	servertest.WantProblem(t, "an hour after the person", err, 401, api.SignInRequired)
	for _, value := range []string{"0", "true", "", "1, 1"} {
		token := w.SignIn("ada").Token()
		w.Clock.Advance(30 * time.Minute)
		w.Do("GET", "/api/v1/account", "", "Authorization", "Bearer "+token, "Nightlatch-Person", value)
		w.Clock.Advance(30 * time.Minute)
		if e := w.Do("GET", "/api/v1/account", "", "Authorization", "Bearer "+token); e.Status != 401 {
			t.Errorf("%q counts as caused by a person: %d", value, e.Status)
		}
	}
}

// R44: a session lasts at most 30 days; in hardened 24 hours, or one hour without use.
func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("ada")
	w.Clock.Advance(30*24*time.Hour - time.Second)
	servertest.Must[api.Account](t)(c.Account(t.Context()))
	w.Clock.Advance(time.Second)
	_, err := c.Account(t.Context())
	servertest.WantProblem(t, "after 30 days", err, 401, api.SignInRequired)

	w = servertest.New(t, servertest.Hardened)
	idle, busy := w.SignIn("ada"), w.SignIn("ada")
	for range 48 {
		w.Clock.Advance(30*time.Minute - time.Millisecond)
		servertest.Must[api.Account](t)(busy.WithPerson(func() bool { return true }).Account(t.Context()))
		if err := w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, err = idle.Account(t.Context())
	servertest.WantProblem(t, "idle for an hour", err, 401, api.SignInRequired)
	w.Clock.Advance(time.Minute)
	_, err = busy.Account(t.Context())
	servertest.WantProblem(t, "after a day", err, 401, api.SignInRequired)
}
