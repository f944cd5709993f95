package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/seed"
	"nightlatch/server/signup"
)

// shutdownTimeout is how long running requests may take when the server stops.
const shutdownTimeout = 5 * time.Second

// A serveConfig is the command line of `nightlatch serve`.
type serveConfig struct {
	data, listen, seed string
	policy             account.Policy
	signUp             signup.Mode
	backupDir          string
	lab, keepMail      bool
	rp                 relyingParty
	pushHosts          []string
}

func (c *serveConfig) flags(f *flag.FlagSet) {
	pathVar(f, &c.data, "data", "data `directory`. "+withoutData(dataDirectory)+" With --lab it is a temporary one.")
	f.StringVar(&c.listen, "listen", defaultListen, "loopback `address` to listen on; port 0 chooses a free one")
	f.BoolVar(&c.lab, "lab", false, "simulate phones, carrier, mailbox, clock and security keys")
	f.BoolVar(&c.keepMail, "keep-mail", false, "without a mail server, keep mail for the account's owner to read (GET /api/v1/messages)")
	pathVar(f, &c.seed, "seed", "JSON `file` of accounts to create")
	policyVar(f, &c.policy)
	f.Func("sign-up", "who may sign up, `mode`: open, invite or closed; it overrides the owner's setting (without both, a lab is open and any other server needs an invitation)", func(s string) error {
		mode, err := signup.ParseMode(s)
		if err != nil {
			return errors.New("use open, invite or closed")
		}
		c.signUp = mode
		return nil
	})
	choices(f, "sign-up", string(signup.Open), string(signup.Invite), string(signup.Closed))
	pathVar(f, &c.backupDir, "backup-dir", "make a backup every day in this existing `directory`; it overrides the owner's setting. nightlatch admin set-backups makes the key")
	f.Func("push-host", "`host:port` of a push service inside a private network, to which pushes for phones may go; can be repeated (others must be on the internet)", func(s string) error {
		host, port, err := net.SplitHostPort(s)
		if err != nil || host == "" || port == "" {
			return errors.New("use host:port, such as push.example.org:443")
		}
		c.pushHosts = append(c.pushHosts, s)
		return nil
	})
	c.rp.add(f)
}

// serve runs `nightlatch serve`: the account server without a window.
func (t terminal) serve(args []string) error {
	var cfg serveConfig
	f := t.flags("serve", "serve [flags]")
	cfg.flags(f)
	if err := parse(f, args); err != nil {
		return err
	}
	if cfg.backupDir != "" {
		if cfg.lab && cfg.data == "" {
			return usagef("--backup-dir needs --data: a lab without it has temporary data")
		}
		var err error
		if cfg.backupDir, err = filepath.Abs(cfg.backupDir); err != nil {
			return err
		}
	}
	if err := cfg.rp.normalize(); err != nil {
		return err
	}
	if _, _, err := checkListen(cfg.listen); err != nil {
		return err
	}
	seed, demo, err := readSeed(cfg.seed, t.say)
	if err != nil {
		return err
	}
	hc := instanceConfig{dir: cfg.data, lab: cfg.lab, keepMail: cfg.keepMail, policy: cfg.policy, signUp: cfg.signUp, backupDir: cfg.backupDir, pushHosts: cfg.pushHosts, rp: cfg.rp, seed: seed, demo: demo}
	return t.serveInstance(hc, cfg.listen)
}

// serveInstance opens an instance and serves it until a signal stops it. It prints the
// ready line when clients can connect.
func (t terminal) serveInstance(cfg instanceConfig, address string) error {
	if err := disableCoreDumps(); err != nil {
		return err
	}
	defer tuneCollector()()
	cfg.log = slog.New(slog.NewJSONHandler(t.err, nil))
	if cfg.dir == "" && !cfg.lab {
		var err error
		if cfg.dir, err = dataDirectory(); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	cfg.converting = t.converting(cfg.log)
	if cfg.dir != "" {
		err := awaitDisk(ctx, cfg.dir, func(what string) { cfg.log.Warn(what) })
		if errors.Is(err, errInterrupted) {
			fmt.Fprintln(t.err, "nightlatch:", err)
			return nil
		}
		if err != nil {
			return err
		}
	}
	inst, err := openInstance(t.tellOfKeyring(ctx, cfg.log), cfg)
	if errors.Is(err, errInterrupted) {
		fmt.Fprintln(t.err, "nightlatch:", err)
		return nil // as after SIGTERM while it runs
	}
	if err != nil {
		return err // the only line on standard error
	}
	logMissingFeatures(cfg.log)
	if err := inst.logSetupCode(ctx); err != nil {
		return errors.Join(err, inst.close())
	}
	err = inst.serve(ctx, address, inst.announcing(t.printReady(inst.rp)))
	inst.tellSupervisor("STOPPING=1")
	return errors.Join(err, inst.close())
}

// announcing returns ready, and tells a service manager after it.
func (inst *instance) announcing(ready func(url string, lab bool) error) func(url string, lab bool) error {
	return func(url string, lab bool) error {
		if err := ready(url, lab); err != nil {
			return err
		}
		inst.tellSupervisor("READY=1\nSTATUS=Serving " + url)
		return nil
	}
}

// tellSupervisor tells a service manager how the server is. It can only be logged that it was
// not told.
func (inst *instance) tellSupervisor(state string) {
	if err := tellSupervisor(state); err != nil {
		inst.log.Warn("the service manager was not told about the server's state", "error", err)
	}
}

// logSetupCode writes the set-up code to the log while the server has no owner (R7). The code
// works until there is an owner or the server stops.
func (inst *instance) logSetupCode(ctx context.Context) error {
	code, err := inst.server.SetupCode(ctx)
	if err != nil {
		return explainData(inst.dir, err)
	}
	if code != "" {
		inst.log.Warn("this server has no owner yet: sign up with this code, or use nightlatch admin create-owner", "setup_code", code)
	}
	return nil
}

// printReady returns a function that prints the ready line, the only line on standard
// output. It has the relying-party ID and origins only if they are not the default.
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

// serveLab serves a lab on the default port, or on a free one if that is taken.
func (t terminal) serveLab(cfg instanceConfig) error {
	err := t.serveInstance(cfg, defaultListen)
	if errors.Is(err, errPortTaken) {
		t.printPortTaken()
		return t.serveInstance(cfg, anyPort)
	}
	return err
}

// printPortTaken warns that the address is not the default one, where another program
// answers.
func (t terminal) printPortTaken() {
	fmt.Fprintf(t.err, "nightlatch: another program listens on %s, so this one uses a free port and prints its address.\n", defaultListen)
}

// serve answers loopback clients until ctx ends. It calls ready once, when they can
// connect.
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
		defer l.close()
	}
	if end, err := inst.listenForAdmin(); err != nil {
		inst.log.Warn("nightlatch admin cannot reach this server; stop it to use admin", "error", err)
	} else {
		defer end()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := inst.background(cancel)
	watched := inst.endIfFailed(ctx, cancel)
	answered := inst.answer(ctx, e, func() error { return ready(e.url, inst.lab != nil) })
	cancel()
	if failed := <-watched; failed != nil {
		_ = stop() // its error has the same cause
		return failed
	}
	return errors.Join(answered, stop())
}

// endIfFailed calls end when the database fails (it is damaged, or the disk failed), because
// the server could then answer only with errors. After a failed sync the contents of the disk
// are unknown until they are read again, so only a new start helps. The channel gets a refusal,
// or nil when ctx ends.
func (inst *instance) endIfFailed(ctx context.Context, end func()) <-chan error {
	watched := make(chan error, 1)
	go func() {
		select {
		case <-inst.store.Failed():
			end()
		case <-ctx.Done():
		}
		watched <- explainData(inst.dir, inst.store.Failure()) // this may be why ctx ended
	}()
	return watched
}

// background starts the background work of server and lab, and calls ended when it ends.
// stop stops it and returns its error. Call stop after the last request, whose messages
// must still be sent.
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

// answer serves HTTP on every listener of e until ctx ends. Then it waits for running
// requests.
func (inst *instance) answer(ctx context.Context, e *loopback, ready func() error) error {
	hs := inst.server.HTTPServer(inst.server.Handler())
	if inst.lab != nil {
		hs.RegisterOnShutdown(inst.lab.EndStreams)
	}
	ended := make(chan error, len(e.listeners))
	for _, l := range e.listeners {
		go func() { ended <- hs.Serve(inst.server.Listener(l)) }()
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
	shutdown, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer done()
	if err := hs.Shutdown(shutdown); err != nil {
		failed = errors.Join(failed, hs.Close())
	}
	for range left {
		<-ended
	}
	return failed
}

// readSeed reads the file of --seed, if there is one. It may be a named pipe.
func readSeed(path string, say func(string)) (*seed.Seed, []api.LabAccount, error) {
	if path == "" {
		return nil, nil, nil
	}
	var read *seed.Seed
	var failed error
	err := awaitFile(context.Background(), path, say, func() {
		var f *os.File
		if f, failed = os.Open(path); failed == nil {
			read, failed = seed.Read(io.LimitReader(f, 16<<20))
			failed = errors.Join(failed, f.Close())
		}
	})
	if err == nil {
		err = failed
	}
	var wrong *seed.Error
	switch {
	case errors.As(err, &wrong):
		return nil, nil, refuse(err, "The seed %s is not valid: %s: %s. Correct it and start again.", path, wrong.Field, wrong.Reason)
	case err != nil:
		return nil, nil, refuseSeed(path, err)
	}
	return read, labAccounts(read), nil
}

func refuseSeed(path string, err error) error {
	return refuse(err, "The seed %s cannot be read (%s). Give --seed a JSON file of accounts.", shortened(path), reason(err))
}
