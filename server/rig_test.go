package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/lab"
	"nightlatch/server/otp"
	"nightlatch/server/seed"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

// start is when every world begins; its clock stands still until it is moved.
var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const (
	password  = "correct horse battery"
	appSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	bobPhone  = "+12025550143"
	bobMail   = "bob@example.org"
	codeOne   = "7kmq-2xwd-9hfz-3r8n"
	codeTwo   = "8kmq-2xwd-9hfz-3r8n"
)

// people are in every world: ada has the password alone, bob a text message and
// two backup codes, cyd an app, dot a confirmed address and nothing else.
const people = `{"accounts":[
	{"username":"ada","password":"correct horse battery"},
	{"username":"Bob","password":"correct horse battery","email":"bob@example.org","phone":"+1 202 555 0143","text":true,
	 "backup_codes":["7kmq-2xwd-9hfz-3r8n","8KMQ2XWD9HFZ3R8N"]},
	{"username":"cyd","password":"correct horse battery","email":"cyd@example.org","app":"JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"},
	{"username":"dot","password":"correct horse battery","email":"dot@example.org","phone":"+1 202 555 0144"}
]}`

// A world is a server with its lab, as a person and a client meet it.
type world struct {
	*server.Server
	t      testing.TB
	clock  *lab.Clock
	store  store.Store
	keys   *seal.Sealer
	client *client.Client // over loopback
	url    string
	log    *locked
	config server.Config
}

type option func(*server.Config)

func hardened(cfg *server.Config) { cfg.Policy = account.Hardened() }
func noTexter(cfg *server.Config) { cfg.SMSSender = nil }

// once is a store that runs closures once, as the real one does.
func once(t testing.TB) option {
	return func(cfg *server.Config) {
		s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "once.db"), Now: cfg.Now, ReserveBytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		cfg.Store = s
	}
}

func noLab(cfg *server.Config)      { cfg.Lab = nil }
func dearHashes(cfg *server.Config) { cfg.Hasher = newHasher(account.DefaultParams()) }

// cheap makes hashing no part of what a test measures or waits for.
var cheap = account.Params{Memory: 64, Time: 1, Threads: 1}

func newHasher(p account.Params) *account.Hasher {
	h, err := account.NewHasher(account.HasherConfig{Parallel: runtime.GOMAXPROCS(0), Queue: 256, Params: p, Collect: runtime.GC})
	if err != nil {
		panic(err)
	}
	return h
}

func newWorld(t testing.TB, options ...option) *world {
	t.Helper()
	w := &world{t: t, log: &locked{}, keys: seal.New([32]byte{1})}
	w.clock = lab.NewClock(start, func() time.Time { return start })
	w.store = rooted{storetest.New(t, w.clock.Now), t}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	around, err := lab.New(lab.Config{
		Clock:     w.clock,
		ShortCode: account.CarrierShortCode,
		Inbound:   func(ctx context.Context, from, to, body string) error { return w.Inbound(ctx, from, to, body) },
		Reset:     func(ctx context.Context) error { return w.Reset(ctx, nil) },
		Log:       log,
	})
	if err != nil {
		t.Fatal(err)
	}
	users, err := seed.Read(strings.NewReader(people))
	if err != nil {
		t.Fatal(err)
	}
	cfg := server.Config{
		Store: w.store, Sealer: w.keys, Policy: account.Classic(), Hasher: newHasher(cheap), RPID: "localhost",
		Now: w.clock.Now, Log: log, SMSSender: around, Mailer: around, Lab: around.Handler(), Version: "1.2.3", Seed: users,
	}
	for _, o := range options {
		o(&cfg)
	}
	w.store, w.config = cfg.Store, cfg
	if w.Server, err = server.New(cfg); err != nil {
		t.Fatal(err)
	}
	w.serve()
	return w
}

// serve listens on loopback and runs the server until the test ends.
func (w *world) serve() {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := w.SetURL("http://localhost:" + port); err != nil {
		w.t.Fatal(err)
	}
	w.url = "http://127.0.0.1:" + port
	w.client = client.New(w.url, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}})
	srv := w.HTTPServer(w.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	served, ran := make(chan error, 1), make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	go func() { ran <- w.Run(ctx) }()
	w.t.Cleanup(func() {
		if err := srv.Shutdown(context.Background()); err != nil {
			w.t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			w.t.Errorf("Serve: %v", err)
		}
		cancel()
		if err := <-ran; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
}

// locked lets many goroutines write to one buffer.
type locked struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.String()
}

// must fails the test for an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// signInKnowing is signIn for a person who may have a security key as well: it
// chooses what can be done without one.
func (w *world) signInKnowing(username string) *client.Client {
	w.t.Helper()
	ctx := w.t.Context()
	v := must[api.View](w.t)(w.client.Begin(ctx, api.Begin{Kind: api.SignIn}))
	v = must[api.View](w.t)(w.client.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: username, Password: password}))
	if _, key := v.Step.(api.UseSecurityKey); key {
		v = must[api.View](w.t)(w.client.Answer(ctx, v.ID, v.Rev, api.ChooseMethod{Method: api.Text}))
	}
	return w.second(w.client, v)
}

// signIn signs a person in, whatever is on, and returns a client for the session.
func (w *world) signIn(username string) *client.Client {
	w.t.Helper()
	return w.signInAs(w.client, username, password)
}

func (w *world) signInAs(c *client.Client, username, password string) *client.Client {
	w.t.Helper()
	ctx := w.t.Context()
	v := must[api.View](w.t)(c.Begin(ctx, api.Begin{Kind: api.SignIn}))
	v = must[api.View](w.t)(c.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: username, Password: password}))
	return w.second(c, v)
}

// second passes the second step with a code, if there is one.
func (w *world) second(c *client.Client, v api.View) *client.Client {
	w.t.Helper()
	ctx := w.t.Context()
	if step, ok := v.Step.(api.EnterCode); ok {
		var code string
		if step.Channel == api.ByText {
			code = w.textCode(bobPhone)
		} else {
			code = w.appCode()
		}
		v = must[api.View](w.t)(c.Answer(ctx, v.ID, v.Rev, api.Code{Code: code}))
	}
	done, ok := v.Step.(api.SignedIn)
	if !ok {
		w.t.Fatalf("not signed in: %T, refusal %+v", v.Step, v.Refusal)
	}
	return c.WithToken(done.SessionToken)
}

// appCode is the app's code; the clock moves on, since each works once (R22).
func (w *world) appCode() string {
	w.clock.Advance(30 * time.Second)
	return must[string](w.t)(otp.Code(appSecret, w.clock.Now()))
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// textCode waits for the last text to a phone and returns the code in it.
func (w *world) textCode(phone string) string {
	w.t.Helper()
	text := w.lastText(phone)
	code := sixDigits.FindString(text)
	if code == "" {
		w.t.Fatalf("no code in %q", text)
	}
	return code
}

// deliver waits until everything due has been delivered.
func (w *world) deliver() {
	w.t.Helper()
	if err := w.Deliver(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) lastText(phone string) string {
	w.t.Helper()
	w.deliver()
	texts := must[[]api.LabText](w.t)(w.client.PhoneMessages(w.t.Context(), phone))
	if len(texts) == 0 {
		w.t.Fatalf("no text to %s", phone)
	}
	return texts[len(texts)-1].Body
}

// mails returns the subjects of the mails to an address.
func (w *world) mails(to string) []string {
	w.t.Helper()
	w.deliver()
	var subjects []string
	for _, m := range must[[]api.LabMail](w.t)(w.client.Mail(w.t.Context(), to)) {
		subjects = append(subjects, m.Subject)
	}
	return subjects
}

// prove proves the password again (R3, R6).
func (w *world) prove(c *client.Client) {
	w.t.Helper()
	ctx := w.t.Context()
	v := must[api.View](w.t)(c.Begin(ctx, api.Begin{Kind: api.Reauthenticate}))
	v = must[api.View](w.t)(c.Answer(ctx, v.ID, v.Rev, api.Password{Password: password}))
	if _, ok := v.Step.(api.Finished); !ok {
		w.t.Fatalf("the password was not proved: %+v", v)
	}
}

// wantProblem fails unless err is a problem with that status and code.
func wantProblem(t testing.TB, what string, err error, status int, code string) *api.Problem {
	t.Helper()
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != status || p.Code != code {
		t.Errorf("%s: %v, want %d %s", what, err, status, code)
		return &api.Problem{}
	}
	if p.Title == "" || p.Detail == "" || p.Type != "about:blank" {
		t.Errorf("%s: the problem says too little: %+v", what, p)
	}
	return p
}

// types lists the newest activity of an account, newest first.
func (w *world) types(c *client.Client, n int) []api.EventType {
	w.t.Helper()
	var types []api.EventType
	for _, a := range must[[]api.Activity](w.t)(c.Activity(w.t.Context(), "", n)) {
		types = append(types, a.Type)
	}
	return types
}

// dump is everything in the store, once everything due is delivered.
func (w *world) dump() map[string]string {
	w.t.Helper()
	w.deliver()
	all := map[string]string{}
	err := w.store.View(w.t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("", "", 1<<20)
		for _, it := range items {
			all[it.Key] = string(it.Value)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// account reads an account from the store.
func (w *world) account(username string) *account.Account {
	w.t.Helper()
	var a *account.Account
	err := w.store.View(w.t.Context(), func(tx store.Tx) (err error) {
		a, err = account.ByLogin(tx, username)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// addKey enrols a security key without a ceremony.
func (w *world) addKey(username, label string) string {
	w.t.Helper()
	id := w.account(username).ID
	var made account.SecurityKey
	err := w.store.Update(w.t.Context(), func(tx store.Tx) (err error) {
		made, err = account.AddKey(tx, id, account.SecurityKey{
			Label:      label,
			Credential: account.Credential{ID: []byte(username + label), PublicKey: []byte{1}, RPID: "localhost"},
		})
		if err != nil {
			return err
		}
		a, err := account.Load(tx, id)
		if err != nil {
			return err
		}
		a.MethodAdded(tx)
		return account.Save(tx, a)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return made.ID
}

// An exchange is one HTTP exchange in full.
type exchange struct {
	status int
	header http.Header
	body   string
}

// do sends a request as no client of ours would and returns all of the answer.
func (w *world) do(method, path, body string, header ...string) exchange {
	w.t.Helper()
	req := must[*http.Request](w.t)(http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body)))
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Add(header[i], header[i+1])
	}
	hc := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res := must[*http.Response](w.t)(hc.Do(req))
	defer res.Body.Close()
	b := must[[]byte](w.t)(io.ReadAll(res.Body))
	return exchange{res.StatusCode, res.Header, string(b)}
}

// problem reads an exchange's problem document.
func (e exchange) problem(t testing.TB) api.Problem {
	t.Helper()
	var p api.Problem
	if kind := e.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("Content-Type of a problem is %q: %s", kind, e.body)
	}
	if err := json.Unmarshal([]byte(e.body), &p); err != nil {
		t.Errorf("%v: %s", err, e.body)
	}
	if p.Status != e.status {
		t.Errorf("the problem says %d, the answer %d", p.Status, e.status)
	}
	return p
}

const jsonType = "application/json"

// panicking is a handler that does.
type panicking string

func (p panicking) ServeHTTP(http.ResponseWriter, *http.Request) { panic(string(p)) }
