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

// R6: a change that affects protection needs a password proved in the last 10 minutes.
// After reauthenticate it works again.
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

// Without a session, every resource answers 401, whatever the request contains.
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

// R17, R61, hardened: the phone or the key of the only method cannot be deleted
// directly. A turn-off must be confirmed first.
func TestHardenedRequiresTurnOff(t *testing.T) {
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
	servertest.WantProblem(t, "of another account", bob.DeleteKey(t.Context(), desk), 404, api.NotFound)
}

// R17, classic: deleting the phone number also turns off text. If that was the only
// method, two-factor is off.
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
		t.Errorf("the number got %q", text)
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
