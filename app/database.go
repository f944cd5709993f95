package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"nightlatch/server/store/bolt"
	"nightlatch/server/store/checked"
	"nightlatch/server/store/seal"
)

// A database is the open database of a data directory: the back end, and the checksums of
// its values above it.
type database struct {
	*checked.Store
	file *bolt.Store
	keys *seal.Sealer
}

// Failed returns a channel that is closed when the database fails: its disk failed, or it is
// damaged. Failure returns the reason.
func (d *database) Failed() <-chan struct{} { return d.file.Failed() }

// Failure returns the reason why the database failed, or nil.
func (d *database) Failure() error { return d.file.Failure() }

// openStore opens the database of dir and its sealing key. show, which may be nil, receives
// the progress of the conversion of an older database.
func openStore(ctx context.Context, dir string, now func() time.Time, keyring bool, log *slog.Logger, show bolt.Progress) (*database, error) {
	db, err := openDatabase(ctx, bolt.Config{Path: filepath.Join(dir, databaseName), Now: now, Log: log}, show, func() (*seal.Sealer, error) {
		master, err := seal.LoadOrCreate(ctx, dir, keyring)
		return seal.New(master), err
	})
	if err != nil && (ctx.Err() != nil || errors.Is(err, errInterrupted)) {
		return nil, refuse(errInterrupted, "Nightlatch was stopped before the data in %s were open; nothing was changed.", shortened(dir))
	}
	return db, err
}

// errInterrupted is the cause of the refusal after the user stopped a slow start.
var errInterrupted = errors.New("app: interrupted")

// waitsForKeyring is the message while the keyring does not answer.
const waitsForKeyring = "waiting for the keyring of your desktop, which holds the key of the data; enter its password if it asks for it"

// tellOfKeyring returns a context for openInstance that reports a slow keyring to log or, if
// log is nil, on standard error.
func (t terminal) tellOfKeyring(ctx context.Context, log *slog.Logger) context.Context {
	return seal.Tell(ctx, func() {
		if log != nil {
			log.Warn(waitsForKeyring)
			return
		}
		fmt.Fprintln(t.err, "nightlatch: "+waitsForKeyring)
	})
}

// openDatabase opens a database with the key that get returns. It opens an existing
// database before it gets the key: a keyring can be slow, and "already running" must be
// reported at once. A database that belongs to another key is refused, because its sealed
// values could not be opened.
func openDatabase(ctx context.Context, cfg bolt.Config, show bolt.Progress, get func() (*seal.Sealer, error)) (*database, error) {
	var keys *seal.Sealer
	load := func() (err error) {
		if keys == nil {
			if keys, err = get(); err != nil {
				keys = nil
			}
		}
		return err
	}
	if _, err := os.Stat(cfg.Path); errors.Is(err, fs.ErrNotExist) {
		if err := load(); err != nil {
			return nil, err
		}
	}
	cfg.Rewrite = func() (*bolt.Rewrite, error) {
		if err := load(); err != nil {
			return nil, err
		}
		r := checked.NewRewriter(keys)
		return &bolt.Rewrite{First: r.First(), Row: r.Row, Done: r.Done, Progress: func(done, total int64) error {
			if err := ctx.Err(); err != nil || show == nil {
				return err
			}
			return show(done, total)
		}}, nil
	}
	file, err := bolt.Open(cfg)
	if err != nil {
		return nil, err
	}
	if err := load(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	s, err := checked.Open(ctx, file, keys)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &database{s, file, keys}, nil
}
