//go:build cgo && !headless

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync/atomic"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"nightlatch/assets"
	"nightlatch/assets/region"
	"nightlatch/fido"
	"nightlatch/fido/pty"
	"nightlatch/server/account"
	"nightlatch/server/client"
	"nightlatch/server/store"
	"nightlatch/ui"
	"nightlatch/ui/chooser"
	"nightlatch/ui/clipboard"
	"nightlatch/ui/print"
	"nightlatch/ui/shell"
)

// windowSupported is true if this build has a window.
const windowSupported = true

// The program's names for the desktop, as in FyneApp.toml.
const (
	appID   = "org.nightlatch.Nightlatch"
	appName = "Nightlatch"
)

// A consoleCommand is the command line of `nightlatch`.
type consoleCommand struct {
	lab        bool
	data, seed string
	policy     account.Policy
	keyPaths   pathsFlag
	rp         relyingParty
}

// consoleSynopsis is what `nightlatch -h` shows of the flags.
const consoleSynopsis = "[--lab] [--data DIR] [--policy NAME]"

func (c *consoleCommand) flags(f *flag.FlagSet) {
	f.BoolVar(&c.lab, "lab", false, "open a temporary lab with demo accounts")
	pathVar(f, &c.data, "data", "data `directory`. "+withoutData(dataDirectory))
	pathVar(f, &c.seed, "seed", "JSON `file` of accounts for the lab, instead of the demo accounts")
	policyVar(f, &c.policy)
	f.Var(&c.keyPaths, "key-path", "additional security key at `path`, such as a test's; can be given several times")
	c.rp.add(f)
}

// console runs `nightlatch`: the window, with the server in the same process.
func (t terminal) console(args []string) error {
	var c consoleCommand
	f := t.flags("", consoleSynopsis)
	c.flags(f)
	if err := parse(f, args); err != nil {
		return err
	}
	if err := c.rp.normalize(); err != nil {
		return err
	}
	if c.seed != "" && !c.lab {
		return usagef("--seed needs --lab")
	}
	cfg := instanceConfig{keepMail: true}
	if c.lab {
		cfg = demoConfig()
	}
	cfg.dir, cfg.rp, cfg.keyPaths, cfg.policy = c.data, c.rp, c.keyPaths, c.policy
	if c.seed != "" {
		var err error
		if cfg.seed, cfg.demo, err = readSeed(c.seed, t.say); err != nil {
			return err
		}
	}
	if why := noDisplay(); why != "" {
		return t.withoutDisplay(cfg, why)
	}
	return t.window(cfg)
}

// withoutDisplay serves the lab without a window, because it can be used with curl and
// nightlatch key. Without --lab it refuses.
func (t terminal) withoutDisplay(cfg instanceConfig, why string) error {
	if !cfg.lab {
		return refuse(nil, "There is no display to open a window on (%s). Start Nightlatch from a desktop, or run nightlatch serve.", why)
	}
	fmt.Fprintf(t.err, "nightlatch: there is no display to open a window on (%s); serving the lab instead. Press Ctrl+C to stop it.\n", why)
	return t.serveLab(cfg)
}

// window opens the console and returns when it is closed.
func (t terminal) window(cfg instanceConfig) error {
	if err := disableCoreDumps(); err != nil {
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
	var notice noticeWindow
	cfg.converting = notice.converting(t)
	opening, opened := notice.wait(ctx, t)
	inst, err := notice.open(opening, t, cfg, opened)
	notice.close(opening, t, err)
	opened()
	if errors.Is(err, errInterrupted) {
		return nil // the user closed the notice
	}
	if errors.Is(err, store.ErrInUse) && raiseRunning(ctx, cfg.dir) {
		t.told()
		return refuse(err, "Nightlatch is already running; its window was brought forward.")
	}
	if err != nil {
		return err
	}
	shown, closed := inst.show(ctx, t), inst.close()
	if errors.Is(shown, errStartAgain) {
		return startAgain() // the error of close has the same cause
	}
	return errors.Join(shown, closed)
}

// show runs the server's background work, its loopback listeners and the window, until
// the window is closed.
func (inst *instance) show(ctx context.Context, t terminal) error {
	e, err := listen(ctx, defaultListen)
	if err != nil { // the port is taken, so use any
		t.printPortTaken()
		if e, err = listen(ctx, anyPort); err != nil {
			return err
		}
	}
	if err := inst.server.SetURL(e.url); err != nil {
		return errors.Join(err, e.close())
	}
	inside, disconnect := client.InMemory(inst.server.Console())
	defer disconnect()
	inside = inside.WithDevice(inst.device())

	keys, release, err := inst.securityKeys(inst.rp.origin(e.url))
	if err != nil {
		return errors.Join(err, e.close())
	}
	defer release()
	// Fyne writes to the cache directory and makes only the last part of its path.
	if cache, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(cache, 0o700) // if this fails, Fyne reports it
	}
	resumeCollections := postponeCollections()
	fyneapp.SetMetadata(metadata())
	a := fyneapp.NewWithID(appID)
	savePreferencesOnlyIfChanged(a)
	console, err := ui.New(ui.Config{
		Config: shell.Config{
			App:            a,
			Client:         inside,
			Vault:          inst.vault(),
			Lab:            inst.lab != nil,
			Region:         region.Here(),
			Desk:           newDesk,
			OpenLab:        openLab,
			ClipboardOwner: clipboard.OfDesktop(),
			Choose:         chooser.OfDesktop(),
			Version:        version,
			Address:        e.url,
			Features: shell.Features{
				SecurityKeys:   noKeys() == nil || inst.bench != nil,
				NoKeys:         noKeys(),
				KeyDialog:      hasKeyDialog(),
				KeysInside:     !pty.Supported,
				NFC:            nfcSupported,
				UdevCommand:    udevCommand(),
				ReadersCommand: readersCommand(exec.LookPath),
			},
		},
		Devices: keys,
		Printer: print.System{},
	})
	if err != nil {
		return errors.Join(err, e.close())
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := inst.background(func() {}) // errors are logged; the window stays open
	answered := make(chan error, 1)
	go func() {
		answered <- inst.answer(ctx, e, func() error { return t.printReady(inst.rp)(e.url, inst.lab != nil) })
	}()
	console.Open(ctx)
	setWindowClass()
	if l, err := listenForRaise(inst.dir, console.Raise); err != nil {
		inst.log.Warn("a second start cannot bring this window forward", "error", err)
	} else {
		defer l.close()
	}
	if end, err := inst.listenForAdmin(); err != nil {
		inst.log.Warn("nightlatch admin cannot reach this window; close it to use admin", "error", err)
	} else {
		defer end()
	}
	console.Show()
	again := inst.stopIfFailed(ctx, console)
	resumeCollections()
	a.Run()
	console.Close()
	cancel()
	err = errors.Join(<-answered, stop())
	if failed := inst.store.Failure(); failed != nil {
		if again.Load() {
			return errStartAgain
		}
		return explainData(inst.dir, failed) // err has the same cause
	}
	return err
}

// errStartAgain is returned by show if the user wants the program to start again.
var errStartAgain = errors.New("app: start again")

// stopIfFailed waits until the database fails, shows the reason and offers to start again.
// The result is set if the user accepts.
func (inst *instance) stopIfFailed(ctx context.Context, console *shell.Console) *atomic.Bool {
	again := new(atomic.Bool)
	go func() {
		select {
		case <-ctx.Done():
			return
		case <-inst.store.Failed():
		}
		inst.log.Error("the server cannot go on", "error", inst.store.Failure())
		fault := shell.DiskFailed
		if errors.Is(inst.store.Failure(), store.ErrDamaged) {
			fault = shell.DatabaseDamaged
		}
		console.Stop(fault, inst.dir, func() {
			again.Store(true)
			console.Window().Close()
		})
	}()
	return again
}

// securityKeys makes the client for keys on USB, on NFC readers and of the lab. Call the
// returned function when the client is no longer used.
func (inst *instance) securityKeys(origin string) (*fido.Client, func(), error) {
	cfg := connectedKeys(origin)
	if inst.bench != nil {
		cfg = withBench(cfg, inst.bench)
	}
	cfg, release, err := withReaders(withPaths(cfg, inst.keyPaths))
	if err != nil {
		return nil, nil, err
	}
	keys, err := fido.New(cfg)
	return keys, release, err
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

// openLab starts another process with the lab, which has its own data and clock.
func openLab() {
	self, err := os.Executable()
	if err != nil {
		return
	}
	lab := exec.Command(self, "--lab")
	lab.Stderr = os.Stderr
	if lab.Start() == nil {
		go func() { _ = lab.Wait() }() // avoids a zombie; if this process ends first, init waits for it
	}
}
