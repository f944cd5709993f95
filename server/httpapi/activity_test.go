package httpapi_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/client"
	"nightlatch/server/httpapi"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// record adds events to an account's list.
func record(t testing.TB, w *servertest.World, username string, events ...audit.Event) {
	t.Helper()
	id := w.Account(username).ID
	for chunk := range slices.Chunk(events, 50) {
		if err := w.Store.Update(t.Context(), func(tx store.Tx) error { return audit.Append(tx, id, chunk...) }); err != nil {
			t.Fatal(err)
		}
	}
}

// find returns all events that a query finds, page by page.
func find(t *testing.T, c *client.Client, q client.ActivityQuery) (found []api.Activity, requests int) {
	t.Helper()
	for {
		page, older, err := c.FindActivity(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		requests++
		found = append(found, page...)
		if older == "" {
			return found, requests
		}
		if q.Before != "" && len(older) > len(q.Before) {
			t.Fatalf("the page before %s goes on before %s", q.Before, older)
		}
		q.Before = older
	}
}

// A search finds what the activity list shows, whatever the case and the accents, in the old
// part of the list too.
func TestActivitySearch(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	record(t, w, "bob",
		audit.Event{Type: api.EventKeyAdded, Rule: "R31", Client: "Firefox on Linux", RemoteAddr: "198.51.100.7", Details: map[string]string{"label": "Clé de Zoë"}},
		audit.Event{Type: api.EventCodeRefused, Refused: true, Rule: "R22", Details: map[string]string{"factor": "app", "reason": "code_used"}},
		audit.Event{Type: api.EventTemporaryPasswordMade, Details: map[string]string{"label": "Müller’s mail"}},
	)
	var noise []audit.Event
	for range 400 {
		noise = append(noise, audit.Event{Type: api.EventPasswordProved, Client: "curl/8.5.0"})
	}
	record(t, w, "bob", noise...)
	for text, want := range map[string]api.EventType{
		"cle zoe":               api.EventKeyAdded, // a detail, without accents
		"CLÉ":                   api.EventKeyAdded,
		"firefox 198.51.100":    api.EventKeyAdded, // client and address
		"security ADDED":        api.EventKeyAdded, // the words of the list, in any order
		"key-added":             api.EventKeyAdded, // the type
		"r31":                   api.EventKeyAdded, // the rule
		"already been used":     api.EventCodeRefused,
		"code_used":             api.EventCodeRefused,
		"müller's":              api.EventTemporaryPasswordMade,
		"  temporary   muller ": api.EventTemporaryPasswordMade,
	} {
		found, _ := find(t, c, client.ActivityQuery{Text: text})
		if len(found) != 1 || found[0].Type != want {
			t.Errorf("%q finds %v", text, found)
		}
	}
	if found, _ := find(t, c, client.ActivityQuery{Text: "clé müller"}); len(found) != 0 {
		t.Errorf("words of two events find %v", found)
	}
	day := w.Clock.Now().UTC().Format("2006-01-02")
	if found, _ := find(t, c, client.ActivityQuery{Text: "password-proved " + day, Limit: 150}); len(found) < 400 || found[0].Cursor == found[1].Cursor {
		t.Errorf("%d events of that day", len(found))
	}
	if found, _ := find(t, c, client.ActivityQuery{Text: "zoe", Show: api.Refusals}); len(found) != 0 {
		t.Errorf("refusals: %v", found)
	}
	if found, _ := find(t, c, client.ActivityQuery{Show: api.Refusals}); len(found) == 0 || slices.ContainsFunc(found, func(e api.Activity) bool { return !api.IsRefusal(e.Type, e.Refused) }) {
		t.Errorf("refusals: %v", found)
	}
	if found, _ := find(t, w.SignIn("dot"), client.ActivityQuery{Text: "zoe"}); len(found) != 0 {
		t.Errorf("another account finds %v", found)
	}
	all, _ := find(t, c, client.ActivityQuery{Limit: 7})
	if blank, _ := find(t, c, client.ActivityQuery{Text: " ", Limit: 7}); len(blank) != len(all) || len(all) < 403 {
		t.Errorf("a blank search finds %d of %d", len(blank), len(all))
	}
}

func TestActivitySearchIsChecked(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	for query, field := range map[string]string{
		"q=" + strings.Repeat("ä", 101): "q", "q=%ff": "q", "q=a%00b": "q", "q=a%0Ab": "q",
		"show=all": "show", "show=x": "show", "q=a&before=0": "before", "q=a&limit=0": "limit",
	} {
		e := w.Do("GET", "/api/v1/activity?"+query, "", "Authorization", "Bearer "+c.Token())
		if p := e.Problem(t); e.Status != 400 || p.Code != api.Malformed || p.Field != field {
			t.Errorf("%s: %d %s", query, e.Status, e.Body)
		}
	}
	if e := w.Do("GET", "/api/v1/activity?q="+url.QueryEscape(strings.Repeat("ä", 100)), "", "Authorization", "Bearer "+c.Token()); e.Status != 200 || strings.TrimSpace(string(e.Body)) != "[]" {
		t.Errorf("nothing found: %d %s", e.Status, e.Body)
	}
}

// One request looks at a bounded number of events, and says where to go on.
func TestActivitySearchIsBounded(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	record(t, w, "bob", slices.Repeat([]audit.Event{{Type: api.EventSignedOut, Client: "curl"}}, 2*httpapi.SearchMost+300)...)
	found, older, err := c.FindActivity(t.Context(), client.ActivityQuery{Text: "created"})
	if err != nil || len(found) != 0 || older == "" {
		t.Errorf("the first request: %v, %q, %v", found, older, err)
	}
	if found, requests := find(t, c, client.ActivityQuery{Text: "account created"}); len(found) != 1 || requests != 3 {
		t.Errorf("%d requests find %v", requests, found)
	}
}

// BenchmarkActivitySearch searches as many events as one request looks at, in vain.
func BenchmarkActivitySearch(b *testing.B) {
	w := servertest.New(b)
	c := w.SignIn("bob")
	record(b, w, "bob", slices.Repeat([]audit.Event{{Type: api.EventSignedIn, Client: "Firefox on Linux", RemoteAddr: "198.51.100.7", Details: map[string]string{"method": "app"}}}, httpapi.SearchMost)...)
	for b.Loop() {
		if _, _, err := c.FindActivity(b.Context(), client.ActivityQuery{Text: "nowhere"}); err != nil {
			b.Fatal(err)
		}
	}
}
