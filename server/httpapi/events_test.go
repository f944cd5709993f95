package httpapi_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// An event stream names the topics that any client of the account changed, over
// loopback and in memory.
func TestEvents(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	console, stop := client.InMemory(w.Console())
	t.Cleanup(stop)
	inMemory := servertest.Follow(t, w.SignInAs(console, "bob", servertest.Password))
	c := w.SignIn("bob")
	servertest.UntilTopic(t, inMemory, api.TopicSessions)
	loopback := servertest.Follow(t, c)
	for _, tt := range []struct {
		topic string
		cause func() error
	}{
		{api.TopicBackupCodes, func() error { _, err := c.NewBackupCode(t.Context()); return err }},
		{api.TopicTemporaryPasswords, func() error { _, err := c.NewTemporaryPassword(t.Context(), "Mail", ""); return err }},
		{api.TopicActivity, func() error { w.Basic("bob", "wrong"); return nil }},
		{api.TopicCeremony, func() error {
			_, err := c.Begin(t.Context(), api.Begin{Kind: api.EnrollApp})
			return err
		}},
		{api.TopicAccount, func() error { return c.DeletePhone(t.Context()) }},
	} {
		if err := tt.cause(); err != nil {
			t.Fatal(err)
		}
		servertest.UntilTopic(t, inMemory, tt.topic)
		servertest.UntilTopic(t, loopback, tt.topic)
	}
}

// An event stream has only the events of its own account.
func TestEventsAreTheAccountsOwn(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ada, dot := w.SignIn("ada"), w.SignIn("dot")
	events := servertest.Follow(t, ada)
	if err := dot.DeletePhone(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.SignIn("ada")
	if got := servertest.UntilTopic(t, events, api.TopicSessions); slices.Contains(got, api.TopicKeys) || len(got) > 3 {
		t.Errorf("ada got %v", got)
	}
}

// A stream ends when its session does, and a new one is refused.
func TestEventsEndWithTheSession(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c, other := w.SignIn("ada"), w.SignIn("ada")
	events := servertest.Follow(t, c)
	if err := other.EndOtherSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range events { // must end when the session does
	}
	_, err := c.Events(t.Context())
	servertest.WantProblem(t, "following with an ended session", err, 401, api.SignInRequired)
}

// The format is the one that a browser's EventSource reads. The number of streams is
// limited.
func TestEventStream(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("ada")
	open := func() *http.Response {
		req := servertest.Must[*http.Request](t)(http.NewRequestWithContext(t.Context(), "GET", w.URL+"/api/v1/events", nil))
		req.Header.Set("Authorization", "Bearer "+c.Token())
		return servertest.Must[*http.Response](t)((&http.Transport{}).RoundTrip(req))
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
	b := servertest.Must[[]byte](t)(io.ReadAll(full.Body))
	if full.StatusCode != 503 || !strings.Contains(string(b), `"unavailable"`) {
		t.Errorf("the 65th stream: %d %s", full.StatusCode, b)
	}
	if e := w.Do("HEAD", "/api/v1/events", "", "Authorization", "Bearer "+c.Token()); e.Status != 503 {
		t.Errorf("HEAD of a full stream: %d", e.Status)
	}
}

// Shutdown of the http.Server ends streams at once. Otherwise the cleanup of the test
// would wait forever.
func TestEventsEndWithTheServer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	var events <-chan api.Event
	t.Run("server until its cleanup", func(t *testing.T) {
		events = servertest.Must[<-chan api.Event](t)(servertest.New(t).SignIn("ada").Events(ctx))
	})
	cancel()
	for range events { // ends when the context does
	}
}
