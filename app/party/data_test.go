package party

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

const database = "nightlatch.db"

// stoppedServer makes a data directory with an account; no server is running.
func stoppedServer(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	ctx := within(t, time.Minute)
	s := labServer(ctx, t, dir)
	if err := harness.NewPerson(s.Client, "robin").SignUp(ctx); err != nil {
		t.Error(err)
	}
	stop(ctx, t, s)
	return dir
}

// refuses runs `serve`, which must fail: with status 1, one line on standard error, and
// nothing on standard output, within a second.
func refuses(t *testing.T, dir string, words ...string) outcome {
	t.Helper()
	got := run(t, nil, "", built.plain, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	checkRefusal(t, got, words...)
	return got
}

func checkRefusal(t *testing.T, got outcome, words ...string) {
	t.Helper()
	if got.status != 1 || got.stdout != "" || !strings.HasPrefix(got.stderr, "nightlatch: ") || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("%+v", got)
	}
	for _, w := range words {
		if !strings.Contains(got.stderr, w) {
			t.Errorf("%q is missing in: %s", w, got.stderr)
		}
	}
}

// contents reads every file of a directory.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = b
	}
	return all
}

// unchanged checks that all files of a directory are as before.
func unchanged(t *testing.T, dir string, before map[string][]byte) {
	t.Helper()
	after := contents(t, dir)
	for name, b := range before {
		if !bytes.Equal(after[name], b) {
			t.Errorf("%s was changed: %d bytes, now %d", name, len(b), len(after[name]))
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			t.Errorf("%s was left behind", name)
		}
	}
}

func TestSecondInstance(t *testing.T) {
	dir := stoppedServer(t)
	ctx := within(t, time.Minute)
	s, err := harness.Serve(ctx, built.plain, "--listen", "127.0.0.1:0", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	got := refuses(t, dir, "already running", "--data")
	if got.took > time.Second {
		t.Errorf("it took %v", got.took)
	}
	if _, err := s.Client.About(ctx); err != nil {
		t.Errorf("the first instance: %v", err)
	}
	stop(ctx, t, s)
}

func TestDamagedDatabase(t *testing.T) {
	good := filepath.Join(stoppedServer(t), database)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"overwritten": func(b []byte) []byte { copy(b, bytes.Repeat([]byte("damage "), 2000)); return b },
		"cut off":     func(b []byte) []byte { return b[:5*os.Getpagesize()+100] }, // the file is longer than what is used of it
		"empty":       func([]byte) []byte { return nil },
		"a letter":    func([]byte) []byte { return []byte("Dear Nightlatch,\n") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, database)
			if err := os.WriteFile(file, damage(bytes.Clone(whole)), 0o600); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			refuses(t, dir, "damaged", file, "backup")
			unchanged(t, dir, before)
		})
	}
}

func TestDatabaseOfANewerVersion(t *testing.T) {
	dir := stoppedServer(t)
	db, err := bbolt.Open(filepath.Join(dir, database), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("nightlatch")).Put([]byte("schema"), binary.BigEndian.AppendUint64(nil, 999))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	refuses(t, dir, "newer version", "nothing was changed")
	unchanged(t, dir, before)
}

func TestMasterKeyIsMissing(t *testing.T) {
	dir := stoppedServer(t)
	if err := os.Remove(filepath.Join(dir, "master.key")); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	refuses(t, dir, "key")
	unchanged(t, dir, before)
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, file, file, "--data")
	refuses(t, filepath.Join(file, "below"), file, "--data")
}

func TestReadOnlyFileSystem(t *testing.T) {
	if !isolated(t) {
		return
	}
	dir := stoppedServer(t)
	before := contents(t, dir)
	mount(t, dir, "--bind", dir)
	mount(t, dir, "-o", "remount,ro,bind")
	refuses(t, dir, dir, "cannot write", "--data") // even root
	unchanged(t, dir, before)
}

func TestFullDiskAtTheFirstStart(t *testing.T) {
	if !isolated(t) {
		return
	}
	dir := t.TempDir()
	mount(t, dir, "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs")
	refuses(t, dir, "no space left", dir)
}

func TestFullDiskWithADatabase(t *testing.T) {
	if !isolated(t) {
		return
	}
	from, dir := stoppedServer(t), t.TempDir()
	mount(t, dir, "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs")
	for _, name := range []string{database, "master.key"} { // the reserve file would not fit
		b, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	fill(t, filepath.Join(dir, "fill"))
	before := contents(t, dir)
	refuses(t, dir, "no space left", dir)
	unchanged(t, dir, before)
}

// While the disk is full, the server reports it, still reads, and keeps all acknowledged
// changes. With free space it accepts changes again.
func TestDiskFillsUp(t *testing.T) {
	if !isolated(t) {
		return
	}
	dir := t.TempDir()
	mount(t, dir, "-t", "tmpfs", "-o", "size=32m,mode=700", "tmpfs")
	ctx := within(t, 2*time.Minute)
	s := labServer(ctx, t, dir)
	robin := harness.NewPerson(s.Client, "robin")
	if err := robin.SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	if err := robin.Enroll(ctx, api.EnrollApp); err != nil {
		t.Fatal(err)
	}
	fill(t, filepath.Join(dir, "fill"))
	var full *api.Problem
	var err error
	for err == nil {
		_, err = robin.Client.ReplaceBackupCodes(ctx) // adds an activity and a notice
	}
	if !errors.As(err, &full) || full.Status != 503 || full.Code != api.Unavailable {
		t.Errorf("a full disk is %v\n%s", err, s.Log())
	}
	if a, err := robin.Client.Account(ctx); err != nil || a.Username != "robin" {
		t.Errorf("reading: %+v %v", a, err)
	}
	stop(ctx, t, s)
	if err := os.Remove(filepath.Join(dir, "fill")); err != nil {
		t.Fatal(err)
	}
	again := labServer(ctx, t, dir)
	robin.Client = again.Client.WithToken(robin.Client.Token())
	if _, err := robin.Client.ReplaceBackupCodes(ctx); err != nil {
		t.Errorf("with free space: %v", err)
	}
	stop(ctx, t, again)
}

// --lab refuses data of real accounts: in the lab every user of the computer can read all
// codes and empty the database.
func TestNoLabOverRealData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	ctx := within(t, time.Minute)
	serving := func(args ...string) *harness.Server {
		t.Helper()
		s, err := harness.Serve(ctx, built.plain, append([]string{"--listen", "127.0.0.1:0", "--data", dir}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	stop(ctx, t, serving())
	checkRefusal(t, run(t, nil, "", built.plain, "serve", "--lab", "--listen", "127.0.0.1:0", "--data", dir), "without the lab", dir)
	stop(ctx, t, serving()) // nothing was changed

	dir = filepath.Join(t.TempDir(), "lab")
	s := serving("--lab")
	if err := s.Client.ResetLab(ctx); err != nil {
		t.Fatal(err)
	}
	stop(ctx, t, s)
	stop(ctx, t, serving("--lab")) // the lab's own data is accepted
	stop(ctx, t, serving())
	checkRefusal(t, run(t, nil, "", built.plain, "serve", "--lab", "--listen", "127.0.0.1:0", "--data", dir), "without the lab", dir)
}
