package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"nightlatch/server/store"
)

// roles are the programs that a child process can run.
func roles() map[string]func(path string) error {
	all := map[string]func(string) error{"writer": playWriter, "rewriter": playRewriter}
	for name, play := range systemRoles() {
		all[name] = play
	}
	return all
}

const killWriters = 8

// playWriter writes from several goroutines until it is killed, and prints the number of
// each acknowledged transaction. A transaction writes three keys and a counter, so that an
// incomplete one can be detected.
func playWriter(path string) error {
	s, err := Open(config(path))
	if err != nil {
		return err
	}
	fmt.Println("open")
	var group sync.WaitGroup
	errs := make(chan error, killWriters)
	for range killWriters {
		group.Go(func() {
			for {
				n, err := writeOne(s)
				if err != nil {
					errs <- err
					return
				}
				// One write. If the process is killed in it, the newline is missing.
				fmt.Fprintf(os.Stdout, "%d\n", n)
			}
		})
	}
	group.Wait()
	return <-errs
}

func writeOne(s *Store) (n uint64, err error) {
	err = s.Update(context.Background(), func(tx store.Tx) error {
		n = 0
		b, err := tx.Get("counter")
		if err == nil {
			n = binary.BigEndian.Uint64(b)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		n++
		for _, part := range []string{"a", "b", "c"} {
			if err := tx.Create(fmt.Sprintf("%s/%012d", part, n), make([]byte, n%700)); err != nil {
				return err
			}
		}
		if n%3 == 0 { // so that pages are freed and reused
			if err := tx.Delete(fmt.Sprintf("c/%012d", n/3)); err != nil {
				return err
			}
		}
		return tx.Put("counter", binary.BigEndian.AppendUint64(nil, n))
	})
	return n, err
}

// TestKilledWriterLosesNothing kills a writing process, opens its database, and checks that
// every acknowledged transaction is there. It does this 60 times on one database.
func TestKilledWriterLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	rnd := rand.New(rand.NewPCG(4, 4))
	acknowledged := uint64(0)
	for round := range 60 {
		c := start(t, "writer", path, nil)
		// Kill it at different times, from the start of opening to many writes later.
		for wait := rnd.IntN(120); wait > 0; wait-- {
			text, ok := c.line(t)
			if !ok {
				t.Fatalf("round %d: the writer ended before it was killed: %v", round, c.Wait())
			}
			acknowledged = note(t, acknowledged, text)
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for {
			text, ok := c.line(t)
			if !ok {
				break
			}
			acknowledged = note(t, acknowledged, text)
		}
		_ = c.Wait() // "killed"
		checkLeft(t, round, path, acknowledged)
	}
	if acknowledged < 60 {
		t.Errorf("only %d transactions in all", acknowledged)
	}
}

// note records the highest number. Transactions are numbered in commit order, so all
// lower ones were committed too.
func note(t *testing.T, highest uint64, text string) uint64 {
	t.Helper()
	if text == "open" {
		return highest
	}
	var n uint64
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatalf("the writer printed %q", text)
	}
	return max(n, highest)
}

func checkLeft(t *testing.T, round int, path string, acknowledged uint64) {
	t.Helper()
	if err := examine(path, acknowledged); err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
}

// examine opens the database of a killed writer and returns an error if a transaction is
// missing or incomplete.
func examine(path string, acknowledged uint64) (err error) {
	s, err := Open(config(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Walk(context.Background(), nil, nil); err != nil {
		return err
	}
	return s.View(context.Background(), func(tx store.Tx) error {
		n := uint64(0)
		b, err := tx.Get("counter")
		if err == nil {
			n = binary.BigEndian.Uint64(b)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if n < acknowledged {
			return fmt.Errorf("%d transactions, but %d were acknowledged", n, acknowledged)
		}
		for part, want := range map[string]uint64{"a/": n, "b/": n, "c/": n - n/3} {
			items, err := tx.Scan(part, "", 1<<30)
			if err != nil {
				return err
			}
			if uint64(len(items)) != want {
				return fmt.Errorf("%d of %s after %d transactions, want %d", len(items), part, n, want)
			}
		}
		return nil
	})
}

// TestKilledWhileCreated kills a process while it creates a database.
func TestKilledWhileCreated(t *testing.T) {
	t.Parallel()
	for round := range 25 {
		path := filepath.Join(t.TempDir(), "test.db")
		c := start(t, "writer", path, nil)
		// Wait for a different time in each round, up to after the creation.
		for range round * 4 {
			if _, err := os.Stat(path); err == nil {
				break
			}
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		s, err := Open(config(path))
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		closeStore(t, s)
	}
}
