package httpapi_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// R6: what weakens or changes protection needs the password proved in the last 10
// minutes, and works again after reauthenticate.
func TestReauthentication(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*servertest.World, *client.Client) error{
		"delete a key": func(w *servertest.World, c *client.Client) error {
			return c.DeleteKey(w.T.Context(), w.AddKey("bob", "desk"+strconv.Itoa(len(w.Dump()))))
		},
		"new backup code": func(w *servertest.World, c *client.Client) error {
			_, err := c.NewBackupCode(w.T.Context())
			return err
		},
		"replace backup codes": func(w *servertest.World, c *client.Client) error {
			_, err := c.ReplaceBackupCodes(w.T.Context())
			return err
		},
		"new temporary password": func(w *servertest.World, c *client.Client) error {
			_, err := c.NewTemporaryPassword(w.T.Context(), "x", "")
			return err
		},
		"delete the phone": func(w *servertest.World, c *client.Client) error { return c.DeletePhone(w.T.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := servertest.New(t)
			c := w.SignIn("bob")
			w.Clock.Advance(10 * time.Minute)
			p := servertest.WantProblem(t, "at 10:00", change(w, c), 403, api.ReauthenticationRequired)
			if p.Rule != "R6" {
				t.Errorf("rule %q", p.Rule)
			}
			w.ProvePassword(c)
			w.Clock.Advance(9*time.Minute + 59*time.Second)
			if err := change(w, c); err != nil {
				t.Errorf("at 9:59 after the password was proved again: %v", err)
			}
			if len(w.MailSubjects(servertest.BobMail)) == 0 {
				t.Error("R6: it was not announced by mail")
			}
		})
	}
}

// Without a session every resource answers 401, whatever is sent.
func TestSessionRequired(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for _, header := range [][]string{
		{},
		{"Authorization", "Bearer nls_" + strings.Repeat("A", 43)},
		{"Authorization", "Bearer"},
		{"Authorization", "Token x"},
		{"Authorization", "Bearer " + w.SignIn("ada").Token(), "Authorization", "Bearer x"},
		{"Cookie", "nightlatch_session=x"},
		{"Authorization", servertest.BasicAuth("ada", servertest.Password)},
	} {
		for _, call := range []string{
			"GET /api/v1/account", "PATCH /api/v1/account", "DELETE /api/v1/phone", "GET /api/v1/activity", "POST /api/v1/sign-out",
			"GET /api/v1/keys", "PATCH /api/v1/keys/x", "DELETE /api/v1/keys/x",
			"GET /api/v1/backup-codes", "POST /api/v1/backup-codes", "POST /api/v1/backup-codes/replace", "POST /api/v1/backup-codes/check",
			"GET /api/v1/temporary-passwords", "POST /api/v1/temporary-passwords", "DELETE /api/v1/temporary-passwords",
			"DELETE /api/v1/temporary-passwords/x",
			"GET /api/v1/sessions", "DELETE /api/v1/sessions?others=true", "DELETE /api/v1/sessions/x", "GET /api/v1/events",
		} {
			method, path, _ := strings.Cut(call, " ")
			if len(header) > 0 && header[0] == "Cookie" && method != "GET" {
				continue // forbidden_origin: TestCookie
			}
			e := w.Do(method, path, "", header...)
			if p := e.Problem(t); e.Status != 401 || p.Code != api.SignInRequired {
				t.Errorf("%s with %q: %d %s", call, header, e.Status, e.Body)
			}
			if got := e.Header.Get("WWW-Authenticate"); got != `Bearer realm="Nightlatch"` {
				t.Errorf("%s: WWW-Authenticate %q", call, got)
			}
		}
	}
}

// R31: list, rename, delete.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("dot")
	if keys := servertest.Must[[]api.Key](t)(c.Keys(ctx)); keys == nil || len(keys) != 0 {
		t.Errorf("no keys are %#v", keys)
	}
	desk := w.AddKey("dot", "Desk")
	w.Clock.Advance(time.Second)
	ring := w.AddKey("dot", "Ring")
	if keys := servertest.Must[[]api.Key](t)(c.Keys(ctx)); len(keys) != 2 || keys[0].Label != "Desk" || keys[1].Label != "Ring" {
		t.Errorf("keys %+v", keys)
	}
	renamed := servertest.Must[api.Key](t)(c.RenameKey(ctx, desk, "  Büro  "))
	if renamed.Label != "Büro" || renamed.ID != desk {
		t.Errorf("renamed to %+v", renamed)
	}
	if got := w.ActivityTypes(c, 1); got[0] != api.EventKeyRenamed {
		t.Errorf("activity %v", got)
	}
	before := w.Dump()
	servertest.Must[api.Key](t)(c.RenameKey(ctx, desk, "Büro"))
	if len(w.Dump()) != len(before) {
		t.Error("the same label again is no event")
	}
	for _, id := range []string{"nokey", "..", "app", desk[:5], strings.Repeat("x", 300)} {
		_, err := c.RenameKey(ctx, id, "x")
		servertest.WantProblem(t, "rename "+id, err, 404, api.NotFound)
		servertest.WantProblem(t, "delete "+id, c.DeleteKey(ctx, id), 404, api.NotFound)
	}
	other := w.SignIn("ada")
	_, err := other.RenameKey(ctx, desk, "x")
	servertest.WantProblem(t, "somebody else's key", err, 404, api.NotFound)

	if err := c.DeleteKey(ctx, ring); err != nil {
		t.Fatal(err)
	}
	if got := w.ActivityTypes(c, 1); got[0] != api.EventKeyDeleted {
		t.Errorf("activity %v", got)
	}
	if got := servertest.Must[api.Account](t)(c.Account(ctx)); !got.TwoFactor || got.Methods.Keys != 1 {
		t.Errorf("account %+v", got)
	}
}

// R61: the last key was the only method: two-factor goes off, and takes backup
// codes and temporary passwords with it.
func TestDeleteLastKey(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("dot")
	desk := w.AddKey("dot", "Desk")
	servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
	servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "Mail", ""))
	if err := c.DeleteKey(ctx, desk); err != nil {
		t.Fatal(err)
	}
	got := servertest.Must[api.Account](t)(c.Account(ctx))
	if got.TwoFactor || got.BackupCodes.Active != 0 {
		t.Errorf("account %+v", got)
	}
	if codes := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx)); codes[0].State != "void" {
		t.Errorf("codes %+v", codes)
	}
	if list := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(ctx)); list[0].State != "revoked" {
		t.Errorf("temporary passwords %+v", list)
	}
	if got := w.ActivityTypes(c, 5); !slices.Equal(got[2:], []api.EventType{api.EventTwoFactorOff, api.EventMethodOff, api.EventKeyDeleted}) {
		t.Errorf("activity %v", got)
	}
	mails := w.MailSubjects("dot@example.org")
	if want := "Two-factor authentication is off"; !slices.Contains(mails, want) {
		t.Errorf("R6: %q is not among %q", want, mails)
	}
}

// R17, and R61 for keys, under hardened: confirmed first, in a turn-off.
func TestHardenedWantsConfirmation(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Hardened)
	bob := w.SignIn("bob")
	p := servertest.WantProblem(t, "R17", bob.DeletePhone(t.Context()), 409, api.Conflict)
	if p.Rule != "R17" || !strings.Contains(p.Detail, "turn-off") {
		t.Errorf("%+v", p)
	}
	desk := w.AddKey("dot", "Desk")
	w.AddKey("bob", "Desk")
	if err := bob.DeletePhone(t.Context()); err != nil {
		t.Errorf("R17: with another method on: %v", err)
	}
	keys := servertest.Must[[]api.Key](t)(bob.Keys(t.Context()))
	servertest.WantProblem(t, "R61", bob.DeleteKey(t.Context(), keys[0].ID), 409, api.Conflict)
	servertest.WantProblem(t, "somebody else's", bob.DeleteKey(t.Context(), desk), 404, api.NotFound)
}

// R17, classic: the only method goes with the phone.
func TestDeletePhone(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("bob")
	if err := c.DeletePhone(ctx); err != nil {
		t.Fatal(err)
	}
	got := servertest.Must[api.Account](t)(c.Account(ctx))
	if got.Phone != "" || got.PhoneVerified || got.Methods.Text || got.TwoFactor || got.BackupCodes.Active != 0 || got.LastMethod != "" {
		t.Errorf("account %+v", got)
	}
	if got := w.ActivityTypes(c, 4); !slices.Equal(got[1:], []api.EventType{api.EventTwoFactorOff, api.EventMethodOff, api.EventPhoneDeleted}) {
		t.Errorf("activity %v", got)
	}
	if text := w.LastText(servertest.BobPhone); !strings.Contains(text, "deleted") {
		t.Errorf("the number's owner hears %q", text)
	}
	servertest.WantProblem(t, "again", c.DeletePhone(ctx), 404, api.NotFound)
	w.SignInAs(w.Client, "bob", servertest.Password) // R61: the password alone

	dot := w.SignIn("dot")
	if err := dot.DeletePhone(ctx); err != nil {
		t.Errorf("a phone that no method uses: %v", err)
	}
	if got := w.ActivityTypes(dot, 1); got[0] != api.EventPhoneDeleted {
		t.Errorf("activity %v", got)
	}
}

// R70, R71, R76, R77.
func TestBackupCodes(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("bob")
	got := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx))
	if len(got) != 2 || got[0] != (api.BackupCodeEntry{Number: 1, State: "active", Created: servertest.Start}) {
		t.Errorf("codes %+v", got)
	}
	var last api.NewBackupCode
	for n := 3; n <= 5; n++ {
		last = servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
		if last.Number != n || len(last.Code) != 19 {
			t.Errorf("R76: issued %+v", last)
		}
	}
	_, err := c.NewBackupCode(ctx)
	if p := servertest.WantProblem(t, "R71: a sixth", err, 409, api.BackupCodesFull); p.Rule != "R71" {
		t.Errorf("rule %q", p.Rule)
	}
	check := servertest.Must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, strings.ToUpper(strings.ReplaceAll(last.Code, "-", " "))))
	if check != (api.BackupCodeCheck{Number: 5, State: "active"}) {
		t.Errorf("R77: %+v", check)
	}
	replaced := servertest.Must[api.NewBackupCode](t)(c.ReplaceBackupCodes(ctx))
	if replaced.Number != 6 {
		t.Errorf("replaced by %+v", replaced)
	}
	for code, want := range map[string]api.BackupCodeCheck{
		servertest.BobBackupCode: {Number: 1, State: "void"},
		replaced.Code:            {Number: 6, State: "active"},
		"9999-9999-9999-9999":    {State: "unknown"},
	} {
		if got := servertest.Must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, code)); got != want {
			t.Errorf("R77: %s is %+v, want %+v", code, got, want)
		}
	}
	for _, bad := range []string{"", "   ", "7kmq-2xwd", "7kmq-2xwd-9hfz-3r8!", strings.Repeat("7", 1000)} {
		_, err := c.CheckBackupCode(ctx, bad)
		if p := servertest.WantProblem(t, "check "+bad, err, 400, api.Malformed); p.Field != "code" {
			t.Errorf("field %q", p.Field)
		}
	}
	if got := w.ActivityTypes(c, 2); got[0] != api.EventBackupCodesReplaced || got[1] != api.EventBackupCodeIssued {
		t.Errorf("activity %v", got)
	}
	if got := servertest.Must[api.Account](t)(c.Account(ctx)); got.BackupCodes != (api.BackupCodes{Active: 1, Next: 6, Low: true}) {
		t.Errorf("account %+v", got.BackupCodes)
	}
}

// R61: without two-factor there is nothing to back up.
func TestTwoFactorRequired(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("ada")
	_, err := c.NewBackupCode(t.Context())
	servertest.WantProblem(t, "backup code", err, 409, api.TwoFactorRequired)
	_, err = c.ReplaceBackupCodes(t.Context())
	servertest.WantProblem(t, "replace", err, 409, api.TwoFactorRequired)
	_, err = c.NewTemporaryPassword(t.Context(), "Mail", "")
	servertest.WantProblem(t, "temporary password", err, 409, api.TwoFactorRequired)
	if codes := servertest.Must[[]api.BackupCodeEntry](t)(c.BackupCodes(t.Context())); codes == nil || len(codes) > 0 {
		t.Errorf("codes %#v", codes)
	}
	if list := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context())); list == nil || len(list) > 0 {
		t.Errorf("temporary passwords %#v", list)
	}
}

// R81, R83.
func TestTemporaryPasswords(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("cyd")
	now := w.Clock.Now()
	first := servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, " Mail ", "imap"))
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
	want := api.TemporaryPassword{ID: first.ID, Label: "Mail", Service: "imap", Created: now, Expires: first.Expires, State: "live"}
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
	servertest.WantProblem(t, "somebody else's", w.SignIn("ada").RevokeTemporaryPassword(ctx, list[0].ID), 404, api.NotFound)
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
	servertest.WantProblem(t, "somebody else's", w.SignIn("dot").EndSession(ctx, list[0].ID), 404, api.NotFound)
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

// R44: 30 days at most; hardened 24 hours, and one hour idle.
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
		servertest.Must[api.Account](t)(busy.Account(t.Context()))
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

// R44, hardened: the idle time counts from the last request, also if its time is not
// written yet.
func TestIdleFromTheLastRequest(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Hardened)
	c := w.SignIn("ada")
	for _, after := range []time.Duration{
		time.Second, time.Hour - time.Second, 59 * time.Minute, time.Minute - 1, time.Hour - 1, 30 * time.Second,
	} {
		w.Clock.Advance(after)
		servertest.Must[api.Account](t)(c.Account(t.Context()))
	}
	// What is written late is when the session was seen, and not when it was written.
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

// The activity list has pages, newest first.
func TestActivity(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("bob")
	all := servertest.Must[[]api.Activity](t)(c.Activity(ctx, "", 0))
	if len(all) < 6 || all[len(all)-1].Type != api.EventAccountCreated || all[0].Type != api.EventSignedIn {
		t.Fatalf("activity %+v", all)
	}
	var paged []api.Activity
	for before := ""; ; {
		page := servertest.Must[[]api.Activity](t)(c.Activity(ctx, before, 2))
		if page == nil {
			t.Error("an empty page is null")
		}
		if len(page) == 0 {
			break
		}
		paged = append(paged, page...)
		before = page[len(page)-1].Cursor
	}
	if len(paged) != len(all) {
		t.Errorf("pages have %d events, want %d", len(paged), len(all))
	}
	for query, field := range map[string]string{
		"before=x": "before", "before=-1": "before", "before=0": "before", "before=99999999999999999999": "before",
		"limit=0": "limit", "limit=x": "limit", "limit=-3": "limit",
	} {
		e := w.Do("GET", "/api/v1/activity?"+query, "", "Authorization", "Bearer "+c.Token())
		if p := e.Problem(t); e.Status != 400 || p.Code != api.Malformed || p.Field != field {
			t.Errorf("%s: %d %s", query, e.Status, e.Body)
		}
	}
	if e := w.Do("GET", "/api/v1/activity?limit=100000&before=9000000000000000000", "", "Authorization", "Bearer "+c.Token()); e.Status != 200 {
		t.Errorf("a large limit: %d %s", e.Status, e.Body)
	}
}
