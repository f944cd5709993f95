package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"nightlatch/server/rawtext"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/owned"
	"nightlatch/server/store/seal"
)

// A refusal is an error message for users: what happened and what to do.
type refusal struct {
	sentence string
	cause    error
}

func (r *refusal) Error() string { return r.sentence }
func (r *refusal) Unwrap() error { return r.cause }

func refuse(cause error, format string, args ...any) error {
	return &refusal{sentence: fmt.Sprintf(format, args...), cause: cause}
}

// explainData turns an error of the data directory into a refusal.
func explainData(dir string, err error) error {
	var known *refusal
	if err == nil || errors.As(err, &known) {
		return err // do not access a disk that may not answer
	}
	var record *store.DamagedError
	var space *bolt.SpaceError
	var encoding *rawtext.FileError
	var open *owned.Error
	file := shortened(filepath.Join(dir, databaseName))
	stat, absent := os.Stat(filepath.Join(dir, databaseName))
	dir = shortened(dir)
	switch {
	case errors.As(err, &open):
		return refuse(err, "%s", open)
	case errors.Is(err, store.ErrInUse):
		return refuse(err, "Nightlatch is already running with the data in %s. Use that one, stop it first, or choose another directory with --data.", dir)
	case errors.Is(err, store.ErrNewerVersion):
		return refuse(err, "%s was written by a newer version of Nightlatch than this one (%s). Install the newer version; nothing was changed.", file, version)
	case errors.As(err, &record):
		return refuse(err, "%s is damaged: the checksum of %s is wrong. Restore a backup, or choose another directory with --data.", file, record.Record())
	case errors.Is(err, store.ErrDamaged):
		return refuse(err, "%s is damaged; nothing was changed. Restore a backup, or choose another directory with --data.", file)
	case errors.Is(err, seal.ErrKeyDamaged) && errors.As(err, &encoding):
		return refuse(err, "The key %s cannot be read: %s. Nothing was changed.", filepath.Join(dir, seal.MasterFile), encoding.Why)
	case errors.Is(err, seal.ErrKeyring), errors.Is(err, seal.ErrKeyMissing), errors.Is(err, seal.ErrKeyDamaged), errors.Is(err, seal.ErrKeyUnreadable):
		return refuse(err, "%s", explainMasterKey(filepath.Join(dir, seal.MasterFile), file, absent != nil, err))
	case errors.As(err, &space):
		return refuse(err, "The database has to be converted to the format of this version. That takes %s on the disk with %s, but only %s are free. Free some space and start again; nothing was changed.", size(space.Need), dir, size(space.Free))
	case errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return refuse(err, "There is no space left on the disk that holds %s. Free some space and start again; nothing was changed.", dir)
	case errors.Is(err, store.ErrNotWritable) && absent == nil && !stat.Mode().IsRegular():
		return refuse(err, "%s is not a file, so it cannot be the database. Move it away, or choose another directory with --data.", file)
	case errors.Is(err, store.ErrNotWritable), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return refuse(err, "Nightlatch cannot write to %s (%s). Give yourself permission to write there, or choose another directory with --data.", dir, reason(err))
	case errors.Is(err, store.ErrOtherKey):
		return refuse(err, "The key %s is not the one that belongs to %s, so the database cannot be opened. Put the right key there; nothing was changed.", filepath.Join(dir, seal.MasterFile), file)
	case errors.Is(err, store.ErrUnavailable):
		return refuse(err, "The disk that holds %s failed (%s). Check the disk, then start again.", dir, reason(err))
	}
	place := dir
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		place = shortened(at.Path)
	}
	return refuse(err, "Nightlatch cannot use %s (%s). Choose another directory with --data.", place, reason(err))
}

// shortened shortens a very long path in the middle.
func shortened(path string) string {
	const begin, end = 120, 60 // characters
	if letters := []rune(path); len(letters) > begin+end {
		return string(letters[:begin]) + "…" + string(letters[len(letters)-end:])
	}
	return path
}

// reason returns the system's error text, if there is one.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
