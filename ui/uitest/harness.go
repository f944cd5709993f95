// Package uitest tests the console as a person uses it: it runs a console over a real
// account server and a real lab in memory, presses keys, and reads the screen.
package uitest

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets/region"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/client"
	"nightlatch/server/lab"
	"nightlatch/server/seed"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
	"nightlatch/ui"
	"nightlatch/ui/chooser"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	uilab "nightlatch/ui/lab"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/shell"
)

// A Harness is a console over a real account server and a real lab, in memory, and a
// person in front of it with a keyboard.
type Harness struct {
	T       testing.TB
	App     fyne.App
	Console *shell.Console
	Client  *client.Client
	Lab     *lab.Lab
	Clock   *lab.Clock
	Server  *server.Server
	Vault   *Vault
	Prefs   fyne.Preferences
	Devices securitykey.Devices // used from the next Start on
	Printer *Printer
	Region  region.Settings // used from the next Start on
	Choose  chooser.Chooser // of the desktop, used from the next Start on; nil for none
	Network *Network
	End     func() // closes the console and the server; the end of the test calls it too

	root  *shell.Scope
	queue Queue
	held  chan struct{} // a gate has delayed something
	inLab bool
}

// New starts server, lab and console. The policy is classic.
func New(t testing.TB, users *seed.Seed) *Harness {
	t.Helper()
	return Build(t, server.Config{Policy: account.Classic(), Seed: users}, true)
}

// NewOwn starts a console without a lab and without a mail server.
func NewOwn(t testing.TB) *Harness {
	t.Helper()
	return Build(t, server.Config{Policy: account.Classic(), KeepMail: true}, false)
}

// Build starts a server with a configuration, a lab, and a console. With inLab the
// console shows the lab.
func Build(t testing.TB, cfg server.Config, inLab bool, furnish ...func(*lab.Config)) *Harness {
	t.Helper()
	h := &Harness{T: t, inLab: inLab, queue: make(Queue, 1024), Vault: &Vault{}, Devices: NoKeys{}, Printer: &Printer{}}
	h.held = make(chan struct{}, 64)
	held := func() {
		select {
		case h.held <- struct{}{}:
		default:
		}
	}
	h.Printer.arrived = held
	h.App = test.NewTempApp(t)
	h.Prefs = h.App.Preferences()
	log := slog.New(slog.DiscardHandler)
	h.Clock = lab.NewClock(time.Time{}, time.Now)
	store := storetest.New(t, h.Clock.Now)
	cheap := account.Params{Memory: 64, Time: 1, Threads: 1} // the default takes 19 MiB for each password
	hasher, err := account.NewHasher(account.HasherConfig{Parallel: 2, Queue: 16, Params: cheap})
	Must(t, err)
	var srv *server.Server
	around := lab.Config{Clock: h.Clock, ShortCode: account.CarrierShortCode, Reset: func(ctx context.Context) error { return srv.Reset(ctx, cfg.Seed) }, Log: log}
	for _, f := range furnish {
		f(&around)
	}
	h.Lab, err = lab.New(around)
	Must(t, err)
	cfg.Store, cfg.Sealer, cfg.Hasher, cfg.RPID, cfg.Now, cfg.Log, cfg.Version = store, seal.New([32]byte{1}), hasher, "localhost", h.Clock.Now, log, "test"
	if inLab {
		cfg.PushSender = h.Lab
		cfg.SMSSender, cfg.Mailer, cfg.Lab = h.Lab, h.Lab, h.Lab.Handler()
	}
	srv, err = server.New(cfg)
	Must(t, err)
	Must(t, srv.SetURL("http://localhost:8440"))
	h.Server = srv
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { _ = srv.Run(ctx) })
	work.Go(func() { _ = h.Lab.Run(ctx) })
	h.Network = &Network{next: srv.Console(), Gate: Gate{arrived: held}}
	c, hangUp := client.InMemory(h.Network)
	h.Client = c
	h.End = sync.OnceFunc(func() {
		h.Stop()
		hangUp()
		cancel()
		work.Wait()
	})
	t.Cleanup(h.End)
	h.Start()
	return h
}

// Must fails the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Start opens the console, as the program does when it starts.
func (h *Harness) Start() {
	h.T.Helper()
	c, err := ui.New(ui.Config{
		Config: shell.Config{
			App: h.App, Client: h.Client, Vault: h.Vault, Prefs: h.Prefs, Lab: h.inLab, Version: "1.0", Region: h.Region, Choose: h.Choose,
			Features: shell.Features{SecurityKeys: true, NFC: true, UdevCommand: "nightlatch admin udev-rule", ReadersCommand: "sudo apt install pcscd"},
		},
		Devices: h.Devices, Printer: h.Printer,
	})
	Must(h.T, err)
	h.Console, h.root = c, shell.NewScopeOn(context.Background(), h.queue.Do)
	c.OpenIn(h.root)
	h.Settle()
}

// Stop closes the console. Its remaining results are handled first.
func (h *Harness) Stop() {
	h.root.Leave()
	ended := make(chan struct{})
	go func() { h.root.Wait(); close(ended) }()
	for {
		select {
		case f := <-h.queue:
			f()
		case <-ended:
			h.Console.Window().Close()
			return
		}
	}
}

// Restart closes the console and opens it again.
func (h *Harness) Restart() { h.T.Helper(); h.Stop(); h.Start() }

// Settle handles results until no work is left.
func (h *Harness) Settle() { h.T.Helper(); h.queue.Settle(h.T, h.root) }

// Poll handles the next result if there is one.
func (h *Harness) Poll() {
	select {
	case f := <-h.queue:
		f()
	default:
	}
}

// Canvas is the window's canvas.
func (h *Harness) Canvas() fyne.Canvas { return h.Console.Window().Canvas() }

// Press presses keys one after the other on the focused widget.
func (h *Harness) Press(keys ...fyne.KeyName) {
	h.T.Helper()
	for _, k := range keys {
		if k == fyne.KeyTab {
			h.Canvas().FocusNext()
			continue
		}
		h.HoldKey(k, 0)
		h.Settle()
	}
}

// Write types text into the focused widget.
func (h *Harness) Write(text string) {
	h.T.Helper()
	f := h.Canvas().Focused()
	if f == nil {
		h.T.Fatalf("no widget has the focus to type %q; on screen: %s", text, h.Seen())
	}
	for _, r := range text {
		f.TypedRune(r)
	}
	h.Settle()
}

// Ctrl presses Ctrl and a key.
func (h *Harness) Ctrl(key fyne.KeyName) {
	h.T.Helper()
	h.Chord(key, fyne.KeyModifierShortcutDefault)
}

// Chord presses a key with modifiers.
func (h *Harness) Chord(key fyne.KeyName, mod fyne.KeyModifier) {
	h.T.Helper()
	if !h.Console.Shortcut(shell.Combination{Key: key, Mod: mod}) { // Fyne's test canvas takes no shortcuts
		h.T.Fatalf("no shortcut is bound to %v", shell.Combination{Key: key, Mod: mod})
	}
	h.Settle()
}

// Seen is all text on screen in reading order: the page and the dialogs over it.
func (h *Harness) Seen() string {
	var words []string
	roots := append([]fyne.CanvasObject{h.Canvas().Content()}, h.Canvas().Overlays().List()...)
	for _, root := range roots {
		kittest.WalkVisible(root, func(o fyne.CanvasObject) {
			switch v := o.(type) {
			case *look.Text:
				words = append(words, v.Words)
			case *control.Input:
				words = append(words, v.Text())
			}
		})
	}
	return strings.Join(append(words, h.Console.Toast.Says()), " | ")
}

// Text waits for a text to a phone for which find returns something, and returns that.
func (h *Harness) Text(number string, find func(string) string) string {
	h.T.Helper()
	return h.Arrived(func() string {
		texts, err := h.Client.PhoneMessages(h.T.Context(), number)
		Must(h.T, err)
		for i := len(texts) - 1; i >= 0; i-- {
			if s := find(texts[i].Body); s != "" {
				return s
			}
		}
		return ""
	})
}

// Mail waits for a mail to an address for which find returns something, and returns
// that.
func (h *Harness) Mail(to string, find func(string) string) string {
	h.T.Helper()
	return h.Arrived(func() string {
		mails, err := h.Client.Mail(h.T.Context(), to)
		Must(h.T, err)
		for i := len(mails) - 1; i >= 0; i-- {
			if s := find(mails[i].Text); s != "" {
				return s
			}
		}
		return ""
	})
}

// Arrived runs the console until look returns something.
func (h *Harness) Arrived(look func() string) string {
	h.T.Helper()
	deadline := time.After(10 * time.Second)
	for {
		if s := look(); s != "" {
			return s
		}
		select {
		case f := <-h.queue: // the console is notified too
			f()
		case <-deadline:
			h.T.Fatal("nothing arrived within 10 s")
		}
	}
}

// SixDigits is the code in a text or a mail.
func SixDigits(body string) string {
	code := strings.Fields(uilab.CodeInText.FindString(body))
	if len(code) == 1 && len(code[0]) == 6 {
		return code[0]
	}
	return ""
}
