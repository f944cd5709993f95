//go:build unix

package owned

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func made(t *testing.T, path string, mode fs.FileMode, isDir bool) fs.FileInfo {
	t.Helper()
	var err error
	if isDir {
		err = os.MkdirAll(path, 0o700)
	} else {
		err = os.WriteFile(path, nil, 0o600)
	}
	if err := errors.Join(err, os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// Every combination of owner and permissions is accepted or refused as OpenSSH
// does with its keys. A refusal contains the command that repairs it.
func TestOwnersAndModes(t *testing.T) {
	t.Parallel()
	mine := user{uid: uint32(os.Geteuid())}
	const stranger = 4242
	for _, tt := range []struct {
		what  string
		me    user
		mode  fs.FileMode
		check func(me user, path string, info fs.FileInfo) error
		dir   bool
		help  string // "" if it is accepted
	}{
		{"a data directory", mine, 0o700, data, true, ""},
		{"that others can read", mine, 0o755, data, true, ""},
		{"that everybody can write to", mine, 0o777, data, true, "chmod o-w "},
		{"that everybody can add files to", mine, 0o777 | fs.ModeSticky, data, true, "chmod o-w "},
		{"of another user", user{uid: stranger}, 0o700, data, true, "sudo chown "},
		{"a directory above", mine, 0o755, parent, true, ""},
		{"that a group can write to", mine, 0o775, parent, true, ""},
		{"such as /tmp", mine, 0o777 | fs.ModeSticky, parent, true, ""},
		{"that everybody can rename in", mine, 0o777, parent, true, "chmod o-w "},
		{"a file", mine, 0o600, user.file, false, ""},
		{"that is not written to", mine, 0o400, user.file, false, ""},
		{"that others can read", mine, 0o644, user.file, false, "chmod go= "},
		{"that a group can read", mine, 0o640, user.file, false, "chmod go= "},
		{"that others can write to", mine, 0o602, user.file, false, "chmod go= "},
		{"of another user", user{uid: stranger}, 0o600, user.file, false, "sudo chown "},
	} {
		path := filepath.Join(t.TempDir(), "it's here")
		err := tt.check(tt.me, path, made(t, path, tt.mode, tt.dir))
		var no *Error
		switch {
		case tt.help == "" && err != nil:
			t.Errorf("%s: %v", tt.what, err)
		case tt.help != "" && (!errors.Is(err, ErrExposed) || !errors.As(err, &no) || no.Path != path ||
			!strings.Contains(no.Help, tt.help) || !strings.Contains(no.Help, quoted(path)) || !strings.Contains(no.What, path)):
			t.Errorf("%s: %v", tt.what, err)
		}
	}
}

func data(me user, path string, info fs.FileInfo) error   { return me.directory(path, info, true) }
func parent(me user, path string, info fs.FileInfo) error { return me.directory(path, info, false) }

// Root does not work in a user's directory: that user could redirect it
// anywhere, and could not use files that root creates. In a sandbox, the
// system's own directories belong to nobody.
func TestSpecialUsers(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "d")
	info := made(t, dir, 0o700, true)
	if uid := uint32(os.Geteuid()); uid != 0 {
		if err := (user{uid: 0}).directory(dir, info, true); err == nil || !strings.Contains(err.Error(), "sudo -u "+name(uid)) {
			t.Errorf("root in a user's directory: %v", err)
		}
	}
	for _, tt := range []struct {
		me     user
		uid    uint32
		trusts bool
	}{
		{user{uid: 7}, 7, true},
		{user{uid: 7}, 0, true},
		{user{uid: 7}, 8, false},
		{user{uid: 7}, nobody, false},
		{user{uid: 7, unmapped: true}, nobody, true},
	} {
		if tt.me.trusts(tt.uid) != tt.trusts {
			t.Errorf("%+v, %d: want %v", tt.me, tt.uid, tt.trusts)
		}
	}
}

// A directory is refused if a directory above it is unsafe, as spelled or with
// links resolved. A file is refused if the target of its link is unsafe.
func TestParentsAndLinks(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{base}, parts...)...) }
	made(t, at("safe", "data"), 0o700, true)
	made(t, at("open"), 0o700, true)
	made(t, at("open", "between", "data"), 0o700, true)
	made(t, at("open"), 0o777, true)
	made(t, at("open", "key"), 0o600, false)
	for link, to := range map[string]string{
		at("to-open"): at("open", "between", "data"), at("open", "to-safe"): at("safe", "data"),
		at("to-safe"): at("safe", "data"), at("safe", "data", "key"): at("open", "key"),
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	for dir, ok := range map[string]bool{
		at("safe", "data"): true, at("to-safe"): true, at("safe", "data", "new", "deep"): true, at("none"): true,
		at("open", "between", "data"): false, at("to-open"): false, at("open", "to-safe"): false, at("open", "new", "deep"): false,
	} {
		if err := Parents(dir); (err == nil) != ok || err != nil && !errors.Is(err, ErrExposed) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	ours := func(name string) bool { return name == "key" }
	if err := Files(at("safe", "data"), ours); !errors.Is(err, ErrExposed) || !strings.Contains(err.Error(), at("open")) {
		t.Errorf("a link to where everybody can write: %v", err)
	}
	if err := Files(at("safe", "data"), func(string) bool { return false }); err != nil {
		t.Errorf("a file of somebody else's: %v", err)
	}
	if err := syscall.Mkfifo(at("safe", "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Files(at("safe"), func(name string) bool { return name == "pipe" }); !errors.Is(err, ErrExposed) || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a pipe, which nobody may wait for: %v", err)
	}
	if err := os.Chmod(at("open"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Files(at("safe", "data"), ours); err != nil {
		t.Errorf("a link to a safe place: %v", err)
	}
}
