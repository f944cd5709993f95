package server_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// restored returns a server over the same store, as after the restore of a
// backup that was made now.
func restored(w *servertest.World) *servertest.World {
	w.T.Helper()
	if err := server.BeginRestored(w.T.Context(), w.Store, w.Clock.Now(), w.Clock.Now()); err != nil {
		w.T.Fatal(err)
	}
	return w.Restart()
}

// All short-lived data in the backup have ended after the restore, because
// they may have been used or revoked since.
func TestRestoreEndsWhatWasOpen(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	session := w.SignIn("bob")
	passwords := w.NewTemporaryPassword("bob", "")
	oauth, _ := w.OAuthToken("ada", servertest.Password)
	waiting := servertest.Must[api.View](t)(w.Client.Begin(ctx, api.Begin{Kind: api.SignIn}))
	waiting = servertest.Must[api.View](t)(w.Client.Answer(ctx, waiting.ID, waiting.Rev, api.Credentials{Username: "bob", Password: servertest.Password}))
	w.DeliverAll()
	texted := servertest.CodeIn(w.LastText(servertest.BobPhone))
	changing := servertest.Must[api.View](t)(session.Begin(ctx, api.Begin{Kind: api.ChangePassword}))

	after := restored(w)
	at := func(c *client.Client) *client.Client { return after.Client.WithToken(c.Token()) }
	if _, err := at(session).Account(ctx); err == nil {
		t.Error("the session is open")
	}
	if _, err := after.Client.Ceremony(ctx, waiting.ID); err == nil {
		t.Error("the sign-in goes on")
	}
	if _, err := at(session).Ceremony(ctx, changing.ID); err == nil {
		t.Error("the change of the password goes on")
	}
	e := after.Basic("bob", passwords.Password)
	if e.Status != 401 {
		t.Errorf("the temporary password: %d %s", e.Status, e.Body)
	}
	token := oauth.Body[strings.Index(oauth.Body, "nlo_"):]
	if e := after.MeWithToken(token[:strings.IndexByte(token, '"')]); e.Status != 401 {
		t.Errorf("the OAuth token: %d %s", e.Status, e.Body)
	}

	// The code that was sent before the restore does not work, and the new
	// sign-in sends another.
	v := servertest.Must[api.View](t)(after.Client.Begin(ctx, api.Begin{Kind: api.SignIn}))
	v = servertest.Must[api.View](t)(after.Client.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: "bob", Password: servertest.Password}))
	v = servertest.Must[api.View](t)(after.Client.Answer(ctx, v.ID, v.Rev, api.Code{Code: texted}))
	if v.Refusal == nil {
		t.Error("the code of before is good")
	}
	again := after.SignIn("bob")
	list := servertest.Must[[]api.Session](t)(again.Sessions(ctx))
	if len(list) != 1 || !list[0].Current {
		t.Errorf("the list of sessions: %+v", list)
	}
	for _, p := range servertest.Must[[]api.TemporaryPassword](t)(again.TemporaryPasswords(ctx)) {
		if p.State == "live" {
			t.Errorf("the list of temporary passwords: %+v", p)
		}
	}
	if _, err := again.NewTemporaryPassword(ctx, "Mail", ""); err != nil {
		t.Errorf("a new temporary password: %v", err)
	}
}

// Every account is notified once, on each of its channels, however the work is
// divided into steps. Accounts that were created later get no notice.
func TestRestoreIsToldOnce(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	const more = 23
	for i := range more {
		err := w.Store.Update(t.Context(), func(tx store.Tx) error {
			a := account.New(fmt.Sprintf("user%02d", i), "x")
			a.Email, a.EmailConfirmed = fmt.Sprintf("user%02d@example.org", i), true
			return account.Create(tx, a)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	advance(t, w)
	after := restored(w)
	for range 2 { // a second start and a second run notify nobody again
		if more, err := after.TellRestored(t.Context()); err != nil || more {
			t.Fatalf("more %v: %v", more, err)
		}
		after = after.Restart()
	}
	late := after.SignUp(after.Client, "late")
	if more, err := after.TellRestored(t.Context()); err != nil || more {
		t.Fatalf("more %v: %v", more, err)
	}
	after.DeliverAll()
	count := func(c *client.Client) (n int) {
		for _, e := range after.ActivityTypes(c, 50) {
			if e == api.EventRestored {
				n++
			}
		}
		return n
	}
	if n := count(after.SignIn("bob")); n != 1 {
		t.Errorf("bob has it %d times in the activity", n)
	}
	if n := count(late); n != 0 {
		t.Errorf("an account that was made later has it %d times", n)
	}
	told := 0
	err := after.Store.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("aud/", "", 10_000)
		told = 0
		for _, it := range items {
			if strings.Contains(string(it.Value), `"t":"restored"`) {
				told++
			}
		}
		return err
	})
	if err != nil || told != more+4 {
		t.Errorf("%d of %d accounts were told: %v", told, more+4, err)
	}
}

// The notice lists what may work again, and goes to mail and phone.
func TestRestoreNotice(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	before := len(w.MailSubjects(servertest.BobMail))
	if err := server.BeginRestored(t.Context(), w.Store, w.Clock.Now().Add(time.Minute), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	advance(t, w)
	if more, err := w.TellRestored(t.Context()); err != nil || more {
		t.Fatal(more, err)
	}
	w.DeliverAll()
	mails := w.MailSubjects(servertest.BobMail)
	if len(mails) != before+1 || !strings.Contains(mails[len(mails)-1], "earlier state") {
		t.Errorf("mails %q", mails)
	}
	if text := w.LastText(servertest.BobPhone); !strings.Contains(text, "restored from a backup") {
		t.Errorf("text %q", text)
	}
}

// Messages that waited when the backup was made are not sent a second time.
// The notices pause while many messages wait.
func TestRestoreAndTheOutbox(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for i := range 300 {
		err := w.Store.Update(t.Context(), func(tx store.Tx) error {
			return tx.Put(fmt.Sprintf("out/%019d-000-x", w.Clock.Now().Add(100*365*24*time.Hour).UnixNano()+int64(i)), []byte("x"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	waiting := func() []string {
		var keys []string
		for k := range w.Dump() {
			if strings.HasPrefix(k, "out/") {
				keys = append(keys, k)
			}
		}
		return keys
	}
	if n := len(waiting()); n < 300 {
		t.Fatalf("%d messages wait", n)
	}
	if err := server.BeginRestored(context.WithoutCancel(t.Context()), w.Store, w.Clock.Now(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if left := waiting(); len(left) > 0 {
		t.Errorf("%d messages of before are left: %v", len(left), slices.Min(left))
	}
}

func advance(t *testing.T, w *servertest.World) {
	t.Helper()
	if err := w.Clock.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
}
