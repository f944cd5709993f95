package seal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A memoryRing is a keyring in memory.
type memoryRing struct {
	mu      sync.Mutex
	entries map[string]string
	err     error         // of every call
	drops   bool          // accepts entries and does not store them
	hangs   chan struct{} // calls wait for it
	alive   bool          // it answers the check that it is alive
}

func (p *memoryRing) call(fn func() (string, error)) (string, error) {
	if p.hangs != nil {
		<-p.hangs
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return "", p.err
	}
	return fn()
}

func (p *memoryRing) Get(entry string) (string, error) {
	return p.call(func() (string, error) {
		secret, ok := p.entries[entry]
		if !ok {
			return "", errNoEntry
		}
		return secret, nil
	})
}

func (p *memoryRing) Set(entry, secret string) error {
	_, err := p.call(func() (string, error) {
		if !p.drops {
			p.entries[entry] = secret
		}
		return "", nil
	})
	return err
}

func (p *memoryRing) Answers(context.Context) bool { return p.alive }

func newMemoryRing() *memoryRing { return &memoryRing{entries: make(map[string]string)} }

// load returns the key, or fails the test.
func load(t *testing.T, dir string, r ring) [32]byte {
	t.Helper()
	key, err := loadOrCreate(t.Context(), dir, r)
	if err != nil {
		t.Fatal(err)
	}
	if key == ([32]byte{}) {
		t.Fatal("the key is zeros")
	}
	return key
}

func masterFile(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, MasterFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMasterInAFile(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	key, err := LoadOrCreate(t.Context(), dir, false)
	if err != nil {
		t.Fatal(err)
	}
	fi, err := os.Stat(filepath.Join(dir, MasterFile))
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", fi.Mode(), err)
	}
	again, err := LoadOrCreate(t.Context(), dir, true) // the key stays in the file
	if err != nil || again != key {
		t.Errorf("loaded again: %v, same key: %v", err, again == key)
	}
	if other := load(t, t.TempDir(), nil); other == key {
		t.Error("two directories have one key")
	}
}

func TestMasterInTheKeyring(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newMemoryRing()
	key := load(t, dir, p)
	if load(t, dir, p) != key {
		t.Error("the second load returned another key")
	}
	if text := masterFile(t, dir); !strings.HasPrefix(text, inKeyring) || len(p.entries) != 1 {
		t.Errorf("the file says %q, %d entries", text, len(p.entries))
	}
	p.entries = map[string]string{}
	if _, err := loadOrCreate(t.Context(), dir, p); !errors.Is(err, ErrNoEntry) || errors.Is(err, ErrKeyMissing) {
		t.Errorf("entry deleted: %v, want ErrNoEntry", err)
	}
	p.err = errors.New("locked")
	if _, err := loadOrCreate(t.Context(), dir, p); !errors.Is(err, ErrKeyring) {
		t.Errorf("keyring locked: %v, want ErrKeyring", err)
	}
}

func TestMasterWithoutAUsableKeyring(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*memoryRing{
		"refuses":       {err: errors.New("no collection")},
		"drops entries": {entries: map[string]string{}, drops: true},
	} {
		dir := t.TempDir()
		key := load(t, dir, p)
		if text := masterFile(t, dir); !strings.HasPrefix(text, inFile) {
			t.Errorf("%s: the file says %q", name, text)
		}
		if load(t, dir, nil) != key {
			t.Errorf("%s: the second load returned another key", name)
		}
	}
}

func TestMasterWaitsNoLongerThanTheContext(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newMemoryRing()
	p.hangs = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := loadOrCreate(ctx, dir, p); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := os.Stat(filepath.Join(dir, MasterFile)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a key was made")
	}
	close(p.hangs)
}

// TestMasterMissing: no new key is made if there is a database.
func TestMasterMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nightlatch.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, r := range []ring{nil, newMemoryRing()} {
		if _, err := loadOrCreate(t.Context(), dir, r); !errors.Is(err, ErrKeyMissing) {
			t.Errorf("got %v, want ErrKeyMissing", err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, MasterFile)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a key was made")
	}
}

func TestMasterDamaged(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", inFile, inFile + "AAAA", inFile + strings.Repeat("A", 80), inFile + "***"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, MasterFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadOrCreate(t.Context(), dir, nil); !errors.Is(err, ErrKeyDamaged) {
			t.Errorf("%q: %v, want ErrKeyDamaged", text, err)
		}
		if got := masterFile(t, dir); got != text {
			t.Errorf("the file was changed to %q", got)
		}
	}
}

func TestMasterErrorsHoldNoKey(t *testing.T) {
	t.Parallel()
	const secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldCBzZWNyZXQ"
	_, err := read(t.Context(), inFile+secret, nil)
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
}

// TestMasterAtOnce: programs that start at the same time on a new directory get the same
// key.
func TestMasterAtOnce(t *testing.T) {
	t.Parallel()
	for _, r := range []ring{nil, newMemoryRing()} {
		dir := t.TempDir()
		keys := make([][32]byte, 16)
		var group sync.WaitGroup
		for i := range keys {
			group.Go(func() {
				key, err := loadOrCreate(t.Context(), dir, r)
				if err != nil {
					t.Error(err)
				}
				keys[i] = key
			})
		}
		group.Wait()
		for _, key := range keys {
			if key != keys[0] {
				t.Fatal("two programs have different keys")
			}
		}
	}
}

func FuzzMasterFile(f *testing.F) {
	f.Add(inFile + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	f.Add(inKeyring + "master-x")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := read(t.Context(), text, newMemoryRing()); err != nil &&
			!errors.Is(err, ErrKeyDamaged) && !errors.Is(err, ErrNoEntry) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// A key file is still accepted after an editor has saved it.
func TestKeyFileAsEditorsWriteIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want, err := LoadOrCreate(t.Context(), dir, false)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, MasterFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.TrimSpace(string(text))
	var sixteen strings.Builder
	sixteen.WriteString("\xff\xfe")
	for i := range len(plain) {
		sixteen.WriteString(string([]byte{plain[i], 0}))
	}
	for name, as := range map[string]string{
		"byte order mark": "\xef\xbb\xbf" + plain, "CR LF": plain + "\r\n", "no newline": plain, "UTF-16": sixteen.String(),
	} {
		if err := os.WriteFile(file, []byte(as), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := LoadOrCreate(t.Context(), dir, false); err != nil || got != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(file, []byte(sixteen.String()[2:]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreate(t.Context(), dir, false); !errors.Is(err, ErrKeyDamaged) || !strings.Contains(err.Error(), "save it as UTF-8") {
		t.Errorf("UTF-16 without a mark: %v", err)
	}
}
