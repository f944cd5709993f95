// Package owned checks that nobody but this user, and root, can read or change the files of
// a data directory.
//
// It looks at the owner and the permissions of the directory, of every directory above it,
// and of the files in it. A directory above matters because whoever can rename in it can put
// another data directory there, with a key of their own. Permissions of a group are accepted
// above the data directory: who is in a group is the administrator's decision.
//
// On Windows nothing is checked: a directory of a user's profile inherits its access list.
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

// An Error says what is wrong with a file or directory, and what helps. Both are sentences.
type Error struct {
	Path string
	What string
	Help string
}

func (e *Error) Error() string { return e.What + " " + e.Help }

func (e *Error) Unwrap() error { return ErrExposed }

// Parents checks the directories above dir that exist. Call it before dir is made.
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

// Files checks the files of dir whose names are ours, wherever a link leads.
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
			continue // a link that leads nowhere, or a file that was just deleted
		}
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSocket && !info.IsDir() { // to open a pipe can take for ever
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

// File checks an open file. The name may have led elsewhere when Files looked.
func File(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return self().file(f.Name(), info)
}

// target checks where a link leads to.
func (me user) target(link string) error {
	real, err := filepath.EvalSymlinks(link)
	if err != nil {
		return err
	}
	return parents(real, me)
}

// parents checks every directory above path, as it is written and where its links lead.
func parents(path string, me user) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := above(path, me); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil || real == path { // it need not exist
		return nil
	}
	return above(real, me)
}

func above(path string, me user) error {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission): // whoever opens it finds that out
		case err != nil:
			return nil // as well: it is no directory, for example
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

// quoted returns a path as a shell takes it.
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
