package bolt

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// kill -9 cannot show that a sync is missing, because the kernel keeps unsynced writes.
// These tests simulate a power cut. They record the system calls of a program. After each
// call, any part of the unsynced writes may be on the disk: none, all, only the last, or
// any of them, also only some sectors. In each of these states, the store must open and
// have everything that was acknowledged by then.

// powerWrites is the number of transactions that the program writes.
const powerWrites = 96

// playPower writes to a new database from several goroutines, and prints the acknowledged
// transactions. The file grows in small steps, so that the test includes growing.
func playPower(sync bool) func(path string) error {
	return func(path string) error {
		s, err := Open(config(path))
		if err != nil {
			return err
		}
		s.db.AllocSize = 64 << 10
		s.db.NoSync = !sync
		fmt.Println("open")
		var group writers
		for range 4 {
			group.Go(func() error {
				for range powerWrites / 4 {
					n, err := writeOne(s)
					if err != nil {
						return err
					}
					fmt.Fprintf(os.Stdout, "%d\n", n)
				}
				return nil
			})
		}
		return errors.Join(group.Wait(), s.Close())
	}
}

// writers runs goroutines and joins their errors.
type writers struct {
	sync.WaitGroup
	mu  sync.Mutex
	err error
}

func (w *writers) Go(fn func() error) {
	w.WaitGroup.Go(func() {
		err := fn()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.err = errors.Join(w.err, err)
	})
}

func (w *writers) Wait() error {
	w.WaitGroup.Wait()
	return w.err
}

func TestPowerCutLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	events := traced(t, "power", filepath.Join(dir, "test.db"))
	cuts, err := cutPower(t, events)
	if err != nil {
		t.Error(err)
	}
	if cuts < 200 {
		t.Errorf("only %d different disks after %d events", cuts, len(events))
	}
	t.Logf("%d events, %d different disks", len(events), cuts)

	// The test must fail if any of the syncs is missing.
	for _, tt := range []struct {
		name  string
		drops func(e event, meta bool) bool // meta: a meta page was written last
	}{
		{"of the file", func(e event, _ bool) bool { return e.name == "test.db" }},
		{"of a commit's pages", func(e event, meta bool) bool { return e.name == "test.db" && !meta }},
		{"of a commit's meta page", func(e event, meta bool) bool { return e.name == "test.db" && meta }},
		{"of the directory", func(e event, _ bool) bool { return e.name == "." }},
		{"of the new file", func(e event, _ bool) bool { return strings.Contains(e.name, ".new-") }},
	} {
		var without []event
		meta := false
		for _, e := range events {
			if e.call == "write" || e.call == "truncate" {
				meta = e.call == "write" && e.at < 2*int64(os.Getpagesize())
			}
			if e.call != "sync" || !tt.drops(e, meta) {
				without = append(without, e)
			}
		}
		if len(without) == len(events) {
			t.Errorf("there is no sync %s", tt.name)
		} else if _, err := cutPower(t, without); err == nil {
			t.Errorf("the test does not notice a missing sync %s", tt.name)
		} else {
			t.Logf("without the sync %s: %v", tt.name, err)
		}
	}
}

// TestPowerCutDetectsAMissingSync: the test fails for a program that does not sync.
func TestPowerCutDetectsAMissingSync(t *testing.T) {
	t.Parallel()
	events := traced(t, "power, no sync", filepath.Join(t.TempDir(), "test.db"))
	if _, err := cutPower(t, events); err == nil {
		t.Error("no loss was found in a database that is never synced")
	}
}

// cutPower applies events to a disk and checks every state that a power cut could leave. It
// returns the number of different states, and the error of the first bad one.
func cutPower(t *testing.T, events []event) (cuts int, err error) {
	t.Helper()
	d := newDisk()
	rnd := rand.New(rand.NewPCG(7, 7))
	seen := map[[sha256.Size]byte]bool{}
	opened, acknowledged := false, uint64(0)
	base := t.TempDir()
	for i, e := range events {
		if e.call == "print" {
			for line := range strings.Lines(string(e.data)) {
				opened = true // it prints only after it has opened the database
				acknowledged = note(t, acknowledged, strings.TrimSpace(line))
			}
		}
		d.do(e)
		for _, left := range []image{d.image(noneLeft), d.image(allLeft), d.image(lastLeft), d.image(anyOf(rnd)), d.image(torn(rnd))} {
			key := left.sum(acknowledged, opened)
			if seen[key] {
				continue
			}
			seen[key] = true
			at := filepath.Join(base, fmt.Sprint(len(seen)))
			if err := left.check(at, opened, acknowledged); err != nil {
				return len(seen), fmt.Errorf("event %d (%s), %s: %w", i, e, left.kept, err)
			}
			if err := os.RemoveAll(at); err != nil {
				t.Fatal(err)
			}
		}
	}
	return len(seen), nil
}

// check writes an image into a new directory and opens the database.
func (im image) check(dir string, opened bool, acknowledged uint64) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for name, data := range im.files {
		if err := writeSparse(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	path := filepath.Join(dir, "test.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if opened {
			return errors.New("the database is gone")
		}
		return nil
	}
	return examine(path, acknowledged)
}

// writeSparse writes the parts of a file that are not zero.
func writeSparse(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = f.Truncate(int64(len(data)))
	const block = 4096
	for at := 0; at < len(data) && err == nil; at += block {
		if part := data[at:min(at+block, len(data))]; !bytes.Equal(part, make([]byte, len(part))) {
			_, err = f.WriteAt(part, int64(at))
		}
	}
	return errors.Join(err, f.Close())
}

// sum identifies an image and what is expected of it.
func (im image) sum(acknowledged uint64, opened bool) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintln(h, acknowledged, opened)
	for _, name := range slices.Sorted(maps.Keys(im.files)) {
		fmt.Fprintln(h, name, len(im.files[name]))
		h.Write(im.files[name])
	}
	return [sha256.Size]byte(h.Sum(nil))
}
