// Package durable makes files that are either there whole or not there at all,
// also after kill -9 or loss of power.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Create writes a new file at path with mode, through fill, and syncs it and its
// directory. The file appears under its name only when it is complete. If there
// is one already it is left alone and the error is fs.ErrExist.
func Create(path string, mode fs.FileMode, fill func(*os.File) error) error {
	return place(path, mode, fill, func(from string) error {
		// A hard link never replaces a file, a rename would.
		err := os.Link(from, path)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		return renameNew(from, path)
	})
}

// Replace does what Create does, and takes the place of a file that is there
// already: that is whole until the new one is.
func Replace(path string, mode fs.FileMode, fill func(*os.File) error) error {
	return place(path, mode, fill, func(from string) error { return os.Rename(from, path) })
}

// place fills and syncs a file beside path, gives it its name, and syncs that.
func place(path string, mode fs.FileMode, fill func(*os.File) error, name func(from string) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		f.Close()
		if rmErr := os.Remove(f.Name()); err == nil && rmErr != nil && !errors.Is(rmErr, fs.ErrNotExist) {
			err = rmErr
		}
	}()
	if err := f.Chmod(mode); err != nil && runtime.GOOS != "windows" {
		return err
	}
	if err := fill(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := name(f.Name()); err != nil {
		return err
	}
	return SyncDir(dir)
}

// renameNew serves file systems without hard links (FAT). Two programs that
// start in the same instant are told apart by the look before the rename.
func renameNew(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}

// SyncDir makes the names in dir durable.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be opened for syncing; NTFS journals names
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
