package server_test

import (
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

func TestAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := must[api.About](t)(w.client.About(t.Context()))
	want := api.About{
		Version: "1.2.3", Policy: "classic", RPID: "localhost", Lab: true, Accounts: true, Mail: true, Text: true, Now: start,
		ShortCode: "40404", Limits: api.Limits{SecurityKeys: 20},
	}
	if got != want {
		t.Errorf("about %+v, want %+v", got, want)
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := must[api.Account](t)(w.signIn("bob").Account(t.Context()))
	if got.PasswordProved == nil || !got.PasswordProved.Equal(start.Add(10*time.Minute)) {
		t.Errorf("R3: proved until %v", got.PasswordProved)
	}
	if got.TextAdded == nil || !got.TextAdded.Equal(start) {
		t.Errorf("text added %v", got.TextAdded)
	}
	got.PasswordProved, got.TextAdded = nil, nil
	want := api.Account{
		Username: "Bob", Email: bobMail, EmailConfirmed: true, Phone: bobPhone, PhoneVerified: true, Discoverable: true,
		TwoFactor: true, Methods: api.Methods{Text: true}, LastMethod: api.Text,
		BackupCodes: api.BackupCodes{Active: 2, Next: 1, Low: true}, Policy: "classic", Created: start,
	}
	if got != want {
		t.Errorf("account %+v, want %+v", got, want)
	}
}

// The console's connection is in memory, and has a name of its own.
func TestConsole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	console, stop := client.InMemory(w.Console())
	defer stop()
	c := w.signInAs(console, "cyd", password)
	for _, s := range must[[]api.Session](t)(c.Sessions(t.Context())) {
		if s.RemoteAddr != "console" || s.Client != "Nightlatch" || !s.Current {
			t.Errorf("session %+v", s)
		}
	}
}

// R10: whether people who have the number find the account can be changed at any time.
func TestBeingFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("bob")
	w.clock.Advance(time.Hour) // it protects nothing: no password is asked for
	for _, on := range []bool{false, true} {
		if a := must[api.Account](t)(c.SetDiscoverable(ctx, on)); a.Discoverable != on {
			t.Errorf("set to %v: %+v", on, a)
		}
		if a := must[api.Account](t)(c.Account(ctx)); a.Discoverable != on || a.Phone == "" {
			t.Errorf("looked at again: %+v", a)
		}
		want := api.EventFindableOff
		if on {
			want = api.EventFindableOn
		}
		if got := w.types(c, 1); got[0] != want {
			t.Errorf("activity %v, want %s", got, want)
		}
		before := w.dump()
		must[api.Account](t)(c.SetDiscoverable(ctx, on))
		if len(w.dump()) != len(before) {
			t.Error("the same again is no event")
		}
	}
	e := w.json("PATCH", "/api/v1/account", c.Token(), `{}`)
	if p := e.problem(t); e.status != 400 || p.Code != api.Malformed || p.Field != "discoverable" {
		t.Errorf("nothing: %d %s", e.status, e.body)
	}
	_, err := w.signIn("ada").SetDiscoverable(ctx, false)
	if p := wantProblem(t, "without a number", err, 409, api.Conflict); p.Rule != "R10" {
		t.Errorf("rule %q", p.Rule)
	}
}
