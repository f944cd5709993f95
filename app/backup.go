package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/checked"
	"nightlatch/server/store/seal"
)

// backup writes a consistent copy of the database, readable only by its owner.
func (c *adminCommand) backup(ctx context.Context) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	n, err := writeNew(c.file, func(f *os.File) (int64, error) { return s.WriteTo(ctx, f) })
	if errors.Is(err, fs.ErrExist) {
		return refuse(err, "%s exists already. Choose another file; a backup never overwrites one.", c.file)
	}
	if err != nil {
		return refuse(err, "The backup could not be written to %s (%s). Free some space or choose another file.", c.file, reason(err))
	}
	fmt.Fprintf(c.out, "%s: %d bytes\nKeep a copy of the key %s in another place, too: the backup cannot be opened without it.\n",
		c.file, n, filepath.Join(c.dir, seal.MasterFile))
	return nil
}

// restore replaces the database by a backup. The old database is kept in the same
// directory.
func (c *adminCommand) restore(ctx context.Context) error {
	dir, err := prepareDirectory(c.dir)
	if err != nil {
		return err
	}
	at := filepath.Join(dir, databaseName)
	release, err := lockDamaged(at)
	if err != nil {
		return explainData(dir, err)
	}
	defer release()

	source, err := os.Open(c.file)
	if err != nil {
		return refuse(err, "The backup %s cannot be read (%s).", c.file, reason(err))
	}
	defer source.Close()
	incoming := filepath.Join(dir, "restoring")
	if err := os.Remove(incoming); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explainData(dir, err)
	}
	defer os.Remove(incoming)
	if _, err := writeNew(incoming, func(f *os.File) (int64, error) { return io.Copy(f, source) }); err != nil {
		return explainData(dir, err)
	}
	err = tryOpen(ctx, dir, incoming)
	var no *refusal
	if errors.As(err, &no) {
		return err
	}
	if err != nil {
		return refuse(err, "%s is not a backup that this version can use (%v). Nothing was changed.", c.file, errors.Unwrap(err))
	}
	if _, err := os.Stat(at); err == nil {
		kept := at + "." + time.Now().UTC().Format("20060102T150405Z")
		if err := os.Rename(at, kept); err != nil {
			return explainData(dir, err)
		}
		fmt.Fprintf(c.out, "the old database is now %s\n", kept)
	}
	if err := os.Rename(incoming, at); err != nil {
		return explainData(dir, err)
	}
	fmt.Fprintf(c.out, "restored %s\n", at)
	key := filepath.Join(dir, seal.MasterFile)
	if _, err := os.Stat(key); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(c.err, "nightlatch: The key %s is missing, and the database cannot be opened without it. Put your copy of it there before you start the server.\n", key)
	}
	return nil
}

// lockDamaged takes the database's lock, so that no server can run. A damaged or missing
// database has no lock.
func lockDamaged(file string) (release func(), err error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	s, err := bolt.Open(bolt.Config{Path: file, Now: time.Now})
	switch {
	case err == nil:
		return func() { s.Close() }, nil
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrNewerVersion), errors.Is(err, store.ErrOldFormat):
		return func() {}, nil
	}
	return nil, err
}

// tryOpen opens, checks and closes a database that is to be used with the key in dir, if
// there is one.
func tryOpen(ctx context.Context, dir, file string) error {
	s, err := bolt.Open(bolt.Config{Path: file, Now: time.Now})
	if errors.Is(err, store.ErrOldFormat) {
		return nil // the next start converts it, and finds out then whether the key is its own
	}
	if err != nil {
		return err
	}
	err = errors.Join(s.Walk(ctx, nil, nil), compareKey(ctx, dir, s), s.Close())
	if rerr := os.Remove(file + ".reserve"); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
		err = errors.Join(err, rerr)
	}
	return err
}

// compareKey refuses a database that belongs to another key than the one in dir.
func compareKey(ctx context.Context, dir string, s store.Store) error {
	master, err := seal.Load(ctx, dir)
	switch {
	case errors.Is(err, seal.ErrKeyMissing):
		return nil // restore says so
	case err != nil:
		return explainData(dir, err)
	}
	if _, err = checked.Compare(ctx, s, seal.New(master)); errors.Is(err, store.ErrOtherKey) {
		return refuse(err, "The backup belongs to another key than %s, so it could not be opened with it. Put the key that was kept with the backup there, or restore to another directory with --data; nothing was changed.", filepath.Join(dir, seal.MasterFile))
	}
	return err
}

// writeNew makes a file that only its owner can read, and syncs it to the disk. After an
// error it removes the file.
func writeNew(path string, write func(*os.File) (int64, error)) (n int64, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	n, err = write(f)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return n, err
}
