package server_test

import (
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/store"
)

// guess tries wrong passwords until the account is locked, in the window and as a mail
// client.
func (w *world) guess(username string) {
	w.t.Helper()
	for range account.Classic().ThrottleDisable {
		v := must[api.View](w.t)(w.client.Begin(w.t.Context(), api.Begin{Kind: api.SignIn}))
		v = must[api.View](w.t)(w.client.Answer(w.t.Context(), v.ID, v.Rev, api.Credentials{Username: username, Password: "not the password"}))
		if v.Refusal == nil || v.Refusal.Code != api.InvalidCredentials {
			w.t.Fatalf("%+v", v.Refusal)
		}
		w.basic(username, "not the password")
		w.clock.Advance(time.Hour)
	}
}

// R43: the operator unlocks an account. Its owner is notified and still has to sign in.
func TestOperatorUnlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.guess("bob")
	if e := w.basic("bob", password); e.problem(t).Code != api.InvalidCredentials {
		t.Errorf("a locked account: %+v", e)
	}
	if err := w.Unlock(t.Context(), "BOB"); err != nil {
		t.Fatal(err)
	}
	if e := w.basic("bob", password); e.problem(t).Code != api.TemporaryPasswordRequired {
		t.Errorf("a program, after the unlock: %+v", e)
	}
	c := w.signIn("bob")
	if got := w.types(c, 20); !slices.Contains(got, api.EventUnlocked) {
		t.Errorf("activity %v", got)
	}
	w.deliver()
	if mails := w.mails(bobMail); !slices.ContainsFunc(mails, func(m string) bool { return strings.Contains(m, "unlocked") }) {
		t.Errorf("mail %q", mails)
	}
	if err := audit.Verify(t.Context(), w.store, w.account("bob").ID); err != nil {
		t.Error(err)
	}

	before := w.dump()
	if err := w.Unlock(t.Context(), "bob"); !errors.Is(err, server.ErrNoChange) {
		t.Errorf("nothing is locked: %v", err)
	}
	if err := w.Unlock(t.Context(), "nobody"); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if !maps.Equal(before, w.dump()) {
		t.Error("what changed nothing changed something")
	}
}

// R102: a reset by the operator has the effects of turning every method off (R61), and the
// owner is notified on every channel.
func TestOperatorResetsTwoFactor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("bob")
	w.addKey("bob", "blue")
	w.temporary("bob", "")
	if err := w.ResetTwoFactor(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	a := must[api.Account](t)(c.Account(t.Context()))
	if a.TwoFactor || a.Methods != (api.Methods{}) || a.BackupCodes.Active != 0 {
		t.Errorf("%+v", a)
	}
	if live := must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context())); len(live) > 0 && live[0].State == "live" {
		t.Errorf("temporary passwords %+v", live)
	}
	got := w.types(c, 8)
	for _, want := range []api.EventType{api.EventTwoFactorReset, api.EventMethodOff, api.EventBackupCodesVoided, api.EventTemporaryPasswordsRevoked} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %v", want, got)
		}
	}
	w.deliver()
	if mails := w.mails(bobMail); !strings.Contains(mails[len(mails)-1], "was reset") {
		t.Errorf("mail %q", mails)
	}
	if text := w.lastText(bobPhone); !strings.Contains(text, "was reset") {
		t.Errorf("text %q", text)
	}
	// The password alone is enough.
	v := must[api.View](t)(w.client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	v = must[api.View](t)(w.client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: "bob", Password: password}))
	if _, ok := v.Step.(api.SignedIn); !ok {
		t.Errorf("%+v", v)
	}
	before := w.dump()
	if err := w.ResetTwoFactor(t.Context(), "bob"); !errors.Is(err, server.ErrNoChange) {
		t.Errorf("a second time: %v", err)
	}
	if err := w.ResetTwoFactor(t.Context(), "nobody"); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if !maps.Equal(before, w.dump()) {
		t.Error("what changed nothing changed something")
	}
}

// Names are endless: what strangers' failures left behind is reclaimed after two
// months, and an account's own failures are not.
func TestStrangersAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	counters := func() (n int) {
		for key := range w.dump() {
			if strings.HasPrefix(key, "rate/") {
				n++
			}
		}
		return n
	}
	v := must[api.View](t)(w.client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	names := []string{"ada"}
	for i := range 40 {
		names = append(names, "stranger"+base64.RawURLEncoding.EncodeToString([]byte{byte(i)}))
	}
	for _, name := range names {
		v = must[api.View](t)(w.client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: name, Password: "not the password"}))
		w.basic(name, "not the password")
	}
	if n := counters(); n != 2*len(names) {
		t.Fatalf("%d counters for %d names", n, len(names))
	}
	w.clock.Advance(24 * time.Hour)
	must[int](t)(store.Reap(t.Context(), w.store))
	if n := counters(); n != 2*len(names) {
		t.Errorf("%d counters after a day", n)
	}
	w.clock.Advance(60 * 24 * time.Hour)
	must[int](t)(store.Reap(t.Context(), w.store))
	if n := counters(); n != 2 {
		t.Errorf("%d counters after two months, want ada's two", n)
	}
	for key := range w.dump() {
		if strings.HasPrefix(key, "exp/") && strings.Contains(key, "rate/") {
			t.Errorf("%s is still there", key)
		}
	}
}
