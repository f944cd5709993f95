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
	"nightlatch/server/client"
	"nightlatch/server/dailybackup"
	"nightlatch/server/delivery"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// guess tries wrong passwords until the account is locked, in the window and as a mail
// client.
func guess(w *servertest.World, username string) {
	w.T.Helper()
	for range account.Classic().ThrottleDisable {
		v := servertest.Must[api.View](w.T)(w.Client.Begin(w.T.Context(), api.Begin{Kind: api.SignIn}))
		v = servertest.Must[api.View](w.T)(w.Client.Answer(w.T.Context(), v.ID, v.Rev, api.Credentials{Username: username, Password: "not the password"}))
		if v.Refusal == nil || v.Refusal.Code != api.InvalidCredentials {
			w.T.Fatalf("%+v", v.Refusal)
		}
		w.Basic(username, "not the password")
		w.Clock.Advance(time.Hour)
	}
}

// R44: the operator ends every session of an account, also a thief's, and its
// devices are forgotten. The owner gets a notice.
func TestOperatorEndsSessions(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	if _, err := w.EndSessions(t.Context(), "nobody"); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := w.EndSessions(t.Context(), "bob"); !errors.Is(err, server.ErrNoChange) {
		t.Errorf("not signed in: %v", err)
	}
	owner, thief, other := w.SignIn("bob"), w.SignIn("bob"), w.SignIn("ada")
	if _, err := w.EndSessions(t.Context(), "BOB"); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]*client.Client{"the owner's": owner, "the thief's": thief} {
		_, err := c.Account(t.Context())
		servertest.WantProblem(t, what, err, 401, api.SignInRequired)
	}
	if _, err := other.Account(t.Context()); err != nil {
		t.Errorf("another account: %v", err)
	}
	w.DeliverAll()
	if mails := w.MailSubjects(servertest.BobMail); !slices.ContainsFunc(mails, func(m string) bool { return strings.Contains(m, "sessions were ended") }) {
		t.Errorf("mail %q", mails)
	}
}

// R43: the operator unlocks an account. Its owner is notified and still has to sign in.
func TestOperatorUnlocks(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	guess(w, "bob")
	if e := w.Basic("bob", servertest.Password); e.Problem(t).Code != api.InvalidCredentials {
		t.Errorf("a locked account: %+v", e)
	}
	if _, err := w.Unlock(t.Context(), "BOB"); err != nil {
		t.Fatal(err)
	}
	if e := w.Basic("bob", servertest.Password); e.Problem(t).Code != api.TemporaryPasswordRequired {
		t.Errorf("a program, after the unlock: %+v", e)
	}
	c := w.SignIn("bob")
	if got := w.ActivityTypes(c, 20); !slices.Contains(got, api.EventUnlocked) {
		t.Errorf("activity %v", got)
	}
	w.DeliverAll()
	if mails := w.MailSubjects(servertest.BobMail); !slices.ContainsFunc(mails, func(m string) bool { return strings.Contains(m, "unlocked") }) {
		t.Errorf("mail %q", mails)
	}
	if err := audit.Verify(t.Context(), w.Store, w.Account("bob").ID); err != nil {
		t.Error(err)
	}

	before := w.Dump()
	if _, err := w.Unlock(t.Context(), "bob"); !errors.Is(err, server.ErrNoChange) {
		t.Errorf("nothing is locked: %v", err)
	}
	if _, err := w.Unlock(t.Context(), "nobody"); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if !maps.Equal(before, w.Dump()) {
		t.Error("an operation that failed changed the store")
	}
}

// R102: a reset by the operator has the effects of turning every method off (R61), and the
// owner is notified on every channel.
func TestOperatorResetsTwoFactor(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	w.AddKey("bob", "blue")
	w.NewTemporaryPassword("bob", "")
	if _, err := w.ResetTwoFactor(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	a := servertest.Must[api.Account](t)(c.Account(t.Context()))
	if a.TwoFactor || a.Methods != (api.Methods{}) || a.BackupCodes.Active != 0 {
		t.Errorf("%+v", a)
	}
	if live := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context())); len(live) > 0 && live[0].State == "live" {
		t.Errorf("temporary passwords %+v", live)
	}
	got := w.ActivityTypes(c, 8)
	for _, want := range []api.EventType{api.EventTwoFactorReset, api.EventMethodOff, api.EventBackupCodesVoided, api.EventTemporaryPasswordsRevoked} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %v", want, got)
		}
	}
	w.DeliverAll()
	if mails := w.MailSubjects(servertest.BobMail); !strings.Contains(mails[len(mails)-1], "was reset") {
		t.Errorf("mail %q", mails)
	}
	if text := w.LastText(servertest.BobPhone); !strings.Contains(text, "was reset") {
		t.Errorf("text %q", text)
	}
	// The password alone is enough.
	v := servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	v = servertest.Must[api.View](t)(w.Client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: "bob", Password: servertest.Password}))
	if _, ok := v.Step.(api.SignedIn); !ok {
		t.Errorf("%+v", v)
	}
	before := w.Dump()
	if _, err := w.ResetTwoFactor(t.Context(), "bob"); !errors.Is(err, server.ErrNoChange) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := w.ResetTwoFactor(t.Context(), "nobody"); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if !maps.Equal(before, w.Dump()) {
		t.Error("an operation that failed changed the store")
	}
}

// The number of unknown user names is unlimited, so their failure counters are deleted
// after two months. The counters of accounts are kept.
func TestCountersOfUnknownUsersExpire(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	counters := func() (n int) {
		for key := range w.Dump() {
			if strings.HasPrefix(key, "rate/") {
				n++
			}
		}
		return n
	}
	v := servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	names := []string{"ada"}
	for i := range 40 {
		names = append(names, "stranger"+base64.RawURLEncoding.EncodeToString([]byte{byte(i)}))
	}
	for _, name := range names {
		v = servertest.Must[api.View](t)(w.Client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: name, Password: "not the password"}))
		w.Basic(name, "not the password")
	}
	if n := counters(); n != 2*len(names) {
		t.Fatalf("%d counters for %d names", n, len(names))
	}
	w.Clock.Advance(24 * time.Hour)
	servertest.Must[int](t)(store.Reap(t.Context(), w.Store))
	if n := counters(); n != 2*len(names) {
		t.Errorf("%d counters after a day", n)
	}
	w.Clock.Advance(60 * 24 * time.Hour)
	servertest.Must[int](t)(store.Reap(t.Context(), w.Store))
	if n := counters(); n != 2 {
		t.Errorf("%d counters after two months, want ada's two", n)
	}
	for key := range w.Dump() {
		if strings.HasPrefix(key, "exp/") && strings.Contains(key, "rate/") {
			t.Errorf("%s is still there", key)
		}
	}
}

// The owner finds the operator's changes of the server in the activity list
// and in the mail, as after a change in the window.
func TestOperatorTellsTheOwner(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	id := w.Account("bob").ID
	if err := w.Store.Update(t.Context(), func(tx store.Tx) error { return account.SetOwner(tx, id) }); err != nil {
		t.Fatal(err)
	}
	for want, do := range map[api.EventType]func() error{
		api.EventDeliveryChanged: func() error {
			_, err := w.SetDelivery(t.Context(), func(s *delivery.Settings) { s.Text = nil })
			return err
		},
		api.EventBackupsChanged: func() error {
			_, err := w.SetBackups(t.Context(), func(s *dailybackup.Settings) { s.Folder = "/mnt" })
			return err
		},
	} {
		before := len(w.MailSubjects(servertest.BobMail))
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if got := w.ActivityTypes(w.SignIn("bob"), 5); !slices.Contains(got, want) {
			t.Errorf("%s is not among %v", want, got)
		}
		w.DeliverAll()
		if mails := w.MailSubjects(servertest.BobMail); len(mails) != before+1 {
			t.Errorf("%s: mails %q", want, mails)
		}
	}
}
