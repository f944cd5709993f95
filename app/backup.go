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
	"nightlatch/server/store/seal"
)

// backup writes a consistent copy of the database, for its owner's eyes alone.
func (c *adminCommand) backup(ctx context.Context) error {
	s, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	n, err := writeNew(c.file, func(f *os.File) (int64, error) { return s.WriteTo(ctx, f) })
	if errors.Is(err, fs.ErrExist) {
		return refuse(err, "%s is there already. Choose another file; a backup never overwrites one.", c.file)
	}
	if err != nil {
		return refuse(err, "The backup could not be written to %s (%s). Free some space or choose another place.", c.file, reason(err))
	}
	fmt.Fprintf(c.out, "%s: %d bytes\nKeep the key %s too, in another place: without it nobody opens the backup.\n",
		c.file, n, filepath.Join(c.dir, seal.MasterFile))
	return nil
}

// restore puts a backup in the place of the database. The one that was there is
// kept beside it.
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
	if err := tryOpen(ctx, incoming); err != nil {
		return refuse(err, "%s is no backup that this version can use (%v). Nothing was changed.", c.file, errors.Unwrap(err))
	}
	if _, err := os.Stat(at); err == nil {
		kept := at + "." + time.Now().UTC().Format("20060102T150405Z")
		if err := os.Rename(at, kept); err != nil {
			return explainData(dir, err)
		}
		fmt.Fprintf(c.out, "the database that was there is now %s\n", kept)
	}
	if err := os.Rename(incoming, at); err != nil {
		return explainData(dir, err)
	}
	fmt.Fprintf(c.out, "restored %s\n", at)
	key := filepath.Join(dir, seal.MasterFile)
	if _, err := os.Stat(key); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(c.err, "nightlatch: The key %s is missing, and nothing else opens this database. Put it there from where you keep a copy, before you start the server.\n", key)
	}
	return nil
}

// lockDamaged takes the database's lock, so that no server runs; a damaged or
// missing database has none to take.
func lockDamaged(file string) (release func(), err error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	s, err := bolt.Open(bolt.Config{Path: file, Now: time.Now})
	switch {
	case err == nil:
		return func() { s.Close() }, nil
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrNewerVersion):
		return func() {}, nil
	}
	return nil, err
}

// tryOpen opens and checks a database, and closes it again.
func tryOpen(ctx context.Context, file string) error {
	s, err := bolt.Open(bolt.Config{Path: file, Now: time.Now})
	if err != nil {
		return err
	}
	err = errors.Join(s.Check(ctx), s.Close())
	if rerr := os.Remove(file + ".reserve"); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
		err = errors.Join(err, rerr)
	}
	return err
}

// writeNew makes a file that only its owner can read, and makes sure that it is
// on the disk. What cannot be finished is taken away again.
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
