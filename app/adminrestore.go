package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightlatch/server"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/durable"
	"nightlatch/server/store/seal"
)

// restore replaces the data of a directory by a backup. It unpacks, opens and checks the
// backup first. The old files get another name.
func (c *adminCommand) restore(ctx context.Context) error {
	dir, err := prepareDirectory(c.dir)
	if err != nil {
		return err
	}
	at := filepath.Join(dir, databaseName)
	release, err := lockDamaged(at)
	if errors.Is(err, store.ErrInUse) {
		return refuse(err, "Nightlatch is running with the data in %s. Stop it, then restore; nothing was changed.", shortened(dir))
	}
	if err != nil {
		return explainData(dir, err)
	}
	defer release()

	parts, done, err := c.openBackup(ctx)
	if err != nil {
		return err
	}
	defer done()
	u, err := c.unpack(ctx, parts, dir, "restoring-*")
	if err != nil {
		return c.explainOpening(err)
	}
	if err := u.begin(ctx); err != nil {
		return explainData(dir, errors.Join(err, u.remove()))
	}
	err = c.putInPlace(ctx, u, dir)
	if err := errors.Join(err, u.remove()); err != nil {
		return explainData(dir, err)
	}
	m := u.contents.Manifest
	fmt.Fprintf(c.out, "restored %s: %s, as of %s\n", dir, counted(m.Accounts, "account"), m.Made.Format("2006-01-02 15:04:05 UTC"))
	who := "server"
	if u.contents.Lab != nil {
		who = "lab"
	}
	fmt.Fprintf(c.out, "All sessions have ended and all temporary passwords are revoked. When the %s runs next, it notifies every account in its activity list, and by mail and text where it has an address or number.\n"+
		"The notice says that an old password, used backup codes and removed keys may work again.\n", who)
	return nil
}

// begin records the restore in the restored database: sessions end, and the next start
// notifies every account (decision 77).
func (u *unpacked) begin(ctx context.Context) error {
	at := time.Now()
	if text := u.contents.Lab; text != nil && strings.TrimSpace(*text) != "" {
		ahead, err := time.ParseDuration(strings.TrimSpace(*text)) // by the lab's clock
		if err != nil {
			return err
		}
		at = at.Add(ahead)
	}
	s, err := openDatabase(ctx, bolt.Config{Path: u.database(), Now: func() time.Time { return at }}, nil, func() (*seal.Sealer, error) { return u.keys, nil })
	if err != nil {
		return err
	}
	err = server.BeginRestored(ctx, s, at, u.contents.Manifest.Made)
	return errors.Join(err, s.Close())
}

// putInPlace moves the unpacked files to dir. The old database is replaced in the last step.
// After a crash between two steps, the next start refuses a key that does not belong to the
// database, and the restore can be repeated.
func (c *adminCommand) putInPlace(ctx context.Context, u *unpacked, dir string) error {
	stamp := "." + time.Now().UTC().Format("20060102T150405Z")
	key, database := filepath.Join(dir, seal.MasterFile), filepath.Join(dir, databaseName)
	old, err := seal.Load(ctx, dir)
	newKey := err != nil || seal.New(old).Fingerprint() != u.keys.Fingerprint() // else leave the key where it is, maybe in the keyring
	if newKey {
		if err := c.keep(key, stamp); err != nil {
			return err
		}
	}
	if err := c.keep(database, stamp); err != nil {
		return err
	}
	if newKey {
		err := durable.Replace(key, 0o600, durable.Bytes([]byte(u.contents.MasterKey)))
		if err != nil {
			return err
		}
	}
	if err := os.Rename(u.database(), database); err != nil {
		return err
	}
	if err := putLab(u, dir); err != nil {
		return err
	}
	return durable.SyncDir(dir)
}

// putLab marks the directory as a lab's, or not, as it was when the backup was made.
func putLab(u *unpacked, dir string) error {
	mark := filepath.Join(dir, labName)
	if text := u.contents.Lab; text != nil {
		return durable.Replace(mark, 0o600, durable.Bytes([]byte(*text)))
	}
	if err := os.Remove(mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// keep gives a file a second name and prints it. The first name stays until the file is
// replaced.
func (c *adminCommand) keep(path, stamp string) error {
	kept := path + stamp
	err := os.Link(path, kept)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil { // a file system without hard links
		err = os.Rename(path, kept)
	}
	if err == nil {
		fmt.Fprintf(c.out, "the old %s is now %s\n", filepath.Base(path), kept)
	}
	return err
}

// lockDamaged takes the database's lock, so that no server can run. A damaged or missing
// database has no lock.
func lockDamaged(file string) (release func(), err error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	s, err := bolt.OpenReadOnly(bolt.Config{Path: file, Now: time.Now})
	switch {
	case err == nil:
		return func() { s.Close() }, nil
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrNewerVersion), errors.Is(err, store.ErrOldFormat):
		return func() {}, nil
	}
	return nil, err
}
