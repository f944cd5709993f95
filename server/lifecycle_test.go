package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/seed"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// The lab shows a code as soon as the client has the answer that it was sent, even if
// the outbox has not run.
func TestLabHasWhatWasSent(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for n := range 20 {
		v := servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
		servertest.Must[api.View](t)(w.Client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: "bob", Password: servertest.Password}))
		texts := servertest.Must[[]api.LabText](t)(w.Client.PhoneMessages(t.Context(), servertest.BobPhone))
		if len(texts) != n+1 {
			t.Fatalf("after sign-in %d there are %d texts", n+1, len(texts))
		}
		w.Clock.Advance(time.Hour)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	good := server.Config{
		Store: w.Store, Sealer: w.Sealer, Policy: account.Classic(), Hasher: servertest.NewHasher(servertest.CheapHashing), RPID: "localhost",
		Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}
	if _, err := server.New(good); err != nil {
		t.Errorf("a complete configuration: %v", err)
	}
	for what, spoil := range map[string]func(*server.Config){
		"store":  func(c *server.Config) { c.Store = nil },
		"keys":   func(c *server.Config) { c.Sealer = nil },
		"hasher": func(c *server.Config) { c.Hasher = nil },
		"policy": func(c *server.Config) { c.Policy = account.Policy{} },
		"RP ID":  func(c *server.Config) { c.RPID = "" },
		"a bad RP ID": func(c *server.Config) {
			c.RPID = "http://localhost"
		},
		"clock": func(c *server.Config) { c.Now = nil },
		"log":   func(c *server.Config) { c.Log = nil },
		"seed":  func(c *server.Config) { c.Seed = &seed.Seed{Accounts: []seed.Account{{Username: "x"}}} },
	} {
		cfg := good
		spoil(&cfg)
		if _, err := server.New(cfg); err == nil {
			t.Errorf("New took a configuration with a wrong %s", what)
		}
	}
}

// Reset restores the seed: sessions end, new data is deleted, and the seed's accounts
// exist again.
func TestReset(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("bob")
	events := servertest.Follow(t, c)
	servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
	made := servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "Mail", ""))
	servertest.WantMe(t, "before", w.Basic("bob", made.Password), "Bob")
	_, out := w.OAuthToken("ada", servertest.Password)
	for range 5 {
		w.Basic("dot", "wrong")
	}
	w.Clock.Advance(2 * time.Minute)
	servertest.Must[api.Account](t)(c.Account(ctx)) // the use is recorded but not written yet
	w.Basic("bob", made.Password)

	if err := w.Client.ResetLab(ctx); err != nil {
		t.Fatal(err)
	}
	for range events { // ends when its session does
	}
	_, err := c.Account(ctx)
	servertest.WantProblem(t, "an old session", err, 401, api.SignInRequired)
	if e := w.MeWithToken(out["access_token"].(string)); e.Status != 401 {
		t.Errorf("an old token: %d", e.Status)
	}
	servertest.WantUnauthorized(t, "an old temporary password", w.Basic("bob", made.Password), api.InvalidCredentials)
	servertest.WantMe(t, "throttles are gone", w.Basic("dot", servertest.Password), "dot")
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	got := servertest.Must[api.Account](t)(w.SignIn("bob").Account(ctx))
	if got.BackupCodes != (api.BackupCodes{Active: 2, Next: 1}) || got.Phone != servertest.BobPhone || !got.Created.Equal(servertest.Start) {
		t.Errorf("bob is %+v", got)
	}
	revisions, accounts := 0, 0
	for key := range w.Dump() {
		if strings.HasPrefix(key, "acctrev/") {
			revisions++
		}
		if strings.HasPrefix(key, "uniq/login/") {
			accounts++
		}
	}
	if revisions != accounts || accounts != 4 {
		t.Errorf("%d accounts and %d revisions: something was left behind", accounts, revisions)
	}
}

// Run writes all use counters when it ends.
func TestRunWritesTheCountersAtTheEnd(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	c := w.SignIn("cyd")
	w.Clock.Advance(5 * time.Minute)
	servertest.Must[api.Account](t)(c.Account(t.Context()))
	for range 4 {
		servertest.WantMe(t, "use", w.Basic("cyd", made.Password), "cyd")
	}
	second, err := server.New(server.Config{ // the same store, as another process would open it
		Store: w.Store, Sealer: w.Sealer, Policy: account.Classic(), Hasher: servertest.NewHasher(servertest.CheapHashing), RPID: "localhost",
		Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	uses := func() int {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := second.Run(ctx); err != nil {
			t.Fatal(err)
		}
		n := 0
		err := w.Store.View(t.Context(), func(tx store.Tx) error {
			items, err := tx.Scan("acct/"+w.Account("cyd").ID+"/temppw/", "", 10)
			for _, it := range items {
				if strings.Contains(string(it.Value), `"uses":4`) {
					n = 4
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if uses() != 4 {
		t.Error("the uses were not written")
	}
	if err := audit.Verify(t.Context(), w.Store, w.Account("cyd").ID); err != nil {
		t.Error(err)
	}
}

// A connection that a browser opened in advance does not delay the shutdown.
func TestShutdownDoesNotWaitForUnusedConnections(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	l := servertest.Must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	srv := w.HTTPServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	silent := servertest.Must[net.Conn](t)(net.Dial("tcp", l.Addr().String()))
	defer silent.Close()
	res := servertest.Must[*http.Response](t)(http.Get("http://" + l.Addr().String())) // accepted after the unused connection
	res.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
}

// Expired records are reclaimed.
func TestExpiredRecordsAreDeleted(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	w.SignIn("ada")
	before := len(w.Dump())
	servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	w.Clock.Advance(40 * 24 * time.Hour)
	if n, err := store.Reap(t.Context(), w.Store); err != nil || n == 0 {
		t.Errorf("reaped %d, %v", n, err)
	}
	if after := len(w.Dump()); after >= before {
		t.Errorf("%d keys before, %d after", before, after)
	}
}

// A panic is answered with a problem, and its value is not logged.
func TestPanicIsAnsweredAndNotLogged(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, func(cfg *server.Config) {
		cfg.Lab = panicking("nls_a-secret")
	})
	e := w.Do("GET", "/lab/v1/anything", "")
	if p := e.Problem(t); e.Status != 500 || p.Code != api.Internal || strings.Contains(e.Body, "secret") {
		t.Errorf("%d %s", e.Status, e.Body)
	}
	if log := w.Log.String(); !strings.Contains(log, "panic in a request") || strings.Contains(log, "a-secret") {
		t.Errorf("log %s", log)
	}
}

// The log contains no secrets.
func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	made := w.NewTemporaryPassword("cyd", "")
	w.Basic("cyd", made.Password)
	w.Basic("cyd", servertest.Password)
	w.Basic("bob", servertest.BobBackupCode)
	_, out := w.OAuthToken("cyd", made.Password)
	code := servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(t.Context()))
	w.DoJSON("POST", "/api/v1/ceremonies", c.Token(), `{"kind":`)
	w.DeliverAll()
	for _, secret := range []string{servertest.Password, made.Password, servertest.BobBackupCode, code.Code, c.Token(), out["access_token"].(string), servertest.AppSecret} {
		if strings.Contains(w.Log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
		for key, value := range w.Dump() {
			if strings.Contains(key+value, secret) {
				t.Errorf("the store holds %q in clear, at %s", secret, key)
			}
		}
	}
}

// A server can be started again with the same seed: existing accounts stay.
func TestSameSeedAgain(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	before := w.Dump()
	if _, err := server.New(w.Config); err != nil {
		t.Fatal(err)
	}
	after := w.Dump()
	if len(after) != len(before) {
		t.Errorf("%d keys became %d", len(before), len(after))
	}
}

// panicking is a handler that panics with its text.
type panicking string

func (p panicking) ServeHTTP(http.ResponseWriter, *http.Request) { panic(string(p)) }
