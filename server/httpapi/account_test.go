package httpapi_test

import (
	"reflect"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

func TestAbout(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	got := servertest.Must[api.About](t)(w.Client.About(t.Context()))
	if len(got.PushKey) != 87 { // 65 bytes in base64url
		t.Errorf("push key %q", got.PushKey)
	}
	want := api.About{
		PushKey: got.PushKey,
		Version: "1.2.3", Policy: "classic", RPID: "localhost", Lab: true, Accounts: true, Mail: true, Text: true, SignUp: "open", Now: servertest.Start,
		ShortCode: "40404", Limits: api.Limits{SecurityKeys: 20, BackupCodes: 5, TemporaryPasswords: 10, TemporaryPasswordMinutes: 60},
		Services: []string{"http-basic", "oauth"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("about %+v, want %+v", got, want)
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	got := servertest.Must[api.Account](t)(w.SignIn("bob").Account(t.Context()))
	if got.PasswordProved == nil || !got.PasswordProved.Equal(servertest.Start.Add(10*time.Minute)) {
		t.Errorf("R3: proved until %v", got.PasswordProved)
	}
	if got.TextAdded == nil || !got.TextAdded.Equal(servertest.Start) {
		t.Errorf("text added %v", got.TextAdded)
	}
	got.PasswordProved, got.TextAdded = nil, nil
	want := api.Account{
		Username: "Bob", Email: servertest.BobMail, EmailConfirmed: true, Phone: servertest.BobPhone, PhoneVerified: true, Discoverable: true,
		TwoFactor: true, Methods: api.Methods{Text: true}, LastMethod: api.Text,
		BackupCodes: api.BackupCodes{Active: 2, Next: 1}, Policy: "classic", Created: servertest.Start, Recommended: api.App,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("account %+v, want %+v", got, want)
	}
}

// The console's connection is in memory and has its own host name.
func TestConsole(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	console, stop := client.InMemory(w.Console())
	defer stop()
	c := w.SignInAs(console, "cyd", servertest.Password)
	for _, s := range servertest.Must[[]api.Session](t)(c.Sessions(t.Context())) {
		if s.RemoteAddr != "console" || s.Client != "Nightlatch" || !s.Current {
			t.Errorf("session %+v", s)
		}
	}
}

// R10: the owner can change at any time whether people who have the number find the
// account.
func TestDiscoverable(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("bob")
	w.Clock.Advance(time.Hour) // it does not affect protection, so no password is needed (R6)
	for _, on := range []bool{false, true} {
		if a := servertest.Must[api.Account](t)(c.SetDiscoverable(ctx, on)); a.Discoverable != on {
			t.Errorf("set to %v: %+v", on, a)
		}
		if a := servertest.Must[api.Account](t)(c.Account(ctx)); a.Discoverable != on || a.Phone == "" {
			t.Errorf("looked at again: %+v", a)
		}
		want := api.EventFindableOff
		if on {
			want = api.EventFindableOn
		}
		if got := w.ActivityTypes(c, 1); got[0] != want {
			t.Errorf("activity %v, want %s", got, want)
		}
		before := w.Dump()
		servertest.Must[api.Account](t)(c.SetDiscoverable(ctx, on))
		if len(w.Dump()) != len(before) {
			t.Error("the same again is no event")
		}
	}
	e := w.DoJSON("PATCH", "/api/v1/account", c.Token(), `{}`)
	if p := e.Problem(t); e.Status != 400 || p.Code != api.Malformed || p.Field != "discoverable" {
		t.Errorf("nothing: %d %s", e.Status, e.Body)
	}
	_, err := w.SignIn("ada").SetDiscoverable(ctx, false)
	if p := servertest.WantProblem(t, "without a number", err, 409, api.Conflict); p.Rule != "R10" {
		t.Errorf("rule %q", p.Rule)
	}
}
