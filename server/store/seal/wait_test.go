package seal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A keyring that never answers gets 30 seconds. One that answers the check
// gets two minutes, since its user may be typing a password. After two seconds
// the user gets a message. After the limit, a key in the keyring cannot be
// read, and a new key goes into a file.
func TestKeyringThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		alive bool
		limit time.Duration
		err   error
	}{{false, silentLimit, ErrSilent}, {true, promptLimit, ErrLocked}} {
		synctest.Test(t, func(t *testing.T) {
			p := newMemoryRing()
			p.hangs, p.alive = make(chan struct{}), tt.alive
			defer close(p.hangs)
			told, begun := time.Duration(0), time.Now()
			ctx := Tell(t.Context(), func() {
				if told == 0 {
					told = time.Since(begun)
				}
			})
			_, err := read(ctx, inKeyring+"master-x", p)
			if took := time.Since(begun); !errors.Is(err, tt.err) || !errors.Is(err, ErrKeyring) || took != tt.limit || told != sayAfter {
				t.Errorf("alive %v: %v after %v, told after %v", tt.alive, err, took, told)
			}
			dir := t.TempDir()
			begun = time.Now()
			if _, err := loadOrCreate(ctx, dir, p); err != nil {
				t.Errorf("a new key: %v", err)
			}
			if text := masterFile(t, dir); !strings.HasPrefix(text, inFile) || time.Since(begun) != tt.limit {
				t.Errorf("a new key after %v: %.20q", time.Since(begun), text)
			}
		})
	}
}

// A late answer ends the wait, and so does the end of the context.
func TestKeyringThatAnswersLate(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{time.Second, 20 * time.Second, 110 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			p := newMemoryRing()
			p.hangs, p.alive = make(chan struct{}), true
			p.entries["master-x"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
			time.AfterFunc(after, func() { close(p.hangs) })
			if _, err := read(t.Context(), inKeyring+"master-x", p); err != nil {
				t.Errorf("after %v: %v", after, err)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			p := newMemoryRing()
			p.hangs = make(chan struct{})
			defer close(p.hangs)
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			begun := time.Now()
			if _, err := read(ctx, inKeyring+"master-x", p); !errors.Is(err, context.DeadlineExceeded) && after < silentLimit || time.Since(begun) > after {
				t.Errorf("cancelled after %v: %v, %v", after, err, time.Since(begun))
			}
		})
	}
}

// A problem with the key file is reported as it is, and nothing blocks for
// ever.
func TestKeyFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for what, make := range map[string]func(path string) error{
		"a directory":          func(path string) error { return os.Mkdir(path, 0o700) },
		"a link to nowhere":    func(path string) error { return os.Symlink("/nowhere/key", path) },
		"a link to a pipe":     func(path string) error { return os.Symlink("/dev/tty", path) },
		"a link to itself":     func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"a link to the device": func(path string) error { return os.Symlink(os.DevNull, path) },
	} {
		dir := t.TempDir()
		if err := make(filepath.Join(dir, MasterFile)); err != nil {
			t.Fatal(err)
		}
		for _, load := range []func() ([32]byte, error){
			func() ([32]byte, error) { return LoadOrCreate(t.Context(), dir, false) },
			func() ([32]byte, error) { return Load(t.Context(), dir) },
		} {
			if _, err := load(); !errors.Is(err, ErrKeyUnreadable) || errors.Is(err, ErrKeyMissing) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}
