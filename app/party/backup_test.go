package party

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

const phrase = "four words are enough"

// backupOf writes a backup of dir that opens with phrase, and returns its file.
func backupOf(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup.age")
	got := run(t, nil, phrase+"\n", built.plain, "admin", "backup", "--data", dir, "--passphrase-from", "-", file)
	if got.status != 0 || withoutProgress(got.stderr) != "" || !strings.Contains(got.stdout, "a backup of 1 account,") || !strings.Contains(got.stdout, "opened again") {
		t.Fatalf("%+v", got)
	}
	return file
}

// withoutProgress removes the progress lines that a slow computer prints.
func withoutProgress(stderr string) string {
	var rest string
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "nightlatch: writing the backup, ") {
			rest += line
		}
	}
	return rest
}

// A backup of a running server can be restored on another computer with only the file and the
// passphrase.
func TestBackupOpensElsewhere(t *testing.T) {
	t.Parallel()
	dir := stoppedServer(t)
	ctx := within(t, 2*time.Minute)
	admin := func(input string, args ...string) outcome {
		t.Helper()
		return run(t, nil, input, built.plain, append([]string{"admin"}, args...)...)
	}
	s := labServer(ctx, t, dir)
	robin := harness.NewPerson(s.Client, "robin")
	if err := robin.SignIn(ctx, ""); err != nil {
		t.Fatal(err)
	}
	token := robin.Client.Token()
	file := backupOf(t, dir)
	if stat, err := os.Stat(file); err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v: %v", stat.Mode(), err)
	}
	checkRefusal(t, admin(phrase+"\n", "backup", "--data", dir, "--passphrase-from", "-", file), "exists already")
	checkRefusal(t, admin("too short\n", "backup", "--data", dir, "--passphrase-from", "-", file+"2"), "too short")
	checkRefusal(t, admin(phrase+"\n", "restore", "--data", dir, "--passphrase-from", "-", file), "is running with the data in")
	stop(ctx, t, s)

	// A damaged database, a file that is no backup, or a wrong passphrase: restore changes nothing.
	if err := os.WriteFile(filepath.Join(dir, database), []byte("gone"), 0o600); err != nil {
		t.Fatal(err)
	}
	checkRefusal(t, admin("", "verify", "--data", dir), "damaged")
	checkRefusal(t, admin(phrase+"\n", "restore", "--data", dir, "--passphrase-from", "-", filepath.Join(dir, "master.key")), "not a backup")
	checkRefusal(t, admin("four words are wrong\n", "restore", "--data", dir, "--passphrase-from", "-", file), "does not open")
	if got := admin("", "restore", "--data", dir, file); got.status != 2 || !strings.Contains(got.stderr, "--passphrase-from") {
		t.Errorf("without a passphrase: %+v", got)
	}
	if b, err := os.ReadFile(filepath.Join(dir, database)); err != nil || string(b) != "gone" {
		t.Errorf("a refused restore changed the database: %v", err)
	}

	for _, to := range []string{filepath.Join(t.TempDir(), "new", "data"), dir} {
		if got := admin(phrase+"\n", "restore", "--data", to, "--passphrase-from", "-", file); got.status != 0 || !strings.Contains(got.stdout, "restored "+to) {
			t.Fatalf("%+v", got)
		}
		if got := admin("", "verify", "--data", to); got.status != 0 || !strings.Contains(got.stdout, "1 audit chains intact") {
			t.Errorf("%+v", got)
		}
		s := labServer(ctx, t, to)
		// A restore ends all sessions and notifies every account.
		if _, err := s.Client.WithToken(token).Account(ctx); err == nil {
			t.Errorf("%s: the session of before is open", to)
		}
		robin := harness.NewPerson(s.Client, "robin")
		if err := robin.SignIn(ctx, ""); err != nil {
			t.Fatalf("%s: %v", to, err)
		}
		err := harness.Within(ctx, time.Minute, "the restore in the activity", func() (bool, error) {
			list, err := robin.Client.Activity(ctx, "", 20)
			return slices.ContainsFunc(list, func(a api.Activity) bool { return a.Type == api.EventRestored && a.Client == "nightlatch admin" }), err
		})
		if err != nil {
			t.Error(err)
		}
		stop(ctx, t, s)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "restoring-*")); len(left) > 0 || err != nil {
		t.Errorf("left over: %v %v", left, err)
	}
	if kept, err := filepath.Glob(filepath.Join(dir, database+".2*")); len(kept) != 1 || err != nil {
		t.Errorf("the old database was not kept: %v %v", kept, err)
	}
}

// The age tool opens a backup without Nightlatch. The contents are a data directory with
// correct checksums. age's private keys are recovery keys, and its public keys recipients.
func TestAgeOpensBackups(t *testing.T) {
	t.Parallel()
	dir := stoppedServer(t)
	work := t.TempDir()
	file, key := filepath.Join(work, "backup.age"), filepath.Join(work, "key.txt")
	tool := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(within(t, time.Minute), name, args...)
		cmd.Dir = work
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	recipient := regexp.MustCompile(`age1\w+`).FindString(tool("age-keygen", "-o", key))
	got := run(t, nil, "", built.plain, "admin", "backup", "--data", dir, "--recipient", recipient, file)
	if got.status != 0 || !strings.Contains(got.stdout, "key that existed while the backup was written") {
		t.Fatalf("%+v", got)
	}
	tool("age", "-d", "-i", key, "-o", "backup.tar", file)
	tool("tar", "xf", "backup.tar")
	if out := tool("sha256sum", "--strict", "-c", "SHA256SUMS"); strings.Count(out, ": OK") != 5 { // with the lab's file
		t.Errorf("%s", out)
	}
	if got := run(t, nil, "", built.plain, "admin", "verify", "--data", work); got.status != 0 {
		t.Errorf("%+v", got)
	}
	for _, args := range [][]string{{"verify", file}, {"restore", "--data", filepath.Join(t.TempDir(), "new"), file}} {
		args = append([]string{"admin"}, append(args, "--passphrase-from", "file:"+filepath.Join(work, "identity"))...)
		b, err := os.ReadFile(key)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(b)), "\n")
		if err := os.WriteFile(filepath.Join(work, "identity"), []byte(lines[len(lines)-1]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := run(t, nil, "", built.plain, args...); got.status != 0 {
			t.Errorf("%v: %+v", args, got)
		}
	}

	// Conversely, age accepts a recovery key that Nightlatch printed.
	mine := filepath.Join(work, "mine.age")
	got = run(t, nil, "", built.plain, "admin", "backup", "--data", dir, "--recovery-key", mine)
	printed := regexp.MustCompile(`(?m)^AGE-SECRET-KEY-1[0-9A-Z]+$`).FindString(got.stdout)
	if got.status != 0 || printed == "" {
		t.Fatalf("%+v", got)
	}
	if err := os.WriteFile(key, []byte(printed+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tool("age", "-d", "-i", key, "-o", "mine.tar", mine)
	if out := tool("tar", "tf", "mine.tar"); !strings.Contains(out, "master.key\n") || !strings.Contains(out, database+"\n") {
		t.Error(out)
	}
}

// The recovery key exists only in the output of backup. If it cannot be printed, no backup is
// kept.
func TestRecoveryKeyThatIsNotPrinted(t *testing.T) {
	t.Parallel()
	dir := stoppedServer(t)
	file := filepath.Join(t.TempDir(), "backup.age")
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	cmd := exec.CommandContext(within(t, time.Minute), built.plain, "admin", "backup", "--data", dir, "--recovery-key", file)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = full, &said
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(said.String(), "could not be printed") {
		t.Errorf("%v: %s", err, &said)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("there is a backup that nobody can open")
	}
}

// backup and verify work on a read-only disk and on a full one, with and without a running
// server. A backup that does not fit leaves no file.
func TestBackupFromAFullOrReadOnlyDisk(t *testing.T) {
	if !isolated(t) {
		return
	}
	ctx := within(t, 2*time.Minute)
	disk := t.TempDir()
	mount(t, disk, "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs")
	dir := filepath.Join(disk, "data")
	s := labServer(ctx, t, dir)
	if err := harness.NewPerson(s.Client, "robin").SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	fill(t, filepath.Join(disk, "filler"))
	// The read-only disk is a second mount, because a disk with open files cannot be made
	// read-only.
	view := t.TempDir()
	mount(t, view, "--bind", disk)
	mount(t, view, "-o", "remount,ro,bind")
	try := func(when, dir string) {
		t.Helper()
		backupOf(t, dir)
		if got := run(t, nil, "", built.plain, "admin", "verify", "--data", dir); got.status != 0 {
			t.Errorf("%s: %+v", when, got)
		}
		here := filepath.Join(dir, "backup.age")
		got := run(t, nil, phrase+"\n", built.plain, "admin", "backup", "--data", dir, "--passphrase-from", "-", here)
		checkRefusal(t, got, "could not be written to "+here)
		if left, err := filepath.Glob(here + "*"); len(left) > 0 || err != nil {
			t.Errorf("%s: left over: %v %v", when, left, err)
		}
	}
	try("full, running", dir)
	try("read-only, running", filepath.Join(view, "data"))
	stop(ctx, t, s)
	fill(t, filepath.Join(disk, "filler2"))
	try("full, stopped", dir)
	try("read-only, stopped", filepath.Join(view, "data"))
}

// A bare database, as earlier versions wrote it, is not a backup, because its key is missing.
func TestBareDatabaseIsNoBackup(t *testing.T) {
	t.Parallel()
	dir := stoppedServer(t)
	got := run(t, nil, phrase+"\n", built.plain, "admin", "restore", "--data", filepath.Join(t.TempDir(), "new"), "--passphrase-from", "-", filepath.Join(dir, database))
	checkRefusal(t, got, "bare database without its key")
}

// The server makes backups in the folder of --backup-dir with a key that was made while it
// ran. A missing folder is reported in the log, and the next start makes the missed backup.
func TestDailyBackups(t *testing.T) {
	t.Parallel()
	dir := stoppedServer(t)
	ctx := within(t, 2*time.Minute)
	folder := filepath.Join(t.TempDir(), "backups")
	serve := func() *harness.Server { return labServer(ctx, t, dir, "--backup-dir", folder) }
	said := func(s *harness.Server, reason string) {
		t.Helper()
		err := harness.Within(ctx, time.Minute, reason+" in the log", func() (bool, error) { return strings.Contains(s.Log(), reason), nil })
		if err != nil {
			t.Fatalf("%v\n%s", err, s.Log())
		}
	}
	s := serve()
	said(s, "no_key")
	got := run(t, nil, "", built.plain, "admin", "set-backups", "--data", dir, "--recovery-key")
	key := regexp.MustCompile(`(?m)^AGE-SECRET-KEY-1[0-9A-Z]+$`).FindString(got.stdout)
	if got.status != 0 || key == "" || strings.Contains(s.Log(), key) {
		t.Fatalf("%+v", got)
	}
	stop(ctx, t, s)
	s = serve()
	said(s, "no_folder")
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder was made; its disk may not be connected")
	}
	stop(ctx, t, s)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := run(t, nil, "", built.plain, "admin", "set-backups", "--data", dir, "--folder", folder); got.status != 0 {
		t.Fatalf("%+v", got) // a new setting is tried at once
	}
	s = serve()
	var made []string
	err := harness.Within(ctx, time.Minute, "a backup", func() (bool, error) {
		var err error
		made, err = filepath.Glob(filepath.Join(folder, "nightlatch-*.age"))
		return len(made) == 1, err
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Log())
	}
	stop(ctx, t, s)
	got = run(t, nil, key+"\n", built.plain, "admin", "verify", "--passphrase-from", "-", made[0])
	if got.status != 0 || !strings.Contains(got.stdout, "a backup of 1 account,") {
		t.Errorf("%+v", got)
	}
}
