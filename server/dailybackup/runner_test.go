package dailybackup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/backup"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

// A bench is a runner over a database, with a clock and a folder that the test sets.
type bench struct {
	*Runner
	t      *testing.T
	at     time.Time
	folder string
	opener backup.Opener
	told   []Reason
	source func() (backup.Source, error)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, at: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), folder: filepath.Join(t.TempDir(), "backups")}
	now := func() time.Time { return b.at }
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "a.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := os.Mkdir(b.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	keys := seal.New([32]byte{1})
	b.source = func() (backup.Source, error) {
		return backup.Source{Database: s, MasterKey: keys.Export(), Fingerprint: keys.Fingerprint(), Program: "0.1.0", Now: now}, nil
	}
	b.Runner, err = New(Config{
		Store: s, Source: func() (backup.Source, error) { return b.source() }, Now: now, Log: slog.New(slog.DiscardHandler),
		Tell: func(_ store.Tx, f Failure) error { b.told = append(b.told, f.Reason); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	_, lock, opener, err := backup.NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	b.opener = opener
	b.set(Settings{On: true, Folder: b.folder, Recipient: lock.Recipient()})
	return b
}

func (b *bench) set(s Settings) {
	b.t.Helper()
	if err := b.cfg.Store.Update(b.t.Context(), func(tx store.Tx) error { return Save(tx, s) }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) state() Status {
	b.t.Helper()
	s, err := b.status(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) files() (names []string) {
	b.t.Helper()
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// There is one backup a day. Seven are kept, and each opens with the recovery key. After missed
// days, one backup is made.
func TestDaily(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	others := []string{"notes.txt", "nightlatch-00000000-20200101T000000Z.age", "nightlatch-monday.age"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(b.folder, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for day := range 10 {
		for range 3 { // the second and third time none is due
			if err := b.Check(t.Context()); err != nil {
				t.Fatalf("day %d: %v", day, err)
			}
			b.at = b.at.Add(time.Hour)
		}
		if n := len(b.files()) - len(others); n != min(day+1, Kept) {
			t.Errorf("day %d: %d backups", day, n)
		}
		b.at = b.at.Add(22 * time.Hour)
	}
	for _, name := range others {
		if !slices.Contains(b.files(), name) {
			t.Errorf("%s was deleted", name)
		}
	}
	if err := errors.Join(b.BackUp(t.Context()), b.BackUp(t.Context())); err != nil { // twice in a second
		t.Fatal(err)
	}
	b.at = b.at.Add(5 * 24 * time.Hour) // the computer was off
	if err := errors.Join(b.Check(t.Context()), b.Check(t.Context())); err != nil {
		t.Fatal(err)
	}
	s := b.state()
	newest := slices.Max(slices.DeleteFunc(b.files(), func(n string) bool { return slices.Contains(others, n) }))
	if s.Last == nil || s.Last.File != newest || !s.Last.At.Equal(b.at) || s.Failed != nil || !s.Next.Equal(b.at.Add(every)) {
		t.Errorf("%+v, newest %s", s, newest)
	}
	f, err := os.Open(filepath.Join(b.folder, newest))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parts, err := backup.Decrypt(f, b.opener)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Read(t.Context(), parts, io.Discard, nil); err != nil {
		t.Error(err)
	}
	if len(b.told) > 0 {
		t.Errorf("told %v", b.told)
	}
}

// A failed backup has a reason. The owner is notified once, the next attempt is an hour later,
// and existing backups are kept. The next success clears the failure.
func TestFailures(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[Reason]struct{ breaks, mends func(b *bench) error }{
		NoFolder: {
			func(b *bench) error { return os.Rename(b.folder, b.folder+".away") },
			func(b *bench) error { return os.Rename(b.folder+".away", b.folder) },
		},
		Data: {
			func(b *bench) error {
				whole := b.source
				b.source = func() (backup.Source, error) { b.source = whole; return backup.Source{}, errors.New("no key") }
				return nil
			},
			func(*bench) error { return nil },
		},
		NoKey: {
			func(b *bench) error { s := b.state().Settings; s.Recipient = ""; b.set(s); return nil },
			func(b *bench) error {
				s := b.state().Settings
				_, lock, _, err := backup.NewRecoveryKey()
				s.Recipient = lock.Recipient()
				b.set(s)
				return err
			},
		},
	} {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			if err := b.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := b.files()
			b.at = b.at.Add(every)
			if err := tt.breaks(b); err != nil {
				t.Fatal(err)
			}
			var failed *failedError
			if err := b.Check(t.Context()); !errors.As(err, &failed) || failed.reason != reason {
				t.Fatalf("got %v", err)
			}
			if s := b.state(); s.Failed == nil || s.Failed.Reason != reason || !s.Next.Equal(b.at.Add(again)) {
				t.Errorf("%+v", s)
			}
			if err := b.Check(t.Context()); err != nil {
				t.Errorf("tried again at once: %v", err)
			}
			if err := tt.mends(b); err != nil {
				t.Fatal(err)
			}
			b.at = b.at.Add(again)
			if err := b.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s := b.state(); s.Failed != nil || s.Last == nil {
				t.Errorf("after the repair: %+v", s)
			}
			for _, name := range before {
				if !slices.Contains(b.files(), name) {
					t.Errorf("%s is gone", name)
				}
			}
			if !slices.Equal(b.told, []Reason{reason}) {
				t.Errorf("told %v", b.told)
			}
		})
	}
	for err, want := range map[error]Reason{
		fmt.Errorf("x: %w", os.ErrPermission): Denied, backup.ErrNotBackup: Disk, store.ErrDamaged: Data,
	} {
		if got := folderReason(err); got != want {
			t.Errorf("%v is %s", err, got)
		}
	}
}

// A clock that was ahead and was set back delays no backup.
func TestClockPutBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	right := b.at
	b.at = right.Add(365 * 24 * time.Hour)
	if err := b.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.at = right.Add(time.Hour)
	if err := b.Check(t.Context()); err != nil || len(b.files()) != 2 {
		t.Errorf("%v: %v", b.files(), err)
	}
}

// A folder that does not answer blocks neither a request nor the end of the server, and
// there is no second attempt meanwhile.
func TestFolderThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	entered, release := make(chan struct{}), make(chan struct{})
	whole := b.source
	b.source = func() (backup.Source, error) { close(entered); <-release; return whole() }
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- b.BackUp(ctx) }()
	<-entered
	if !b.state().Running {
		t.Error("it is not said that one is running")
	}
	if err := b.BackUp(t.Context()); !errors.Is(err, ErrRunning) {
		t.Errorf("a second one: %v", err)
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("the request got %v", err)
	}
	close(release)
	b.wait(time.Minute)
	if s := b.state(); s.Last == nil || s.Running {
		t.Errorf("%+v", s)
	}
}

// The folder of the command line overrides the settings, and is not created.
func TestFolderOfTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.state().Settings
	b.set(Settings{Recipient: s.Recipient})
	if err := b.Check(t.Context()); err != nil || len(b.files()) > 0 {
		t.Errorf("backups are off, and there are %v: %v", b.files(), err)
	}
	b.cfg.Folder = filepath.Join(b.folder, "deep")
	if err := b.Check(t.Context()); err == nil || !strings.HasPrefix(err.Error(), string(NoFolder)) {
		t.Errorf("got %v", err)
	}
	b.cfg.Folder = b.folder
	b.at = b.at.Add(again)
	if err := b.Check(t.Context()); err != nil || len(b.files()) != 1 || !b.state().Fixed {
		t.Errorf("%v: %v", b.files(), err)
	}
}
