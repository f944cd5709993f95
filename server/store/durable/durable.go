// Package durable creates files that are complete or absent, even after kill -9 or a
// loss of power.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Create creates a file at path with mode. fill writes its contents; then the file and
// its directory are synced. The name appears only when the file is complete. An existing
// file is not changed, and the error is fs.ErrExist.
func Create(path string, mode fs.FileMode, fill func(*os.File) error) error {
	return createFile(path, mode, fill, func(from string) error {
		// A rename would replace an existing file; a hard link does not.
		err := os.Link(from, path)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		return renameNew(from, path)
	})
}

// Replace is Create, but replaces an existing file. The old file stays complete until
// the new one is.
func Replace(path string, mode fs.FileMode, fill func(*os.File) error) error {
	return createFile(path, mode, fill, func(from string) error { return os.Rename(from, path) })
}

// Bytes returns a function that writes b to a file.
func Bytes(b []byte) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.Write(b)
		return err
	}
}

// createFile fills and syncs a temporary file beside path, calls name to give it its name, and
// syncs the directory.
func createFile(path string, mode fs.FileMode, fill func(*os.File) error, name func(from string) error) (err error) {
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

// renameNew is for file systems without hard links (FAT). If two programs call it at the
// same moment, both can succeed, since the check and the rename are two steps.
func renameNew(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}

// SyncDir syncs the directory, so that new and renamed names in it are durable.
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
