package main

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// install copies a program to where nobody builds it anew meanwhile, and leaves
// it on the disk alone, as it lies after it was installed. Straight from the
// linker or a copy it lies in memory in large pieces, of which a process is
// counted the whole wherever it touches one: a third more memory than on any
// later day.
func install(to, from string) error {
	if err := copyFile(to, from, 0o755); err != nil {
		return err
	}
	return evict(to)
}

func copyFile(to, from string, mode os.FileMode) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}

// evict makes the kernel forget what it read or wrote of a file.
func evict(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}
