// Package servertest starts a whole account server for tests: on loopback, with a lab, a
// bbolt store that runs every closure twice, a clock that the test sets, and four
// accounts. Tests use it from external test packages (package httpapi_test), as this
// package imports server, which imports the packages under test.
package servertest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/audit"
	"nightlatch/server/client"
	"nightlatch/server/lab"
	"nightlatch/server/openapi"
	"nightlatch/server/seed"
	"nightlatch/server/signup"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

// Start is the time at which the clock of every World starts. It stands still until a
// test moves it.
var Start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// A World is a running server with its lab.
type World struct {
	*server.Server
	T      testing.TB
	Clock  *lab.Clock
	Store  store.Store // without the change feed
	Sealer *seal.Sealer
	Client *client.Client // over loopback, without a session
	URL    string         // http://127.0.0.1 and the port
	Log    *LogBuffer
	Config server.Config // as passed to server.New

	simulation *lab.Lab // receives the messages, also if the server is no lab
}

// New starts a server that stops when the test ends. The options change its
// configuration: a classic policy, cheap hashes, and the lab as sender of all messages.
func New(t testing.TB, options ...Option) *World {
	t.Helper()
	w := &World{T: t, Log: &LogBuffer{}, Sealer: seal.New([32]byte{1})}
	w.Clock = lab.NewClock(Start, func() time.Time { return Start })
	w.Store = revisionStore{storetest.New(t, w.Clock.Now), t}
	log := slog.New(slog.NewTextHandler(w.Log, nil))
	simulation, err := lab.New(lab.Config{
		Clock:     w.Clock,
		ShortCode: account.CarrierShortCode,
		Inbound:   func(ctx context.Context, from, to, body string) error { return w.Inbound(ctx, from, to, body) },
		Reset:     func(ctx context.Context) error { return w.Reset(ctx, nil) },
		Log:       log,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.simulation = simulation
	accounts, err := seed.Read(strings.NewReader(accounts))
	if err != nil {
		t.Fatal(err)
	}
	cfg := server.Config{
		Store: w.Store, Sealer: w.Sealer, Policy: account.Classic(), Hasher: NewHasher(CheapHashing), RPID: "localhost",
		Now: w.Clock.Now, Log: log, SMSSender: simulation, PushSender: simulation, Mailer: simulation, Lab: simulation.Handler(), Version: "1.2.3", Seed: accounts,
	}
	for _, o := range options {
		o(&cfg)
	}
	w.Store, w.Config = cfg.Store, cfg
	if w.Server, err = server.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.checkActivity)
	if cfg.Lab == nil && cfg.SignUp == "" && cfg.Version != asNew { // so that tests can make accounts
		if err := w.SetSignUp(t.Context(), signup.Open); err != nil {
			t.Fatal(err)
		}
	}
	w.serve()
	return w
}

// checkActivity fails the test for an activity with details that
// docs/api-reference.md does not list.
func (w *World) checkActivity() {
	err := w.Store.View(context.Background(), func(tx store.Tx) error {
		items, err := tx.Scan(audit.Prefix, "", 10_000)
		for _, item := range items {
			var e audit.Event
			if err := json.Unmarshal(item.Value[sha256.Size:], &e); err != nil { // after the hash
				return err
			}
			for _, name := range openapi.UnknownDetails(e.Type, e.Details) {
				w.T.Errorf("an activity %s has the detail %q, which openapi.Details does not have", e.Type, name)
			}
		}
		return err
	})
	if err != nil && !errors.Is(err, store.ErrClosed) {
		w.T.Errorf("the activity can't be read: %v", err)
	}
}

// Restart starts another server over the same store, as after a restart with other flags.
func (w *World) Restart(options ...Option) *World {
	w.T.Helper()
	again := New(w.T, append([]Option{func(cfg *server.Config) {
		cfg.Store, cfg.Sealer, cfg.Now, cfg.Seed = w.Store, w.Sealer, w.Clock.Now, nil
	}}, options...)...)
	again.Clock = w.Clock // also after another restart
	return again
}

// serve listens on loopback and runs the server until the test ends.
func (w *World) serve() {
	w.T.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.T.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := w.SetURL("http://localhost:" + port); err != nil {
		w.T.Fatal(err)
	}
	w.URL = "http://127.0.0.1:" + port
	w.Client = client.New(w.URL, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}})
	srv := w.HTTPServer(w.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	served, ran := make(chan error, 1), make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	go func() { ran <- w.Run(ctx) }()
	w.T.Cleanup(func() {
		if err := srv.Shutdown(context.Background()); err != nil {
			w.T.Errorf("Shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			w.T.Errorf("Serve: %v", err)
		}
		cancel()
		if err := <-ran; err != nil {
			w.T.Errorf("Run: %v", err)
		}
	})
}

// A LogBuffer holds the server's log. Several goroutines may use it at once.
type LogBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *LogBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *LogBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
