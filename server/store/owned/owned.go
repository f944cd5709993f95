// Package owned checks that only this user and root can read or change the
// files of a data directory.
//
// It checks the owner and the permissions of the directory, of all directories
// above it, and of the files in it. The directories above matter because a
// user who can rename files in one of them can replace the data directory by
// another one, with another key. Above the data directory, write permission
// for a group is accepted: the administrator decides who is in the group.
//
// On Windows nothing is checked, because a directory in a user's profile
// inherits its access list.
package owned

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrExposed is wrapped by every error about an owner or a permission.
var ErrExposed = errors.New("owned: other users can read or change it")

// An Error describes what is wrong with a file or directory, and how to repair
// it. Both are sentences.
type Error struct {
	Path string
	What string
	Help string
}

func (e *Error) Error() string { return e.What + " " + e.Help }

func (e *Error) Unwrap() error { return ErrExposed }

// Parents checks the existing directories above dir. Call it before dir is
// created.
func Parents(dir string) error { return parents(dir, self()) }

// Directory checks dir and the directories above it.
func Directory(dir string) error {
	me := self()
	if err := parents(dir, me); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	return me.directory(dir, info, true)
}

// OrRoot reports whether dir is a directory that belongs to this user, or any directory if
// this user is root. It is false on systems without such owners.
func OrRoot(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir() && self().ownsOrRoot(info)
}

// Files checks the files of dir for which ours is true, and the targets of
// links.
func Files(dir string, ours func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	me := self()
	for _, e := range entries {
		if !ours(e.Name()) || e.IsDir() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a link without a target, or a file that was just deleted
		}
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSocket && !info.IsDir() { // opening a pipe can block for ever
			return exposed(path, "%s is not a file.", "Move it away.")
		}
		if err := me.file(path, info); err != nil {
			return err
		}
		if e.Type()&fs.ModeSymlink != 0 {
			if err := me.target(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// File checks an open file. After Files, the name may have been changed to
// another file.
func File(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return self().file(f.Name(), info)
}

// target checks the target of a link.
func (me user) target(link string) error {
	real, err := filepath.EvalSymlinks(link)
	if err != nil {
		return err
	}
	return parents(real, me)
}

// parents checks every directory above path, as spelled and with links
// resolved.
func parents(path string, me user) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := above(path, me); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil || real == path { // the path need not exist
		return nil
	}
	return above(real, me)
}

func above(path string, me user) error {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission): // opening it reports the error
		case err != nil:
			return nil // the same, for example if it is no directory
		default:
			if err := me.directory(dir, info, false); err != nil {
				return err
			}
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// quoted returns a path in the quotes of a shell.
func quoted(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+,:@%", r))
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func exposed(path, what, help string, args ...any) error {
	return &Error{Path: path, What: fmt.Sprintf(what, path), Help: fmt.Sprintf(help, args...)}
}
