package server_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// follow opens a stream of events that ends with the test.
func follow(t testing.TB, c *client.Client) <-chan api.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	events := must[<-chan api.Event](t)(c.Events(ctx))
	t.Cleanup(func() {
		cancel()
		for range events { // drained to its end
		}
	})
	return events
}

// until collects topics until one comes.
func until(t testing.TB, events <-chan api.Event, topic string) []string {
	t.Helper()
	var got []string
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended after %v, before %s", got, topic)
			}
			if got = append(got, e.Topic); e.Topic == topic {
				return got
			}
		case <-t.Context().Done():
			t.Fatalf("%v came, but not %s", got, topic)
		}
	}
}

// An event stream names the topics that changed, whichever client changed them, over
// loopback and in memory.
func TestEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	console, stop := client.InMemory(w.Console())
	t.Cleanup(stop)
	inMemory := follow(t, w.signInAs(console, "bob", password))
	c := w.signIn("bob")
	until(t, inMemory, api.TopicSessions)
	loopback := follow(t, c)
	for _, tt := range []struct {
		topic string
		cause func() error
	}{
		{api.TopicBackupCodes, func() error { _, err := c.NewBackupCode(t.Context()); return err }},
		{api.TopicTemporaryPasswords, func() error { _, err := c.NewTemporaryPassword(t.Context(), "Mail", ""); return err }},
		{api.TopicActivity, func() error { w.basic("bob", "wrong"); return nil }},
		{api.TopicCeremony, func() error {
			_, err := c.Begin(t.Context(), api.Begin{Kind: api.EnrollApp})
			return err
		}},
		{api.TopicAccount, func() error { return c.DeletePhone(t.Context()) }},
	} {
		if err := tt.cause(); err != nil {
			t.Fatal(err)
		}
		until(t, inMemory, tt.topic)
		until(t, loopback, tt.topic)
	}
}

// An event stream has only the events of its own account.
func TestEventsAreTheAccountsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, dot := w.signIn("ada"), w.signIn("dot")
	events := follow(t, ada)
	if err := dot.DeletePhone(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.signIn("ada")
	if got := until(t, events, api.TopicSessions); slices.Contains(got, api.TopicKeys) || len(got) > 3 {
		t.Errorf("ada heard %v", got)
	}
}

// A stream ends when its session does, and a client stops.
func TestEventsEndWithTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, other := w.signIn("ada"), w.signIn("ada")
	events := follow(t, c)
	if err := other.EndOtherSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range events { // ends by itself, or the test does not
	}
	_, err := c.Events(t.Context())
	wantProblem(t, "following with an ended session", err, 401, api.SignInRequired)
}

// The format, as a browser's EventSource reads it, and a bound on streams.
func TestEventStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("ada")
	open := func() *http.Response {
		req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), "GET", w.url+"/api/v1/events", nil))
		req.Header.Set("Authorization", "Bearer "+c.Token())
		return must[*http.Response](t)((&http.Transport{}).RoundTrip(req))
	}
	res := open()
	defer res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("stream %d %v", res.StatusCode, res.Header)
	}
	want := "retry: 2000\n\n"
	buf := make([]byte, len(want))
	if _, err := io.ReadFull(res.Body, buf); err != nil || string(buf) != want {
		t.Errorf("it begins %q, %v", buf, err)
	}
	if _, err := c.Begin(t.Context(), api.Begin{Kind: api.ChangeEmail}); err != nil {
		t.Fatal(err)
	}
	want = "data: {\"topic\":\""
	buf = make([]byte, len(want))
	if _, err := io.ReadFull(res.Body, buf); err != nil || string(buf) != want {
		t.Errorf("an event is %q, %v", buf, err)
	}
	for range 63 {
		defer open().Body.Close()
	}
	full := open()
	defer full.Body.Close()
	b := must[[]byte](t)(io.ReadAll(full.Body))
	if full.StatusCode != 503 || !strings.Contains(string(b), `"unavailable"`) {
		t.Errorf("the 65th stream: %d %s", full.StatusCode, b)
	}
	if e := w.do("HEAD", "/api/v1/events", "", "Authorization", "Bearer "+c.Token()); e.status != 503 {
		t.Errorf("HEAD of a full stream: %d", e.status)
	}
}

// Shutting the http.Server down ends streams at once; the world's cleanup would
// otherwise wait for ever.
func TestEventsEndWithTheServer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	var events <-chan api.Event
	t.Run("a server's life", func(t *testing.T) {
		events = must[<-chan api.Event](t)(newWorld(t).signIn("ada").Events(ctx))
	})
	cancel()
	for range events { // ends when the context does
	}
}
