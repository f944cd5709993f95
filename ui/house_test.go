package ui

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/lab"
	"nightlatch/server/seed"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
	"nightlatch/ui/kit"
	"nightlatch/ui/print"
)

// A house is a console over a real account server and a real lab, in memory,
// and a person in front of it who has a keyboard and eyes.
type house struct {
	t       testing.TB
	app     fyne.App
	console *Console
	client  *client.Client
	queue   queue
	vault   *drawer
	prefs   fyne.Preferences
	server  *server.Server
	block   *roadBlock
	inLab   bool
	lab     *lab.Lab
	clock   *lab.Clock
	keys    Keys
	printer *paper
}

// A drawer is a vault that anybody can open.
type drawer struct {
	mu    sync.Mutex
	token string
}

func (d *drawer) Token() (string, error) { d.mu.Lock(); defer d.mu.Unlock(); return d.token, nil }
func (d *drawer) SetToken(t string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.token = t
	return nil
}

// newHouse starts server, lab and console. The policy is classic.
func newHouse(t testing.TB, users *seed.Seed) *house {
	t.Helper()
	return buildHouse(t, server.Config{Policy: account.Classic(), Seed: users}, true)
}

// newOwnHouse is one's own computer: no lab, and no mail server yet.
func newOwnHouse(t testing.TB) *house {
	t.Helper()
	return buildHouse(t, server.Config{Policy: account.Classic(), KeepMail: true}, false)
}

// buildHouse starts a server of a configuration, in a lab or not, and a console.
func buildHouse(t testing.TB, cfg server.Config, inLab bool, furnish ...func(*lab.Config)) *house {
	t.Helper()
	h := &house{t: t, inLab: inLab, queue: make(queue, 1024), vault: &drawer{}, keys: noKeys{}, printer: &paper{}}
	h.app = test.NewTempApp(t)
	h.prefs = h.app.Preferences()
	log := slog.New(slog.DiscardHandler)
	h.clock = lab.NewClock(time.Time{}, time.Now)
	store := storetest.New(t, h.clock.Now)
	hasher, err := account.NewHasher(account.HasherConfig{Parallel: 2, Queue: 16})
	must(t, err)
	var srv *server.Server
	around := lab.Config{Clock: h.clock, ShortCode: account.CarrierShortCode, Reset: func(ctx context.Context) error { return srv.Reset(ctx, cfg.Seed) }, Log: log}
	for _, f := range furnish {
		f(&around)
	}
	h.lab, err = lab.New(around)
	must(t, err)
	cfg.Store, cfg.Sealer, cfg.Hasher, cfg.RPID, cfg.Now, cfg.Log, cfg.Version = store, seal.New([32]byte{1}), hasher, "localhost", h.clock.Now, log, "test"
	if inLab {
		cfg.SMSSender, cfg.Mailer, cfg.Lab = h.lab, h.lab, h.lab.Handler()
	}
	srv, err = server.New(cfg)
	must(t, err)
	must(t, srv.SetURL("http://localhost:8440"))
	h.server = srv
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { _ = srv.Run(ctx) })
	work.Go(func() { _ = h.lab.Run(ctx) })
	h.block = &roadBlock{next: srv.Console()}
	c, hangUp := client.InMemory(h.block)
	h.client = c
	t.Cleanup(func() {
		h.leave()
		hangUp()
		cancel()
		work.Wait()
	})
	h.enter()
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// enter opens the console, as the program does when it starts.
func (h *house) enter() {
	h.t.Helper()
	c, err := New(Config{
		App: h.app, Client: h.client, Keys: h.keys, Vault: h.vault, Prefs: h.prefs, Printer: h.printer, Lab: h.inLab, Version: "1.0",
		Features: Features{SecurityKeys: true, NFC: true, VirtualKeys: true, UdevCommand: "nightlatch admin udev-rule", ReadersCommand: "sudo apt install pcscd"},
	})
	must(h.t, err)
	h.console = c
	c.open(newScope(context.Background(), h.queue.do))
	h.settle()
}

// leave closes the console; what is told after that is dropped.
func (h *house) leave() {
	h.console.root.Leave()
	ended := make(chan struct{})
	go func() { h.console.root.Wait(); close(ended) }()
	for {
		select {
		case f := <-h.queue:
			f()
		case <-ended:
			h.console.window.Close()
			return
		}
	}
}

func (h *house) settle() { h.t.Helper(); h.queue.settle(h.t, h.console.root) }

func (h *house) canvas() fyne.Canvas { return h.console.window.Canvas() }

// press presses keys, one after the other, where the keyboard is.
func (h *house) press(keys ...fyne.KeyName) {
	h.t.Helper()
	for _, k := range keys {
		if k == fyne.KeyTab {
			h.canvas().FocusNext()
			continue
		}
		if f := h.canvas().Focused(); f != nil {
			f.TypedKey(&fyne.KeyEvent{Name: k})
		} else if on := h.canvas().OnTypedKey(); on != nil {
			on(&fyne.KeyEvent{Name: k})
		}
		h.settle()
	}
}

// write types text where the keyboard is.
func (h *house) write(text string) {
	h.t.Helper()
	f := h.canvas().Focused()
	if f == nil {
		h.t.Fatalf("nothing has the keyboard to type %q; on screen: %s", text, h.seen())
	}
	for _, r := range text {
		f.TypedRune(r)
	}
	h.settle()
}

// ctrl presses Ctrl and a key.
func (h *house) ctrl(key fyne.KeyName) {
	h.t.Helper()
	h.console.bindings()[key]() // Fyne's test canvas takes no shortcuts
	h.settle()
}

// seen is all text on screen, in reading order: the page, and what lies over it.
func (h *house) seen() string {
	var words []string
	roots := append([]fyne.CanvasObject{h.canvas().Content()}, h.canvas().Overlays().List()...)
	for _, root := range roots {
		visible(root, func(o fyne.CanvasObject) {
			switch v := o.(type) {
			case *kit.Text:
				words = append(words, v.Words)
			case *kit.Input:
				words = append(words, v.Text())
			}
		})
	}
	return strings.Join(append(words, h.console.toast.Says()), " | ")
}

// visible visits what is not hidden.
func visible(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	hidden := map[fyne.CanvasObject]bool{}
	kit.Walk(o, func(o fyne.CanvasObject) bool {
		if !o.Visible() {
			kit.Walk(o, func(in fyne.CanvasObject) bool { hidden[in] = true; return true })
		}
		if !hidden[o] {
			visit(o)
		}
		return true
	})
}

// text waits for the newest text to a phone that satisfies find.
func (h *house) text(number string, find func(string) string) string {
	h.t.Helper()
	return h.arrived(func() string {
		texts, err := h.client.PhoneMessages(h.t.Context(), number)
		must(h.t, err)
		for i := len(texts) - 1; i >= 0; i-- {
			if s := find(texts[i].Body); s != "" {
				return s
			}
		}
		return ""
	})
}

// mail waits for the newest mail to an address that satisfies find.
func (h *house) mail(to string, find func(string) string) string {
	h.t.Helper()
	return h.arrived(func() string {
		mails, err := h.client.Mail(h.t.Context(), to)
		must(h.t, err)
		for i := len(mails) - 1; i >= 0; i-- {
			if s := find(mails[i].Text); s != "" {
				return s
			}
		}
		return ""
	})
}

func (h *house) arrived(look func() string) string {
	h.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		if s := look(); s != "" {
			return s
		}
		select {
		case f := <-h.queue: // what arrives is told to the console too
			f()
		case <-deadline:
			h.t.Fatal("nothing arrived within 10 s")
		}
	}
}

// sixDigits is the code in a text or a mail.
func sixDigits(body string) string {
	code := strings.Fields(codeInText.FindString(body))
	if len(code) == 1 && len(code[0]) == 6 {
		return code[0]
	}
	return ""
}

// paper is a printer that keeps what it is given.
type paper struct {
	mu    sync.Mutex
	names []print.Printer
	got   [][]byte
}

func (p *paper) Printers(context.Context) ([]print.Printer, error) { return p.names, nil }

func (p *paper) Print(_ context.Context, _ string, document []byte, _ int) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, document)
	return "job-1", nil
}

func (p *paper) Forget(context.Context, string) error { return nil }

func (p *paper) Open(context.Context, string) error { return nil }

// signUp makes an account by the keyboard.
func (h *house) signUp(name, password string) {
	h.t.Helper()
	h.sees("wizard.sign-up.heading")
	h.write(name)
	h.press(fyne.KeyTab)
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("ui.rescue.question")
}

// basic signs in as a program that knows a name and a password only.
func (h *house) basic(name, secret string) error {
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/api/v1/me", nil)
	r.Host = "localhost:8440"
	r.SetBasicAuth(name, secret)
	r.RemoteAddr = "127.0.0.1:49152"
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Errorf("%d %s", w.Code, w.Body)
	}
	return nil
}

// signInElsewhere makes another session for an account without a second step.
func (h *house) signInElsewhere(name, password string) (token string) {
	h.t.Helper()
	c := h.client.WithAgent("curl/8.5.0")
	v, err := c.Begin(h.t.Context(), api.Begin{Kind: api.SignIn})
	must(h.t, err)
	v, err = c.Answer(h.t.Context(), v.ID, v.Rev, api.Credentials{Username: name, Password: password})
	must(h.t, err)
	in, ok := v.Step.(api.SignedIn)
	if !ok {
		h.t.Fatalf("signing in elsewhere came to %#v", v)
	}
	return in.SessionToken
}

func newWords(t testing.TB) *assets.Catalog { t.Helper(); return newWordsOf(t, "en") }

func newWordsOf(t testing.TB, lang string) *assets.Catalog {
	t.Helper()
	w, err := assets.New(lang)
	must(t, err)
	return w
}

// auditTypes are the types of events that the server records.
func auditTypes(t testing.TB) (types []api.EventType) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../server/api/eventtype.go", nil, 0)
	must(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			types = append(types, api.EventType(strings.Trim(lit.Value, `"`)))
		}
		return true
	})
	if len(types) < 30 {
		t.Fatalf("found only %q", types)
	}
	return types
}
