package httpapi_test

import (
	"slices"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R81, R83.
func TestTemporaryPasswords(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("cyd")
	now := w.Clock.Now()
	first := servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, " Mail ", "oauth"))
	if !first.Expires.Equal(now.Add(time.Hour)) || len(first.Password) != 19 {
		t.Errorf("R81: made %+v", first)
	}
	for range 9 {
		servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "More", ""))
	}
	_, err := c.NewTemporaryPassword(ctx, "Eleventh", "")
	if p := servertest.WantProblem(t, "R83: an eleventh", err, 409, api.TemporaryPasswordsFull); p.Rule != "R83" {
		t.Errorf("rule %q", p.Rule)
	}
	list := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(ctx))
	want := api.TemporaryPassword{ID: first.ID, Label: "Mail", Service: "oauth", Created: now, Expires: first.Expires, State: "live"}
	if len(list) != 10 || list[9] != want {
		t.Errorf("the oldest of %d is %+v, want %+v", len(list), list[len(list)-1], want)
	}
	if err := c.RevokeTemporaryPassword(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	before := len(w.Dump())
	if err := c.RevokeTemporaryPassword(ctx, first.ID); err != nil || len(w.Dump()) != before {
		t.Errorf("revoking twice: %v", err)
	}
	servertest.WantProblem(t, "an unknown one", c.RevokeTemporaryPassword(ctx, "x"), 404, api.NotFound)
	servertest.WantProblem(t, "of another account", w.SignIn("ada").RevokeTemporaryPassword(ctx, list[0].ID), 404, api.NotFound)
	if err := c.RevokeTemporaryPasswords(ctx); err != nil {
		t.Fatal(err)
	}
	for _, p := range servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(ctx)) {
		if p.State != "revoked" {
			t.Errorf("state %+v", p)
		}
	}
	if err := c.RevokeTemporaryPasswords(ctx); err != nil {
		t.Errorf("revoking none: %v", err)
	}
	if got := w.ActivityTypes(c, 2); !slices.Equal(got, []api.EventType{api.EventTemporaryPasswordsRevoked, api.EventTemporaryPasswordRevoked}) {
		t.Errorf("activity %v", got)
	}
}
