package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"nightlatch/fido/virtual"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backup"
	"nightlatch/server/delivery"
	"nightlatch/server/lab"
	"nightlatch/server/seed"
	"nightlatch/server/signup"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// hashQueue is how many requests may wait for a hash: some seconds of work. Further
// requests are refused and may be repeated later.
const hashQueue = 512

// An instanceConfig describes the server to open.
type instanceConfig struct {
	dir         string // the data directory; "" with lab: a temporary one
	lab         bool
	maintenance bool // for an admin verb: lab marks are not changed, and nothing is served
	policy      account.Policy
	signUp      signup.Mode // of --sign-up; "" leaves it to the owner
	backupDir   string      // of --backup-dir; "" leaves it to the owner
	// keepMail keeps mail on this computer while no mail server is configured.
	keepMail  bool
	rp        relyingParty
	pushHosts []string   // of push services that may be inside a private network
	keyPaths  []string   // of --key-path, for the window
	seed      *seed.Seed // accounts to create; may be nil
	demo      []api.LabAccount
	log       *slog.Logger
	// converting, which may be nil, receives the progress of the conversion of an older database.
	converting func(done, total int64) error
}

// An instance is a server with its data directory: database, keys, and the lab if there
// is one.
type instance struct {
	dir       string
	temporary bool
	forLab    bool // maintenance of a lab's data
	rp        relyingParty
	keyPaths  []string // further security keys, for the window
	store     *database
	server    *server.Server
	lab       *lab.Lab       // nil without --lab
	bench     *virtual.Bench // nil without --lab
	keys      *seal.Sealer
	log       *slog.Logger
}

// openInstance opens the data directory and makes the server. Its errors are refusals. If
// it returns one, existing data was not changed.
func openInstance(ctx context.Context, cfg instanceConfig) (_ *instance, err error) {
	if err := cfg.rp.normalize(); err != nil {
		return nil, err
	}
	inst := &instance{dir: cfg.dir, temporary: cfg.lab && cfg.dir == "", rp: cfg.rp, keyPaths: cfg.keyPaths, log: cfg.log}
	if inst.temporary {
		if inst.dir, err = os.MkdirTemp("", "nightlatch-lab-"); err != nil {
			return nil, explainData(os.TempDir(), err)
		}
	} else if inst.dir, err = prepareDirectory(cfg.dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = explainData(inst.dir, errors.Join(err, inst.close()))
		}
	}()

	now := time.Now
	var clock *lab.Clock
	if cfg.lab {
		if err = checkForLab(inst.dir); err != nil {
			return nil, err
		}
	}
	if cfg.lab || cfg.maintenance {
		clock = lab.NewClock(time.Time{}, time.Now)
		now = clock.Now
	}
	if inst.store, err = openStore(ctx, inst.dir, now, !cfg.lab, cfg.log, cfg.converting); err != nil {
		return nil, err
	}
	inst.keys = inst.store.keys
	if !cfg.maintenance {
		if err = markForLab(inst.dir, cfg.lab); err != nil {
			return nil, err
		}
	}
	if clock != nil && !inst.temporary {
		if err = keepClock(inst.dir, clock); err != nil {
			return nil, err
		}
	}
	hasher, err := account.NewHasher(account.HasherConfig{
		Parallel: runtime.GOMAXPROCS(0), Queue: hashQueue,
	})
	if err != nil {
		return nil, err
	}
	sc := server.Config{
		Store: inst.store, Sealer: inst.keys, Policy: cfg.policy, Now: now,
		RPID: cfg.rp.rpID, Origins: cfg.rp.origins, Hasher: hasher, Log: cfg.log, Version: version, Seed: cfg.seed, KeepMail: cfg.keepMail, SignUp: cfg.signUp,
		PushHosts: cfg.pushHosts,
	}
	limitConnections(&sc)
	if !inst.temporary && !cfg.maintenance {
		sc.BackupFolder = cfg.backupDir
		sc.BackupSource = func() (backup.Source, error) { return inst.backupSource(now) }
		sc.CheckData = func(ctx context.Context) error {
			_, err := inst.store.verify(ctx, func(_, _ int64) error { return ctx.Err() })
			return err
		}
	}
	if cfg.lab {
		if err = inst.openLab(clock, cfg, &sc); err != nil {
			return nil, err
		}
	}
	if inst.forLab = cfg.maintenance && isLabs(inst.dir); inst.forLab {
		// The lab sends the messages queued here when it runs next.
		sc.SMSSender, sc.Mailer = whenLabRuns{}, whenLabRuns{}
	}
	inst.server, err = server.New(sc)
	return inst, err
}

// openLab makes the lab and connects the server's senders to it.
func (inst *instance) openLab(clock *lab.Clock, cfg instanceConfig, sc *server.Config) error {
	var bench lab.Bench
	b, err := virtual.New(virtual.Config{})
	if err != nil {
		return err
	}
	inst.bench, bench = b, virtualKeys{b}
	inst.lab, err = lab.New(lab.Config{
		Clock:     clock,
		ShortCode: cfg.policy.CarrierShortCode,
		Inbound: func(ctx context.Context, from, to, body string) error {
			return inst.server.Inbound(ctx, from, to, body)
		},
		Reset:    func(ctx context.Context) error { return inst.server.Reset(ctx, cfg.seed) },
		Bench:    bench,
		Accounts: cfg.demo,
		Log:      cfg.log,
	})
	if err != nil {
		return err
	}
	sc.PushSender = inst.lab
	sc.SMSSender, sc.Mailer, sc.Lab = delivery.SMSSender(inst.lab), delivery.Mailer(inst.lab), inst.lab.Handler()
	return nil
}

// whenLabRuns replaces the lab's senders while messages are only queued. It sends nothing.
type whenLabRuns struct{}

var errLabOff = errors.New("app: the lab does not run")

func (whenLabRuns) Mail(context.Context, string, string, string) error { return errLabOff }
func (whenLabRuns) Text(context.Context, string, string) error         { return errLabOff }

// run runs the background work of server and lab until ctx ends.
func (inst *instance) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var work sync.WaitGroup
	failed := make(chan error, 2)
	start := func(what string, run func(context.Context) error) {
		work.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				failed <- fmt.Errorf("app: %s: %w", what, err)
				cancel()
			}
		})
	}
	start("server", inst.server.Run)
	if inst.lab != nil {
		start("lab", inst.lab.Run)
	}
	work.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// vault keeps the console's session in the data directory.
func (inst *instance) vault() vault {
	return vault{path: filepath.Join(inst.dir, sessionName), keys: inst.keys}
}

// device stores the token by which the server recognises the window.
func (inst *instance) device() *deviceFile {
	return &deviceFile{path: filepath.Join(inst.dir, deviceName), failed: func(err error) {
		inst.log.Warn("the device token could not be stored; the next sign-in counts as one from a new device", "error", err)
	}}
}

// close closes everything, and removes temporary data.
func (inst *instance) close() error {
	var errs []error
	if inst.bench != nil {
		errs = append(errs, inst.bench.Close())
	}
	if inst.store != nil {
		if err := inst.store.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if inst.temporary {
		errs = append(errs, os.RemoveAll(inst.dir))
	}
	return errors.Join(errs...)
}
