package server_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// R6: what weakens or changes protection needs the password proved in the last 10
// minutes, and works again after reauthenticate.
func TestReauthentication(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world, *client.Client) error{
		"delete a key": func(w *world, c *client.Client) error {
			return c.DeleteKey(w.t.Context(), w.addKey("bob", "desk"+strconv.Itoa(len(w.dump()))))
		},
		"new backup code":      func(w *world, c *client.Client) error { _, err := c.NewBackupCode(w.t.Context()); return err },
		"replace backup codes": func(w *world, c *client.Client) error { _, err := c.ReplaceBackupCodes(w.t.Context()); return err },
		"new temporary password": func(w *world, c *client.Client) error {
			_, err := c.NewTemporaryPassword(w.t.Context(), "x", "")
			return err
		},
		"delete the phone": func(w *world, c *client.Client) error { return c.DeletePhone(w.t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.signIn("bob")
			w.clock.Advance(10 * time.Minute)
			p := wantProblem(t, "at 10:00", change(w, c), 403, api.ReauthenticationRequired)
			if p.Rule != "R6" {
				t.Errorf("rule %q", p.Rule)
			}
			w.prove(c)
			w.clock.Advance(9*time.Minute + 59*time.Second)
			if err := change(w, c); err != nil {
				t.Errorf("at 9:59 after the password was proved again: %v", err)
			}
			if len(w.mails(bobMail)) == 0 {
				t.Error("R6: it was not announced by mail")
			}
		})
	}
}

// Without a session every resource answers 401, whatever is sent.
func TestSessionRequired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, header := range [][]string{
		{},
		{"Authorization", "Bearer nls_" + strings.Repeat("A", 43)},
		{"Authorization", "Bearer"},
		{"Authorization", "Token x"},
		{"Authorization", "Bearer " + w.signIn("ada").Token(), "Authorization", "Bearer x"},
		{"Cookie", "nightlatch_session=x"},
		{"Authorization", basicAuth("ada", password)},
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
			e := w.do(method, path, "", header...)
			if p := e.problem(t); e.status != 401 || p.Code != api.SignInRequired {
				t.Errorf("%s with %q: %d %s", call, header, e.status, e.body)
			}
			if got := e.header.Get("WWW-Authenticate"); got != `Bearer realm="Nightlatch"` {
				t.Errorf("%s: WWW-Authenticate %q", call, got)
			}
		}
	}
}

// R31: list, rename, delete.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("dot")
	if keys := must[[]api.Key](t)(c.Keys(ctx)); keys == nil || len(keys) != 0 {
		t.Errorf("no keys are %#v", keys)
	}
	desk := w.addKey("dot", "Desk")
	w.clock.Advance(time.Second)
	ring := w.addKey("dot", "Ring")
	if keys := must[[]api.Key](t)(c.Keys(ctx)); len(keys) != 2 || keys[0].Label != "Desk" || keys[1].Label != "Ring" {
		t.Errorf("keys %+v", keys)
	}
	renamed := must[api.Key](t)(c.RenameKey(ctx, desk, "  Büro  "))
	if renamed.Label != "Büro" || renamed.ID != desk {
		t.Errorf("renamed to %+v", renamed)
	}
	if got := w.types(c, 1); got[0] != api.EventKeyRenamed {
		t.Errorf("activity %v", got)
	}
	before := w.dump()
	must[api.Key](t)(c.RenameKey(ctx, desk, "Büro"))
	if len(w.dump()) != len(before) {
		t.Error("the same label again is no event")
	}
	for _, id := range []string{"nokey", "..", "app", desk[:5], strings.Repeat("x", 300)} {
		_, err := c.RenameKey(ctx, id, "x")
		wantProblem(t, "rename "+id, err, 404, api.NotFound)
		wantProblem(t, "delete "+id, c.DeleteKey(ctx, id), 404, api.NotFound)
	}
	other := w.signIn("ada")
	_, err := other.RenameKey(ctx, desk, "x")
	wantProblem(t, "somebody else's key", err, 404, api.NotFound)

	if err := c.DeleteKey(ctx, ring); err != nil {
		t.Fatal(err)
	}
	if got := w.types(c, 1); got[0] != api.EventKeyDeleted {
		t.Errorf("activity %v", got)
	}
	if got := must[api.Account](t)(c.Account(ctx)); !got.TwoFactor || got.Methods.Keys != 1 {
		t.Errorf("account %+v", got)
	}
}

// R61: the last key was the only method: two-factor goes off, and takes backup
// codes and temporary passwords with it.
func TestDeleteLastKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("dot")
	desk := w.addKey("dot", "Desk")
	must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
	must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "Mail", ""))
	if err := c.DeleteKey(ctx, desk); err != nil {
		t.Fatal(err)
	}
	got := must[api.Account](t)(c.Account(ctx))
	if got.TwoFactor || got.BackupCodes.Active != 0 {
		t.Errorf("account %+v", got)
	}
	if codes := must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx)); codes[0].State != "void" {
		t.Errorf("codes %+v", codes)
	}
	if list := must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(ctx)); list[0].State != "revoked" {
		t.Errorf("temporary passwords %+v", list)
	}
	if got := w.types(c, 5); !slices.Equal(got[2:], []api.EventType{api.EventTwoFactorOff, api.EventMethodOff, api.EventKeyDeleted}) {
		t.Errorf("activity %v", got)
	}
	mails := w.mails("dot@example.org")
	if want := "Two-factor authentication is off"; !slices.Contains(mails, want) {
		t.Errorf("R6: %q is not among %q", want, mails)
	}
}

// R17, and R61 for keys, under hardened: confirmed first, in a turn-off.
func TestHardenedWantsConfirmation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, hardened)
	bob := w.signIn("bob")
	p := wantProblem(t, "R17", bob.DeletePhone(t.Context()), 409, api.Conflict)
	if p.Rule != "R17" || !strings.Contains(p.Detail, "turn-off") {
		t.Errorf("%+v", p)
	}
	desk := w.addKey("dot", "Desk")
	w.addKey("bob", "Desk")
	if err := bob.DeletePhone(t.Context()); err != nil {
		t.Errorf("R17: with another method on: %v", err)
	}
	keys := must[[]api.Key](t)(bob.Keys(t.Context()))
	wantProblem(t, "R61", bob.DeleteKey(t.Context(), keys[0].ID), 409, api.Conflict)
	wantProblem(t, "somebody else's", bob.DeleteKey(t.Context(), desk), 404, api.NotFound)
}

// R17, classic: the only method goes with the phone.
func TestDeletePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("bob")
	if err := c.DeletePhone(ctx); err != nil {
		t.Fatal(err)
	}
	got := must[api.Account](t)(c.Account(ctx))
	if got.Phone != "" || got.PhoneVerified || got.Methods.Text || got.TwoFactor || got.BackupCodes.Active != 0 || got.LastMethod != "" {
		t.Errorf("account %+v", got)
	}
	if got := w.types(c, 4); !slices.Equal(got[1:], []api.EventType{api.EventTwoFactorOff, api.EventMethodOff, api.EventPhoneDeleted}) {
		t.Errorf("activity %v", got)
	}
	if text := w.lastText(bobPhone); !strings.Contains(text, "deleted") {
		t.Errorf("the number's owner hears %q", text)
	}
	wantProblem(t, "again", c.DeletePhone(ctx), 404, api.NotFound)
	w.signInAs(w.client, "bob", password) // R61: the password alone

	dot := w.signIn("dot")
	if err := dot.DeletePhone(ctx); err != nil {
		t.Errorf("a phone that no method uses: %v", err)
	}
	if got := w.types(dot, 1); got[0] != api.EventPhoneDeleted {
		t.Errorf("activity %v", got)
	}
}

// R70, R71, R76, R77.
func TestBackupCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("bob")
	got := must[[]api.BackupCodeEntry](t)(c.BackupCodes(ctx))
	if len(got) != 2 || got[0] != (api.BackupCodeEntry{Number: 1, State: "active", Created: start}) {
		t.Errorf("codes %+v", got)
	}
	var last api.NewBackupCode
	for n := 3; n <= 5; n++ {
		last = must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
		if last.Number != n || len(last.Code) != 19 {
			t.Errorf("R76: issued %+v", last)
		}
	}
	_, err := c.NewBackupCode(ctx)
	if p := wantProblem(t, "R71: a sixth", err, 409, api.BackupCodesFull); p.Rule != "R71" {
		t.Errorf("rule %q", p.Rule)
	}
	check := must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, strings.ToUpper(strings.ReplaceAll(last.Code, "-", " "))))
	if check != (api.BackupCodeCheck{Number: 5, State: "active"}) {
		t.Errorf("R77: %+v", check)
	}
	replaced := must[api.NewBackupCode](t)(c.ReplaceBackupCodes(ctx))
	if replaced.Number != 6 {
		t.Errorf("replaced by %+v", replaced)
	}
	for code, want := range map[string]api.BackupCodeCheck{
		codeOne:               {Number: 1, State: "void"},
		replaced.Code:         {Number: 6, State: "active"},
		"9999-9999-9999-9999": {State: "unknown"},
	} {
		if got := must[api.BackupCodeCheck](t)(c.CheckBackupCode(ctx, code)); got != want {
			t.Errorf("R77: %s is %+v, want %+v", code, got, want)
		}
	}
	for _, bad := range []string{"", "   ", "7kmq-2xwd", "7kmq-2xwd-9hfz-3r8!", strings.Repeat("7", 1000)} {
		_, err := c.CheckBackupCode(ctx, bad)
		if p := wantProblem(t, "check "+bad, err, 400, api.Malformed); p.Field != "code" {
			t.Errorf("field %q", p.Field)
		}
	}
	if got := w.types(c, 2); got[0] != api.EventBackupCodesReplaced || got[1] != api.EventBackupCodeIssued {
		t.Errorf("activity %v", got)
	}
	if got := must[api.Account](t)(c.Account(ctx)); got.BackupCodes != (api.BackupCodes{Active: 1, Next: 6, Low: true}) {
		t.Errorf("account %+v", got.BackupCodes)
	}
}

// R61: without two-factor there is nothing to back up.
func TestTwoFactorRequired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("ada")
	_, err := c.NewBackupCode(t.Context())
	wantProblem(t, "backup code", err, 409, api.TwoFactorRequired)
	_, err = c.ReplaceBackupCodes(t.Context())
	wantProblem(t, "replace", err, 409, api.TwoFactorRequired)
	_, err = c.NewTemporaryPassword(t.Context(), "Mail", "")
	wantProblem(t, "temporary password", err, 409, api.TwoFactorRequired)
	if codes := must[[]api.BackupCodeEntry](t)(c.BackupCodes(t.Context())); codes == nil || len(codes) > 0 {
		t.Errorf("codes %#v", codes)
	}
	if list := must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context())); list == nil || len(list) > 0 {
		t.Errorf("temporary passwords %#v", list)
	}
}

// R81, R83.
func TestTemporaryPasswords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("cyd")
	now := w.clock.Now()
	first := must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, " Mail ", "imap"))
	if !first.Expires.Equal(now.Add(time.Hour)) || len(first.Password) != 19 {
		t.Errorf("R81: made %+v", first)
	}
	for range 9 {
		must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "More", ""))
	}
	_, err := c.NewTemporaryPassword(ctx, "Eleventh", "")
	if p := wantProblem(t, "R83: an eleventh", err, 409, api.TemporaryPasswordsFull); p.Rule != "R83" {
		t.Errorf("rule %q", p.Rule)
	}
	list := must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(ctx))
	want := api.TemporaryPassword{ID: first.ID, Label: "Mail", Service: "imap", Created: now, Expires: first.Expires, State: "live"}
	if len(list) != 10 || list[9] != want {
		t.Errorf("the oldest of %d is %+v, want %+v", len(list), list[len(list)-1], want)
	}
	if err := c.RevokeTemporaryPassword(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	before := len(w.dump())
	if err := c.RevokeTemporaryPassword(ctx, first.ID); err != nil || len(w.dump()) != before {
		t.Errorf("revoking twice: %v", err)
	}
	wantProblem(t, "an unknown one", c.RevokeTemporaryPassword(ctx, "x"), 404, api.NotFound)
	wantProblem(t, "somebody else's", w.signIn("ada").RevokeTemporaryPassword(ctx, list[0].ID), 404, api.NotFound)
	if err := c.RevokeTemporaryPasswords(ctx); err != nil {
		t.Fatal(err)
	}
	for _, p := range must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(ctx)) {
		if p.State != "revoked" {
			t.Errorf("state %+v", p)
		}
	}
	if err := c.RevokeTemporaryPasswords(ctx); err != nil {
		t.Errorf("revoking none: %v", err)
	}
	if got := w.types(c, 2); !slices.Equal(got, []api.EventType{api.EventTemporaryPasswordsRevoked, api.EventTemporaryPasswordRevoked}) {
		t.Errorf("activity %v", got)
	}
}

// R44: sessions are listed and ended, one by one or all but this one.
func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	a := w.signInAs(w.client.WithAgent("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"), "ada", password)
	w.clock.Advance(time.Second)
	b := w.signInAs(w.client.WithAgent("curl/8.5.0"), "ada", password)
	w.clock.Advance(time.Second)
	c := w.signIn("ada")
	w.clock.Advance(time.Minute)
	list := must[[]api.Session](t)(b.Sessions(ctx))
	if len(list) != 3 {
		t.Fatalf("sessions %+v", list)
	}
	for i, want := range []string{"Firefox, Linux", "curl 8.5.0", "Nightlatch"} {
		s := list[i]
		if s.Client != want || s.RemoteAddr != "127.0.0.1" || s.Current != (i == 1) || !s.Expires.Equal(s.Created.Add(30*24*time.Hour)) {
			t.Errorf("session %+v", s)
		}
		if seen := w.clock.Now(); s.Current && !s.LastSeen.Equal(seen) || !s.Current && !s.LastSeen.Equal(s.Created) {
			t.Errorf("%s was last seen %v, now is %v", s.Client, s.LastSeen, seen)
		}
	}
	wantProblem(t, "an unknown one", b.EndSession(ctx, "x"), 404, api.NotFound)
	wantProblem(t, "somebody else's", w.signIn("dot").EndSession(ctx, list[0].ID), 404, api.NotFound)
	if err := b.EndSession(ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	_, err := a.Account(ctx)
	wantProblem(t, "an ended session", err, 401, api.SignInRequired)
	if e := w.do("DELETE", "/api/v1/sessions", "", "Authorization", "Bearer "+b.Token()); e.status != 400 || e.problem(t).Field != "others" {
		t.Errorf("without others=true: %d %s", e.status, e.body)
	}
	if err := b.EndOtherSessions(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = c.Account(ctx)
	wantProblem(t, "another session", err, 401, api.SignInRequired)
	if err := b.SignOut(ctx); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, "after signing out", b.SignOut(ctx), 401, api.SignInRequired)
	d := w.signIn("ada")
	if got := w.types(d, 4); !slices.Equal(got, []api.EventType{api.EventSignedIn, api.EventSignedOut, api.EventSessionsEnded, api.EventSessionEnded}) {
		t.Errorf("activity %v", got)
	}
	current := must[[]api.Session](t)(d.Sessions(ctx))[0]
	if err := d.EndSession(ctx, current.ID); err != nil {
		t.Fatal(err)
	}
	_, err = d.Account(ctx)
	wantProblem(t, "this session by its ID", err, 401, api.SignInRequired)
}

// R44: 30 days at most; hardened 24 hours, and one hour idle.
func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("ada")
	w.clock.Advance(30*24*time.Hour - time.Second)
	must[api.Account](t)(c.Account(t.Context()))
	w.clock.Advance(time.Second)
	_, err := c.Account(t.Context())
	wantProblem(t, "after 30 days", err, 401, api.SignInRequired)

	w = newWorld(t, hardened)
	idle, busy := w.signIn("ada"), w.signIn("ada")
	for range 48 {
		w.clock.Advance(30*time.Minute - time.Millisecond)
		must[api.Account](t)(busy.Account(t.Context()))
		if err := w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, err = idle.Account(t.Context())
	wantProblem(t, "idle for an hour", err, 401, api.SignInRequired)
	w.clock.Advance(time.Minute)
	_, err = busy.Account(t.Context())
	wantProblem(t, "after a day", err, 401, api.SignInRequired)
}

// R44, hardened: the idle time counts from the last request, also if its time is not
// written yet.
func TestIdleFromTheLastRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, hardened)
	c := w.signIn("ada")
	for _, after := range []time.Duration{
		time.Second, time.Hour - time.Second, 59 * time.Minute, time.Minute - 1, time.Hour - 1, 30 * time.Second,
	} {
		w.clock.Advance(after)
		must[api.Account](t)(c.Account(t.Context()))
	}
	// What is written late is when the session was seen, and not when it was written.
	w.clock.Advance(30 * time.Minute)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(30*time.Minute - 1)
	seen := must[[]api.Session](t)(c.Sessions(t.Context()))
	if len(seen) != 1 || !seen[0].LastSeen.Equal(w.clock.Now()) {
		t.Errorf("sessions %+v", seen)
	}
	w.clock.Advance(time.Hour)
	_, err := c.Account(t.Context())
	wantProblem(t, "idle for an hour", err, 401, api.SignInRequired)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = c.Account(t.Context())
	wantProblem(t, "after it was written", err, 401, api.SignInRequired)
}

// The activity list has pages, newest first.
func TestActivity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("bob")
	all := must[[]api.Activity](t)(c.Activity(ctx, "", 0))
	if len(all) < 6 || all[len(all)-1].Type != api.EventAccountCreated || all[0].Type != api.EventSignedIn {
		t.Fatalf("activity %+v", all)
	}
	var paged []api.Activity
	for before := ""; ; {
		page := must[[]api.Activity](t)(c.Activity(ctx, before, 2))
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
		e := w.do("GET", "/api/v1/activity?"+query, "", "Authorization", "Bearer "+c.Token())
		if p := e.problem(t); e.status != 400 || p.Code != api.Malformed || p.Field != field {
			t.Errorf("%s: %d %s", query, e.status, e.body)
		}
	}
	if e := w.do("GET", "/api/v1/activity?limit=100000&before=9000000000000000000", "", "Authorization", "Bearer "+c.Token()); e.status != 200 {
		t.Errorf("a large limit: %d %s", e.status, e.body)
	}
}
