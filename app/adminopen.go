package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"nightlatch/app/secret"
	"nightlatch/server/backup"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

// An unpacked backup is a directory with the database. Its key stays in memory.
type unpacked struct {
	dir      string
	contents backup.Contents
	keys     *seal.Sealer
}

func (u *unpacked) database() string { return filepath.Join(u.dir, databaseName) }

func (u *unpacked) remove() error { return os.RemoveAll(u.dir) }

// unpack writes the database of a backup to a new directory in parent, opens it with the
// backup's key and checks everything. Call remove at the end.
func (c *adminCommand) unpack(ctx context.Context, parts io.Reader, parent, pattern string) (_ *unpacked, err error) {
	dir, err := os.MkdirTemp(parent, pattern)
	if err != nil {
		return nil, err
	}
	u := &unpacked{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, u.remove())
		}
	}()
	p := c.progress("unpacking the backup")
	u.contents, err = backup.Unpack(ctx, parts, u.database(), p.set)
	p.end()
	if err != nil {
		return nil, err
	}
	if u.keys, err = seal.Import(u.contents.MasterKey); err != nil {
		return nil, &unusableError{err}
	}
	if err := c.checkUnpacked(ctx, u); err != nil {
		return nil, &unusableError{err}
	}
	return u, nil
}

// checkUnpacked opens the database with its key and checks everything.
func (c *adminCommand) checkUnpacked(ctx context.Context, u *unpacked) error {
	s, err := openDatabase(ctx, bolt.Config{Path: u.database(), Now: time.Now}, c.converting(nil), func() (*seal.Sealer, error) { return u.keys, nil })
	if err != nil {
		return err
	}
	p := c.progress("checking the backup")
	defer p.end()
	_, err = s.verify(ctx, func(done, total int64) error { p.set(done, total); return nil })
	return errors.Join(err, s.Close())
}

// An unusableError reports a backup that decrypts, but whose database cannot be used: it
// is damaged, of a newer version, or does not fit its key.
type unusableError struct{ err error }

func (e *unusableError) Error() string { return e.err.Error() }
func (e *unusableError) Unwrap() error { return e.err }

// checkParts unpacks a backup where there is room, and checks everything in it. Without
// room it compares the checksums and sets c.unchecked.
func (c *adminCommand) checkParts(ctx context.Context, parts io.Reader) (backup.Contents, error) {
	u, err := c.unpack(ctx, parts, "", "nightlatch-check-*")
	if err == nil {
		return u.contents, u.remove()
	}
	if noRoom(err) {
		c.unchecked = true
		return backup.Contents{}, backup.ErrAgain
	}
	return backup.Contents{}, err
}

// noRoom reports whether a directory cannot be written to.
func noRoom(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, fs.ErrPermission, fs.ErrNotExist, store.ErrFull, store.ErrNotWritable} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// openBackup reads the key of c.file and returns its parts. Call the returned function at
// the end.
func (c *adminCommand) openBackup(ctx context.Context) (parts io.Reader, done func(), err error) {
	f, err := openPlain(ctx, c.file, c.say)
	if errors.Is(err, context.Canceled) {
		return nil, nil, c.explainOpening(err)
	}
	if err != nil {
		return nil, nil, refuse(err, "The backup %s cannot be read (%s).", c.file, reason(err))
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := backup.Looks(f); err != nil {
		return nil, nil, c.explainOpening(err)
	}
	if c.backups.passphrase.From == "" && !secret.IsTerminal(c.in) {
		return nil, nil, usagef("the backup's passphrase or recovery key is missing: give --passphrase-from SOURCE, or type it at a terminal")
	}
	text, err := readSecret(ctx, c.terminal, &c.backups.passphrase)
	if err != nil {
		return nil, nil, err
	}
	opener, err := backup.OpenerFor(text)
	if err != nil {
		return nil, nil, c.explainOpening(err)
	}
	if parts, err = backup.Decrypt(f, opener); err != nil {
		return nil, nil, c.explainOpening(err)
	}
	return parts, func() { f.Close() }, nil
}

// explainOpening turns an error of opening a backup into a refusal.
func (c *adminCommand) explainOpening(err error) error {
	var known *refusal
	var unusable *unusableError
	switch {
	case errors.Is(err, context.Canceled):
		return refuse(err, "Interrupted. Nothing was changed.")
	case errors.Is(err, backup.ErrBare):
		return refuse(err, "%s is a bare database without its key, not a backup. Earlier versions made such files. To use it, put it into a data directory as %s, together with its %s.", c.file, databaseName, backup.PartKey)
	case errors.Is(err, backup.ErrNewer), errors.Is(err, store.ErrNewerVersion):
		return refuse(err, "%s was made by a newer version of Nightlatch than this one (%s). Install the newer version; nothing was changed.", c.file, version)
	case errors.Is(err, backup.ErrOtherKind):
		return refuse(err, "%s needs the other kind of key: a recovery key (AGE-SECRET-KEY-…) instead of a passphrase, or a passphrase instead of a recovery key. Nothing was changed.", c.file)
	case errors.Is(err, backup.ErrWrongKey):
		return refuse(err, "This passphrase or recovery key does not open %s. Check it for typing mistakes, and that it belongs to this backup; nothing was changed.", c.file)
	case errors.Is(err, store.ErrOtherKey):
		return refuse(err, "The database in %s does not belong to the key in the same backup, so it could not be used. It belongs to another key. Use another backup; nothing was changed.", c.file)
	case errors.Is(err, backup.ErrNotBackup):
		return refuse(err, "%s is not a backup of Nightlatch, or it is damaged. Use another backup; nothing was changed.", c.file)
	case noRoom(err):
		return refuse(err, "There is no room to unpack %s (%s). Free some space; nothing was changed.", c.file, reason(err))
	case errors.As(err, &unusable):
		return refuse(err, "The database in %s cannot be used (%v). Use another backup; nothing was changed.", c.file, unusable)
	case errors.As(err, &known):
		return err
	}
	return refuse(err, "%s cannot be read (%s). Nothing was changed.", c.file, reason(err))
}
