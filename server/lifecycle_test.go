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
	"nightlatch/server/store"
)

// The lab shows a code as soon as the client got the answer that it was sent, even if the
// outbox has not run.
func TestLabHasWhatWasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 20 {
		v := must[api.View](t)(w.client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
		must[api.View](t)(w.client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: "bob", Password: password}))
		texts := must[[]api.LabText](t)(w.client.PhoneMessages(t.Context(), bobPhone))
		if len(texts) != n+1 {
			t.Fatalf("after sign-in %d there are %d texts", n+1, len(texts))
		}
		w.clock.Advance(time.Hour)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := server.Config{
		Store: w.store, Sealer: w.keys, Policy: account.Classic(), Hasher: newHasher(cheap), RPID: "localhost",
		Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
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

// Back to the seed: sessions end, what was made is gone, what was seeded is back.
func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.signIn("bob")
	events := follow(t, c)
	must[api.NewBackupCode](t)(c.NewBackupCode(ctx))
	made := must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "Mail", ""))
	wantMe(t, "before", w.basic("bob", made.Password), "Bob")
	_, out := w.token("ada", password)
	for range 5 {
		w.basic("dot", "wrong")
	}
	w.clock.Advance(2 * time.Minute)
	must[api.Account](t)(c.Account(ctx)) // recorded, not written yet
	w.basic("bob", made.Password)

	if err := w.client.ResetLab(ctx); err != nil {
		t.Fatal(err)
	}
	for range events { // ends with its session
	}
	_, err := c.Account(ctx)
	wantProblem(t, "an old session", err, 401, api.SignInRequired)
	if e := w.meWith(out["access_token"].(string)); e.status != 401 {
		t.Errorf("an old token: %d", e.status)
	}
	wantRefused(t, "an old temporary password", w.basic("bob", made.Password), api.InvalidCredentials)
	wantMe(t, "throttles are gone", w.basic("dot", password), "dot")
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	got := must[api.Account](t)(w.signIn("bob").Account(ctx))
	if got.BackupCodes != (api.BackupCodes{Active: 2, Next: 1, Low: true}) || got.Phone != bobPhone || !got.Created.Equal(start) {
		t.Errorf("bob is %+v", got)
	}
	revisions, accounts := 0, 0
	for key := range w.dump() {
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

// Run writes the use counters when it ends; none are lost.
func TestRunWritesTheCountersAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.temporary("cyd", "")
	c := w.signIn("cyd")
	w.clock.Advance(5 * time.Minute)
	must[api.Account](t)(c.Account(t.Context()))
	for range 4 {
		wantMe(t, "use", w.basic("cyd", made.Password), "cyd")
	}
	second, err := server.New(server.Config{ // the same store, another process's memory
		Store: w.store, Sealer: w.keys, Policy: account.Classic(), Hasher: newHasher(cheap), RPID: "localhost",
		Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
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
		err := w.store.View(t.Context(), func(tx store.Tx) error {
			items, err := tx.Scan("acct/"+w.account("cyd").ID+"/temppw/", "", 10)
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
	if err := audit.Verify(t.Context(), w.store, w.account("cyd").ID); err != nil {
		t.Error(err)
	}
}

// A connection that a browser opened in advance does not hold up the end.
func TestShutdownDoesNotWaitForTheSilent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	srv := w.HTTPServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	silent := must[net.Conn](t)(net.Dial("tcp", l.Addr().String()))
	defer silent.Close()
	res := must[*http.Response](t)(http.Get("http://" + l.Addr().String())) // accepted after the silent one
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
func TestJanitor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn("ada")
	before := len(w.dump())
	must[api.View](t)(w.client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	w.clock.Advance(40 * 24 * time.Hour)
	if n, err := store.Reap(t.Context(), w.store); err != nil || n == 0 {
		t.Errorf("reaped %d, %v", n, err)
	}
	if after := len(w.dump()); after >= before {
		t.Errorf("%d keys before, %d after", before, after)
	}
}

// A panic is a problem, and what it carried is in no log.
func TestNoPanicGetsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *server.Config) {
		cfg.Lab = panicking("nls_a-secret")
	})
	e := w.do("GET", "/lab/v1/anything", "")
	if p := e.problem(t); e.status != 500 || p.Code != api.Internal || strings.Contains(e.body, "secret") {
		t.Errorf("%d %s", e.status, e.body)
	}
	if log := w.log.String(); !strings.Contains(log, "panic in a request") || strings.Contains(log, "a-secret") {
		t.Errorf("log %s", log)
	}
}

// Nothing that is secret is in the log, whatever happens.
func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("bob")
	made := w.temporary("cyd", "")
	w.basic("cyd", made.Password)
	w.basic("cyd", password)
	w.basic("bob", codeOne)
	_, out := w.token("cyd", made.Password)
	code := must[api.NewBackupCode](t)(c.NewBackupCode(t.Context()))
	w.json("POST", "/api/v1/ceremonies", c.Token(), `{"kind":`)
	w.deliver()
	for _, secret := range []string{password, made.Password, codeOne, code.Code, c.Token(), out["access_token"].(string), appSecret} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
		for key, value := range w.dump() {
			if strings.Contains(key+value, secret) {
				t.Errorf("the store holds %q in clear, at %s", secret, key)
			}
		}
	}
}

// A server can be started again with the same seed: existing accounts stay.
func TestSeedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.dump()
	if _, err := server.New(w.config); err != nil {
		t.Fatal(err)
	}
	after := w.dump()
	if len(after) != len(before) {
		t.Errorf("%d keys became %d", len(before), len(after))
	}
}
