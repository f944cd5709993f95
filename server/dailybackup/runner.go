package dailybackup

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"nightlatch/server/backup"
	"nightlatch/server/store"
)

// checkEvery is the interval at which Run checks whether a backup is due.
const checkEvery = time.Minute

// stopLimit is how long Run waits at the end for a folder that does not answer.
const stopLimit = 5 * time.Second

// ErrRunning reports that a backup is being written.
var ErrRunning = errors.New("dailybackup: a backup is being written")

// Config configures a Runner.
type Config struct {
	Store  store.Store
	Source func() (backup.Source, error)
	Check  func(context.Context) error // reads the whole database; may be nil
	Folder string                      // from the command line, turns backups on; "" leaves it to the owner's setting
	Now    func() time.Time
	Log    *slog.Logger
	// Tell records, in the transaction, the first failure after a success, for the
	// server's owner.
	Tell func(tx store.Tx, f Failure) error
}

// A Runner writes backups when they are due.
type Runner struct {
	cfg Config

	mu      sync.Mutex
	running chan struct{} // closed at the end of the running attempt; nil without one
}

// New checks the configuration.
func New(cfg Config) (*Runner, error) {
	if cfg.Store == nil || cfg.Source == nil || cfg.Now == nil || cfg.Log == nil || cfg.Tell == nil {
		return nil, errors.New("dailybackup: store, source, clock, log and a way to tell the owner are needed")
	}
	return &Runner{cfg: cfg}, nil
}

// Run writes backups when they are due, until ctx ends. A missed backup is made at the start.
func (r *Runner) Run(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		if err := r.Check(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, ErrRunning) {
			r.cfg.Log.Error("the daily backup failed", "error", err)
		}
		select {
		case <-ctx.Done():
			r.wait(stopLimit)
			return
		case <-tick.C:
		}
	}
}

// wait waits for the running attempt.
func (r *Runner) wait(limit time.Duration) {
	r.mu.Lock()
	running := r.running
	r.mu.Unlock()
	if running == nil {
		return
	}
	select {
	case <-running:
	case <-time.After(limit):
		r.cfg.Log.Error("the folder of the backups does not answer; the backup was aborted")
	}
}

// A Status describes the daily backups.
type Status struct {
	Settings // with the folder of the command line, if there is one
	State
	Fixed   bool      // the folder is from the command line
	Running bool      // a backup is being written
	Next    time.Time // when the next one is due; zero if backups are off
}

// Status reads the settings and the state.
func (r *Runner) Status(tx store.Tx) (s Status, err error) {
	if s.Settings, err = Load(tx); err != nil {
		return s, err
	}
	if s.State, err = loadState(tx); err != nil {
		return s, err
	}
	if r.cfg.Folder != "" {
		s.Folder, s.On, s.Fixed = r.cfg.Folder, true, true
	}
	r.mu.Lock()
	s.Running = r.running != nil
	r.mu.Unlock()
	if s.On {
		s.Next = s.due(tx.Now())
	}
	return s, nil
}

// due returns the time of the next attempt. It ignores times in the future, which a clock that
// was ahead has written.
func (s Status) due(now time.Time) time.Time {
	due := now
	if s.Last != nil && !s.Last.At.After(now) {
		due = s.Last.At.Add(every)
	}
	if f := s.Failed; f != nil && !f.At.After(now) && f.At.Add(again).After(due) {
		due = f.At.Add(again)
	}
	return due
}

// Check writes a backup if one is due, and returns its error. ErrRunning: a backup is being
// written.
func (r *Runner) Check(ctx context.Context) error {
	s, err := r.status(ctx)
	if err != nil || !s.On || r.cfg.Now().Before(s.Next) {
		return err
	}
	return r.attempt(ctx, s)
}

// BackUp writes a backup now, even if none is due. If ctx ends first, the backup continues.
func (r *Runner) BackUp(ctx context.Context) error {
	s, err := r.status(ctx)
	if err != nil {
		return err
	}
	return r.attempt(ctx, s)
}

func (r *Runner) status(ctx context.Context) (s Status, err error) {
	err = r.cfg.Store.View(ctx, func(tx store.Tx) error {
		s, err = r.Status(tx)
		return err
	})
	return s, err
}

// attempt writes a backup and keeps the result. It returns when ctx ends, even if the
// folder does not answer.
func (r *Runner) attempt(ctx context.Context, s Status) error {
	r.mu.Lock()
	if r.running != nil {
		r.mu.Unlock()
		return ErrRunning
	}
	done := make(chan struct{})
	r.running = done
	r.mu.Unlock()
	result := make(chan error, 1)
	// The end of the server ends the backup, because the database is closed. The end of the request does
	// not.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer cancel()
		made, err := r.write(work, s)
		err = errors.Join(err, r.record(work, made, err))
		r.mu.Lock()
		r.running = nil
		r.mu.Unlock()
		close(done)
		result <- err
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A failedError is an attempt that failed, with its reason.
type failedError struct {
	reason Reason
	err    error
}

func (e *failedError) Error() string { return fmt.Sprintf("%s: %v", e.reason, e.err) }
func (e *failedError) Unwrap() error { return e.err }

func failed(reason Reason, err error) error { return &failedError{reason, err} }

// write writes one backup and deletes the oldest.
func (r *Runner) write(ctx context.Context, s Status) (*Done, error) {
	if s.Recipient == "" {
		return nil, failed(NoKey, errors.New("there is no recovery key"))
	}
	lock, err := backup.ParseRecipient(s.Recipient)
	if err != nil {
		return nil, failed(NoKey, err)
	}
	// The folder is never created: if its disk is not connected, it would be on another disk.
	switch stat, err := os.Stat(s.Folder); {
	case errors.Is(err, fs.ErrNotExist), s.Folder == "", err == nil && !stat.IsDir():
		return nil, failed(NoFolder, fmt.Errorf("%s is not a folder", s.Folder))
	case err != nil:
		return nil, failed(folderReason(err), err)
	}
	// Seven backups of damaged data would displace the last good one.
	if r.cfg.Check != nil {
		if err := r.cfg.Check(ctx); err != nil {
			return nil, failed(Data, err)
		}
	}
	src, err := r.cfg.Source()
	if err != nil {
		return nil, failed(Data, err)
	}
	owner := prefix(src)
	res, err := backup.WriteFile(ctx, backup.File{
		Path:    filepath.Join(s.Folder, owner+r.cfg.Now().UTC().Format(stamp)+suffix),
		Replace: true, // one of the same second
		Lock:    lock,
		Fill: func(w io.Writer) error {
			_, err := backup.Write(ctx, w, src)
			return err
		},
	})
	if err != nil {
		return nil, failed(folderReason(err), err)
	}
	if err := deleteOldest(s.Folder, owner); err != nil {
		r.cfg.Log.Warn("old backups could not be deleted", "error", err)
	}
	return &Done{At: r.cfg.Now().UTC(), File: filepath.Base(res.Path), Bytes: res.Bytes, Accounts: res.Contents.Manifest.Accounts}, nil
}

// The names of backups: nightlatch-3f2a9c01-20261130T201500Z.age. The middle part comes from
// the fingerprint of the key, so servers that share a folder do not touch each other's files.
const (
	stamp  = "20060102T150405Z"
	suffix = ".age"
)

func prefix(src backup.Source) string {
	print := src.Fingerprint
	return "nightlatch-" + hex.EncodeToString(print[:4]) + "-"
}

// deleteOldest deletes all but the newest backups of one server.
func deleteOldest(folder, owner string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("dailybackup: %w", err)
	}
	var names []string
	for _, e := range entries {
		at, mine := cut(e.Name(), owner, suffix)
		if _, err := time.Parse(stamp, at); mine && err == nil && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	var errs []error
	for _, name := range names[:max(0, len(names)-Kept)] {
		errs = append(errs, os.Remove(filepath.Join(folder, name)))
	}
	return errors.Join(errs...)
}

func cut(s, prefix, suffix string) (middle string, ok bool) {
	if len(s) < len(prefix)+len(suffix) || s[:len(prefix)] != prefix || s[len(s)-len(suffix):] != suffix {
		return "", false
	}
	return s[len(prefix) : len(s)-len(suffix)], true
}

// record stores the result of an attempt. The owner is notified of the first failure after a
// success.
func (r *Runner) record(ctx context.Context, made *Done, err error) error {
	return r.cfg.Store.Update(ctx, func(tx store.Tx) error {
		s, lerr := loadState(tx)
		if lerr != nil {
			return lerr
		}
		if made != nil {
			return saveState(tx, State{Last: made})
		}
		var f *failedError
		reason := Data
		if errors.As(err, &f) {
			reason = f.reason
		}
		first := s.Failed == nil
		s.Failed = &Failure{At: tx.Now().UTC(), Reason: reason}
		if err := saveState(tx, s); err != nil || !first {
			return err
		}
		return r.cfg.Tell(tx, *s.Failed)
	})
}

// folderReason returns why a file could not be written.
func folderReason(err error) Reason {
	switch {
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrClosed), errors.Is(err, store.ErrUnavailable):
		return Data
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return Full
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return Denied
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return NoFolder
	}
	return Disk
}
