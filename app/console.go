//go:build cgo && !headless

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime/debug"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/virtual"
	"nightlatch/server/account"
	"nightlatch/server/client"
	"nightlatch/server/store"
	"nightlatch/ui"
	"nightlatch/ui/print"
)

// windowHere tells whether this build has a window.
const windowHere = true

// What the desktop knows the program by; FyneApp.toml says the same.
const (
	appID   = "org.nightlatch.Nightlatch"
	appName = "Nightlatch"
)

// startPercent is how far the heap may grow, in percent of what is in use, until
// the window is shown: to some 20 MB, without a collection.
const startPercent = 600

// console runs `nightlatch`: the window over a server inside this program.
func (t terminal) console(args []string) error {
	f := t.flags("", "[--lab] [--data DIR]")
	lab := f.Bool("lab", false, "open a throw-away lab with demo accounts")
	data := f.String("data", "", "data `directory`. "+withoutData())
	seed := f.String("seed", "", "JSON `file` of accounts for the lab, instead of the demo accounts")
	var n naming
	n.add(f)
	if err := parse(f, args); err != nil {
		return err
	}
	if err := n.settle(); err != nil {
		return err
	}
	if *seed != "" && !*lab {
		return usagef("--seed goes with --lab")
	}
	cfg := homeConfig{policy: account.Classic(), keepMail: true}
	if *lab {
		cfg = demoConfig()
	}
	cfg.dir, cfg.naming = *data, n
	if *seed != "" {
		var err error
		if cfg.seed, cfg.demo, err = readSeed(*seed); err != nil {
			return err
		}
	}
	if why := noDisplay(); why != "" {
		return t.withoutDisplay(cfg, why)
	}
	return t.window(cfg)
}

// withoutDisplay says that there is no display. The lab is served instead: it
// can be used with curl and nightlatch key.
func (t terminal) withoutDisplay(cfg homeConfig, why string) error {
	if !cfg.lab {
		return refuse(nil, "There is no display to open a window on (%s). Start Nightlatch from a desktop, or run nightlatch serve.", why)
	}
	fmt.Fprintf(t.err, "nightlatch: there is no display to open a window on (%s); serving the lab instead. Ctrl+C ends it.\n", why)
	return t.serveLab(cfg)
}

// window opens the console and returns when it was closed.
func (t terminal) window(cfg homeConfig) error {
	if err := hardened(); err != nil {
		return err
	}
	fido.IgnoreHangup()
	cfg.log = slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if cfg.dir == "" && !cfg.lab {
		var err error
		if cfg.dir, err = dataDirectory(); err != nil {
			return err
		}
	}
	ctx := context.Background()
	h, err := openHome(ctx, cfg)
	if errors.Is(err, store.ErrInUse) && raiseFirst(ctx, cfg.dir) {
		return refuse(err, "Nightlatch is already running; its window was brought forward.")
	}
	if err != nil {
		return err
	}
	return errors.Join(h.show(ctx, t), h.close())
}

// show runs the server's background work, its loopback listener and the window,
// until the window is closed.
func (h *home) show(ctx context.Context, t terminal) error {
	e, err := listen(ctx, defaultListen)
	if err != nil { // another server has the port: this one takes any
		t.sayPortTaken()
		if e, err = listen(ctx, anyPort); err != nil {
			return err
		}
	}
	if err := h.server.SetURL(e.url); err != nil {
		return errors.Join(err, e.close())
	}
	inside, hangUp := client.InMemory(h.server.Console())
	defer hangUp()

	keys, letGo, err := h.securityKeys(h.naming.origin(e.url))
	if err != nil {
		return errors.Join(err, e.close())
	}
	defer letGo()
	// Fyne keeps small files there and makes only the last directory itself.
	if cache, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(cache, 0o700) // without it Fyne says what it misses
	}
	// What is made for the first frame stays: collecting meanwhile finds nothing.
	collecting := debug.SetGCPercent(startPercent)
	fyneapp.SetMetadata(metadata())
	a := fyneapp.NewWithID(appID)
	saveWhatChanged(a)
	console, err := ui.New(ui.Config{
		App:     a,
		Client:  inside,
		Keys:    keys,
		Vault:   h.vault(),
		Printer: print.System{},
		Lab:     h.lab != nil,
		OpenLab: openLab,
		Version: version,
		Address: e.url,
		Features: ui.Features{
			SecurityKeys:   libfido2.Supported,
			NFC:            nfcHere,
			VirtualKeys:    virtual.Supported,
			UdevCommand:    udevCommand(),
			ReadersCommand: readersCommand(exec.LookPath),
		},
	})
	if err != nil {
		return errors.Join(err, e.close())
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := h.background(func() {}) // what fails there is in the log; the window stays
	answered := make(chan error, 1)
	go func() {
		answered <- h.answer(ctx, e, func() error { return t.sayReady(h.naming)(e.url, h.lab != nil) })
	}()
	console.Open(ctx)
	if i, err := announce(h.dir, console.Raise); err != nil {
		h.log.Warn("a second start cannot bring this window forward", "error", err)
	} else {
		defer i.close(h.dir)
	}
	console.Show()
	debug.SetGCPercent(collecting)
	a.Run()
	console.Close()
	cancel()
	return errors.Join(<-answered, stop())
}

// securityKeys reaches real keys through libfido2, those on readers, and the lab's.
// It returns what to call when the client is done.
func (h *home) securityKeys(origin string) (*fido.Client, func(), error) {
	cfg := fido.Config{Open: libfido2.Backend{}, Devices: libfido2.Devices, Changes: libfido2.Changes, Origin: origin}
	if h.bench != nil {
		cfg.Devices = fido.Combine(h.bench.Devices, cfg.Devices)
		cfg.Changes = fido.CombineChanges(fido.OnBell(h.bench.Changed), cfg.Changes)
	}
	cfg, letGo, err := withReaders(cfg)
	if err != nil {
		return nil, nil, err
	}
	keys, err := fido.New(cfg)
	return keys, letGo, err
}

func metadata() fyne.AppMetadata {
	return fyne.AppMetadata{
		ID:      appID,
		Name:    appName,
		Version: version,
		Build:   1,
		Icon:    fyne.NewStaticResource("nightlatch.png", assets.AppIcon(512)),
		Release: true,
	}
}

// openLab opens a lab in a window of its own: another process, since its data
// and its clock are other ones.
func openLab() {
	self, err := os.Executable()
	if err != nil {
		return
	}
	lab := exec.Command(self, "--lab")
	lab.Stderr = os.Stderr
	if lab.Start() == nil {
		go func() { _ = lab.Wait() }() // it outlives nothing: init takes over when we end first
	}
}
