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
		BackupCodes: api.BackupCodes{Active: 2, Next: 1}, Policy: "classic", Created: start,
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
		if s.Place != "console" || s.Client != "Nightlatch" || !s.Current {
			t.Errorf("session %+v", s)
		}
	}
}
