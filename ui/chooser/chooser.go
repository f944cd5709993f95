// Package chooser asks the desktop for the path of a file or a folder, with the dialog that
// all its programs use.
package chooser

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// A Request says what the person is to choose.
type Request struct {
	Title  string // of the dialog
	Accept string // label of its button
	Folder bool   // an existing folder; otherwise a file to save
	Start  string // the path that is offered; may be empty
	Parent string // the window that waits, "x11:" (as the portal names it) or "hwnd:", and the ID in hex; may be empty
}

// A Chooser asks the person. It returns the path, "" if the person cancelled, or ErrNone.
// ctx ends the dialog.
type Chooser func(ctx context.Context, r Request) (path string, err error)

// ErrNone is the error of a desktop that has no chooser.
var ErrNone = errors.New("chooser: this desktop offers no file chooser")

// Expand returns a path that a person typed with ~ in place of the home folder. The paths of
// other people's homes (~name) stay as they are.
func Expand(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, rest)
}
