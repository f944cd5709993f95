package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// oldFormat returns the path of a database of schema 1 with n keys.
func oldFormat(t *testing.T, n int) string {
	t.Helper()
	path := filled(t, n)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return setSchema(tx, 1) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// marking rewrites every value by appending a mark, and adds a row.
func marking(progress Progress) func() (*Rewrite, error) {
	return func() (*Rewrite, error) {
		return &Rewrite{
			First:    []store.Item{{Key: "\x00first", Value: []byte("new")}},
			Row:      func(_, value []byte) ([]byte, error) { return append(bytes.Clone(value), "mark"...), nil },
			Progress: progress,
		}, nil
	}
}

func rewriting(path string, progress Progress) Config {
	cfg := config(path)
	cfg.Rewrite = marking(progress)
	return cfg
}

// checkRewritten checks that every row was rewritten exactly once and that the old file is
// kept.
func checkRewritten(t *testing.T, path string, n int, before [32]byte) {
	t.Helper()
	for range 2 { // the second open finds the current schema
		s, err := Open(rewriting(path, nil))
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		err = s.Walk(t.Context(), func(key, value []byte) error {
			rows++
			if string(key) != "\x00first" && (len(value) != 104 || !bytes.HasSuffix(value, []byte("mark"))) {
				return fmt.Errorf("%q has %d bytes", key, len(value))
			}
			return nil
		}, nil)
		if err != nil || rows != n+1 {
			t.Errorf("%d rows: %v", rows, err)
		}
		if err := put(t, s, "k/0000"); err != nil { // it can be written
			t.Error(err)
		}
		if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k/0000", append(make([]byte, 100), "mark"...)) }); err != nil {
			t.Error(err)
		}
		closeStore(t, s)
	}
	if sum(t, path+".schema-1") != before {
		t.Error("the old file was not kept as it was")
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) != 3 { // the database, the old one and the reserve
		t.Errorf("%q is left, %v", left, err)
	}
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 3, 3000} {
		path := oldFormat(t, n)
		before := sum(t, path)
		if _, err := Open(config(path)); !errors.Is(err, store.ErrOldFormat) || sum(t, path) != before {
			t.Errorf("without a way to rewrite it: %v", err)
		}
		if n > 0 {
			checkRewritten(t, path, n, before)
		}
	}
}

// A rewrite that fails or is stopped leaves the old file in its place, and no
// other files.
func TestRewriteThatFails(t *testing.T) {
	t.Parallel()
	path := oldFormat(t, 3000)
	before := sum(t, path)
	boom := errors.New("boom")
	for what, change := range map[string]func(*Rewrite){
		"a row":       func(r *Rewrite) { r.Row = func(_, _ []byte) ([]byte, error) { return nil, boom } },
		"the end":     func(r *Rewrite) { r.Done = func() error { return boom } },
		"was stopped": func(r *Rewrite) { r.Progress = func(int64, int64) error { return boom } },
	} {
		cfg := config(path)
		cfg.Rewrite = func() (*Rewrite, error) {
			r, err := marking(nil)()
			change(r)
			return r, err
		}
		if _, err := Open(cfg); !errors.Is(err, boom) {
			t.Errorf("%s: %v", what, err)
		}
		if left, err := filepath.Glob(path + "*"); err != nil || len(left) != 2 || sum(t, path) != before { // the database and its reserve
			t.Errorf("%s: %q is left, %v", what, left, err)
		}
	}
}

// A lack of space is detected before anything is written.
func TestRewriteNeedsSpace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "large")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := enoughSpace(path, f); err != nil {
		t.Errorf("an empty file: %v", err)
	}
	if err := f.Truncate(4 << 40); err != nil { // a sparse file
		t.Fatal(err)
	}
	var short *SpaceError
	if err := enoughSpace(path, f); !errors.Is(err, store.ErrFull) || !errors.As(err, &short) || short.Need < 4<<40 {
		t.Errorf("four terabytes: %v", err)
	}
}

// playRewriter opens a database of schema 1 and prints a line for each page
// that it reads, until it is killed.
func playRewriter(path string) error {
	s, err := Open(rewriting(path, func(done, _ int64) error {
		_, err := fmt.Println(done)
		return err
	}))
	if err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := os.Stdin.Read(make([]byte, 1)); err == nil { // until the test ends it
		return s.Walk(context.Background(), nil, nil)
	}
	return s.Close()
}

// A program that is killed while it rewrites a database loses no data. The
// next start completes the rewrite.
func TestKilledRewriterLosesNothing(t *testing.T) {
	t.Parallel()
	const keys = 9000
	old := oldFormat(t, keys)
	before := sum(t, old)
	whole, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	killed := map[string]int{}
	for round := range 12 {
		path := filepath.Join(t.TempDir(), "test.db")
		writeFile(t, path, whole)
		for wait := range 2 { // killed twice, then finished
			c := start(t, "rewriter", path, nil)
			last := ""
			for range 1 + round*(25+wait) {
				text, ok := c.line(t)
				if !ok {
					t.Fatalf("it ended: %v", c.Wait())
				}
				if last = text; text == "open" {
					break
				}
			}
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait() // "killed"
			killed[map[bool]string{true: "opened", false: "rewriting"}[last == "open"]]++
			if left, _ := filepath.Glob(path + ".schema-1*"); len(left) > 1 {
				t.Fatalf("round %d: %q", round, left)
			}
		}
		checkRewritten(t, path, keys, before)
	}
	if killed["rewriting"] < 4 {
		t.Errorf("killed %v", killed)
	}
	if strings.Contains(fmt.Sprint(killed), "opened") {
		t.Logf("killed %v", killed)
	}
}
