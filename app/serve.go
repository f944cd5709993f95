package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/seed"
	"nightlatch/server/store"
)

// shutdownTimeout is how long requests that are under way may take at the end.
const shutdownTimeout = 5 * time.Second

// A serveConfig is the command line of `nightlatch serve`.
type serveConfig struct {
	data, listen, seed, policy string
	lab, keepMail              bool
	rp                         relyingParty
}

// serve runs `nightlatch serve`: the account server with no window.
func (t terminal) serve(args []string) error {
	var cfg serveConfig
	f := t.flags("serve", "serve [flags]")
	f.StringVar(&cfg.data, "data", "", "data `directory`. "+withoutData()+" With --lab it is one that is thrown away.")
	f.StringVar(&cfg.listen, "listen", defaultListen, "loopback `address` to listen on; port 0 picks one")
	f.BoolVar(&cfg.lab, "lab", false, "simulate phones, carrier, mailbox, clock and security keys")
	f.BoolVar(&cfg.keepMail, "keep-mail", false, "without a mail server, keep mail for its account's owner to read (GET /api/v1/messages)")
	f.StringVar(&cfg.seed, "seed", "", "JSON `file` of accounts to create")
	f.StringVar(&cfg.policy, "policy", "classic", "classic or hardened")
	cfg.rp.add(f)
	if err := parse(f, args); err != nil {
		return err
	}
	if err := cfg.rp.settle(); err != nil {
		return err
	}
	policy, err := account.ByName(cfg.policy)
	if err != nil {
		return usagef("--policy %s is unknown; it is classic or hardened", cfg.policy)
	}
	if _, _, err := checkListen(cfg.listen); err != nil {
		return err
	}
	seed, demo, err := readSeed(cfg.seed)
	if err != nil {
		return err
	}
	hc := instanceConfig{dir: cfg.data, lab: cfg.lab, keepMail: cfg.keepMail, policy: policy, rp: cfg.rp, seed: seed, demo: demo}
	return t.serveInstance(hc, cfg.listen)
}

// serveInstance opens a home, listens, says that it is ready and goes on until a
// signal ends it.
func (t terminal) serveInstance(cfg instanceConfig, address string) error {
	if err := disableCoreDumps(); err != nil {
		return err
	}
	defer limitMemory()()
	cfg.log = slog.New(slog.NewJSONHandler(t.err, nil))
	if cfg.dir == "" && !cfg.lab {
		var err error
		if cfg.dir, err = dataDirectory(); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	inst, err := openInstance(ctx, cfg)
	if err != nil {
		return err // it alone is said, in a line
	}
	logMissingFeatures(cfg.log)
	err = inst.serve(ctx, address, t.printReady(inst.rp))
	return errors.Join(err, inst.close())
}

// printReady prints the one line of standard output. The server's name is in it
// if it is not the usual one.
func (t terminal) printReady(rp relyingParty) func(url string, lab bool) error {
	line := struct {
		Ready   bool     `json:"ready"`
		URL     string   `json:"url"`
		Lab     bool     `json:"lab"`
		RPID    string   `json:"rp_id,omitempty"`
		Origins []string `json:"origins,omitempty"`
	}{Ready: true, Origins: rp.origins}
	if rp.rpID != defaultRPID {
		line.RPID = rp.rpID
	}
	return func(url string, lab bool) error {
		line.URL, line.Lab = url, lab
		return json.NewEncoder(t.out).Encode(line)
	}
}

// serveLab serves a lab on the usual port, or on a free one if another server
// has that.
func (t terminal) serveLab(cfg instanceConfig) error {
	err := t.serveInstance(cfg, defaultListen)
	if errors.Is(err, errPortTaken) {
		t.printPortTaken()
		return t.serveInstance(cfg, anyPort)
	}
	return err
}

// printPortTaken says that the address is another one than people may expect: what
// they call the lab at the usual one is another program.
func (t terminal) printPortTaken() {
	fmt.Fprintf(t.err, "nightlatch: another program listens on %s, so this one takes a free port and prints its address.\n", defaultListen)
}

// serve answers loopback clients until ctx is done. ready is called once, when
// they can connect.
func (inst *instance) serve(ctx context.Context, address string, ready func(url string, lab bool) error) error {
	e, err := listen(ctx, address)
	if err != nil {
		return err
	}
	if err := inst.server.SetURL(e.url); err != nil {
		return errors.Join(err, e.close())
	}
	l, err := listenForRaise(inst.dir, nil)
	if err != nil {
		inst.log.Warn("a second start cannot reach this one", "error", err)
	} else {
		defer l.close(inst.dir)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := inst.background(cancel)
	watched := inst.endIfDamaged(ctx, cancel)
	answered := inst.answer(ctx, e, func() error { return ready(e.url, inst.lab != nil) })
	cancel()
	if damaged := <-watched; damaged != nil {
		_ = stop() // it failed for the same reason
		return damaged
	}
	return errors.Join(answered, stop())
}

// endIfDamaged ends the server when its database turns out to be damaged, since it
// would answer everything with an error, and says so when ctx is done.
func (inst *instance) endIfDamaged(ctx context.Context, end func()) <-chan error {
	watched := make(chan error, 1)
	go func() {
		select {
		case <-inst.store.Damaged():
			end()
		case <-ctx.Done():
		}
		select {
		case <-inst.store.Damaged(): // it may be why ctx is done
			watched <- explainData(inst.dir, store.ErrDamaged)
		default:
			watched <- nil
		}
	}()
	return watched
}

// background starts what server and lab do beside requests. If that fails, ended
// is called. stop ends it and returns what failed: after the last request, whose
// messages still have to leave.
func (inst *instance) background(ended func()) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		defer ended()
		done <- inst.run(ctx)
	}()
	return func() error {
		cancel()
		return <-done
	}
}

// answer serves HTTP on every listener of e until ctx is done, and lets requests
// that are under way end.
func (inst *instance) answer(ctx context.Context, e *loopback, ready func() error) error {
	hs := inst.server.HTTPServer(inst.server.Handler())
	if inst.lab != nil {
		hs.RegisterOnShutdown(inst.lab.EndStreams)
	}
	ended := make(chan error, len(e.listeners))
	for _, l := range e.listeners {
		go func() { ended <- hs.Serve(l) }()
	}
	failed := ready()
	left := len(e.listeners)
	if failed == nil {
		select {
		case <-ctx.Done():
		case failed = <-ended:
			left--
		}
	}
	patience, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer done()
	if err := hs.Shutdown(patience); err != nil {
		failed = errors.Join(failed, hs.Close())
	}
	for range left {
		<-ended
	}
	return failed
}

// readSeed reads the file of --seed, if there is one.
func readSeed(path string) (*seed.Seed, []api.LabAccount, error) {
	if path == "" {
		return nil, nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, refuseSeed(path, err)
	}
	defer f.Close()
	read, err := seed.Read(io.LimitReader(f, 16<<20))
	var wrong *seed.Error
	switch {
	case errors.As(err, &wrong):
		return nil, nil, refuse(err, "The seed %s makes no sense: %s: %s. Correct it and start again.", path, wrong.Field, wrong.Reason)
	case err != nil:
		return nil, nil, refuseSeed(path, err)
	}
	return read, labAccounts(read), nil
}

func refuseSeed(path string, err error) error {
	return refuse(err, "The seed %s cannot be read (%s). Give --seed a JSON file of accounts.", shortened(path), reason(err))
}
