package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/backup"
	"nightlatch/server/localsocket"
	"nightlatch/server/store/seal"
)

// testRecovery makes a recovery key. Passphrases are slow to test with.
func testRecovery(t *testing.T) (line, recipient string) {
	t.Helper()
	text, lock, _, err := backup.NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	return text + "\n", lock.Recipient()
}

// backupTest writes a backup of dir to a new file, and returns the line that opens it.
func backupTest(t *testing.T, dir string) (file, line string) {
	t.Helper()
	line, recipient := testRecovery(t)
	file = filepath.Join(t.TempDir(), "backup.age")
	if status, out, errs := admin(dir, "", "backup", "--recipient", recipient, file); status != 0 {
		t.Fatalf("%s%s", out, errs)
	}
	return file, line
}

// A backup with inconsistent parts is refused: with the key of another database, with a
// damaged database, or without a database. Nothing is changed.
func TestRestoreComparesKeyAndDatabase(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	closeTest(t, openTest(t, dir, false))
	other := seal.New([32]byte{9})
	for name, tt := range map[string]struct {
		change func(src *backup.Source)
		want   string
	}{
		"another key":     {func(src *backup.Source) { src.MasterKey = other.Export() }, "belongs to another key"},
		"a bad key":       {func(src *backup.Source) { src.MasterKey = "nightlatch-keyring-1 x\n" }, "cannot be used"},
		"nothing changed": {func(*backup.Source) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inst, err := terminal{out: io.Discard, err: io.Discard}.openForReading(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			defer closeTest(t, inst)
			src, err := inst.backupSource(time.Now)
			if err != nil {
				t.Fatal(err)
			}
			tt.change(&src)
			line, recipient := testRecovery(t)
			lock, err := backup.ParseRecipient(recipient)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "backup.age")
			_, err = backup.WriteFile(t.Context(), backup.File{Path: file, Lock: lock, Fill: func(w io.Writer) error {
				_, err := backup.Write(t.Context(), w, src)
				return err
			}})
			if err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(t.TempDir(), "to")
			for _, verb := range []string{"verify", "restore"} {
				status, out, errs := admin(to, line, verb, "--passphrase-from", "-", file)
				if (status == 0) != (tt.want == "") || !strings.Contains(errs, tt.want) {
					t.Errorf("%s: status %d: %s%s", verb, status, out, errs)
				}
			}
			if names, _ := os.ReadDir(to); tt.want != "" && len(names) > 0 {
				t.Errorf("it left %v", names)
			}
		})
	}
}

// Restoring over data with another key keeps both, and the restored pair works. With the
// same key, the key's file is not touched: it may name an entry of the keyring.
func TestRestoreKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	from, other := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "other")
	closeTest(t, openTest(t, from, false))
	closeTest(t, openTest(t, other, false))
	file, line := backupTest(t, from)
	key := func(dir string) string {
		b, err := os.ReadFile(filepath.Join(dir, seal.MasterFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	keys, otherKey := key(from), key(other)
	if err := os.WriteFile(filepath.Join(from, seal.MasterFile), []byte(strings.TrimSpace(keys)+"  \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{from, other} {
		if status, out, errs := admin(dir, line, "restore", "--passphrase-from", "-", file); status != 0 {
			t.Fatalf("%s%s", out, errs)
		}
		if status, out, errs := admin(dir, "", "verify"); status != 0 {
			t.Errorf("%s%s", out, errs)
		}
		if kept, _ := filepath.Glob(filepath.Join(dir, databaseName+".2*")); len(kept) != 1 {
			t.Errorf("the old database is %v", kept)
		}
	}
	if got := key(from); !strings.HasSuffix(got, "  \n") {
		t.Error("the same key was written again")
	}
	kept, _ := filepath.Glob(filepath.Join(other, seal.MasterFile+".2*"))
	if len(kept) != 1 || key(other) != keys {
		t.Fatalf("the old key is %v", kept)
	}
	if b, err := os.ReadFile(kept[0]); err != nil || string(b) != otherKey {
		t.Errorf("the old key was not kept: %v", err)
	}
}

// An incomplete answer of the running server leaves no backup file.
func TestBackupNeedsTheWholeAnswer(t *testing.T) {
	t.Parallel()
	var half bytes.Buffer
	w := tar.NewWriter(&half)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "README.txt", Mode: 0o600, Size: 2}), w.Close()); err == nil {
		t.Fatal("the archive is complete")
	}
	for name, answer := range map[string]string{
		"nothing":     "",
		"cut off":     "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + half.String(),
		"no trailer":  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nparts",
		"old version": "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
		"refused":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Nightlatch-Refused\r\n\r\n0\r\nNightlatch-Refused: The disk failed.\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, to := answering(t, answer), t.TempDir()
			status, out, errs := admin(dir, "", "backup", "--recovery-key", filepath.Join(to, "b"))
			if names, _ := os.ReadDir(to); status != 1 || strings.Count(errs, "\n") != 1 || len(names) > 0 {
				t.Errorf("status %d, %v: %s%s", status, names, out, errs)
			}
			if name == "refused" && !strings.Contains(errs, "The disk failed.") {
				t.Error(errs)
			}
		})
	}
}

// Making, checking and restoring a backup never write its key unencrypted to a disk, except
// to the data directory.
func TestKeyIsNotUnpacked(t *testing.T) {
	dir, tmp := filepath.Join(t.TempDir(), "data"), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	closeTest(t, openTest(t, dir, false))
	text, err := os.ReadFile(filepath.Join(dir, seal.MasterFile))
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.TrimPrefix(bytes.TrimSpace(text), []byte("nightlatch-key-1 "))
	var seen []string
	c := &adminCommand{terminal: terminal{out: io.Discard, err: io.Discard}, dir: dir}
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(c.writeParts(t.Context(), pw, func(int64, int64) {})) }()
	u, err := c.unpack(t.Context(), pr, tmp, "check-*")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(tmp, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, secret) {
			seen = append(seen, path)
		}
		return err
	})
	if err != nil || len(seen) > 0 {
		t.Errorf("the key is in %v: %v", seen, err)
	}
	if err := u.remove(); err != nil {
		t.Error(err)
	}
}

// A client that stops reading a backup does not keep the server's old pages
// for ever.
func TestBackupEndsWhenNobodyReads(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	inst := openTest(t, dir, false)
	defer closeTest(t, inst)
	stop, err := inst.listenForAdmin()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := localsocket.Dial(t.Context(), dir, adminSocketName)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "POST /parts HTTP/1.1\r\nHost: nightlatch\r\nContent-Length: 0\r\n\r\n")
	if err := errors.Join(err, closeWrite(conn), conn.Close()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		t.Error("the server is still writing")
	}
}

func closeWrite(conn net.Conn) error {
	if u, ok := conn.(*net.UnixConn); ok {
		return u.CloseWrite()
	}
	return nil
}

// The key of a backup is named in one way only.
// A recovery key is read from the file that age-keygen writes, also after an editor changed
// it. It is not taken for a passphrase: no text would open that backup.
func TestKeyFilesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	closeTest(t, openTest(t, dir, false))
	key, lock, _, err := backup.NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	file, keyFile := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "key.txt")
	if status, out, errs := admin(dir, "", "backup", "--recipient", lock.Recipient(), file); status != 0 {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	whole := "# created: 2026-11-30T23:17:41Z\n# public key: " + lock.Recipient() + "\n" + key + "\n"
	for name, text := range map[string]string{
		"age-keygen": whole, "an editor of Windows": "\ufeff" + strings.ReplaceAll(whole, "\n", "\r\n"), "blank lines": "\n\n" + key,
		"typed from paper": strings.ToLower(key[:20] + " " + key[20:]), "the key alone": key,
	} {
		if err := os.WriteFile(keyFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out, errs := admin(dir, "", "verify", "--passphrase-from", "file:"+keyFile, file); status != 0 {
			t.Errorf("%s: status %d: %s%s", name, status, out, errs)
		}
		if status, out, errs := admin(dir, "", "backup", "--passphrase-from", "file:"+keyFile, file+"2"); status != 2 || !strings.Contains(errs, "--recipient") || strings.Contains(errs, key) {
			t.Errorf("%s as a passphrase: status %d: %s%s", name, status, out, errs)
		}
	}
}

func TestBackupTakesOneKey(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	closeTest(t, openTest(t, dir, false))
	for _, tt := range []struct{ args, want string }{
		{"--recovery-key --recipient age1x", "one of"},
		{"--recipient AGE-SECRET-KEY-1QQQQ", "public half"},
		{"--recipient age1", "public half"},
		{"--passphrase-from somewhere", "fd:N"},
		{"", "needs a key"},
	} {
		args := slices.Concat([]string{"backup"}, strings.Fields(tt.args), []string{filepath.Join(t.TempDir(), "b")})
		if status, out, errs := admin(dir, "", args...); status != 2 || !strings.Contains(errs, tt.want) || strings.Contains(errs, "QQQQ") {
			t.Errorf("%s: status %d: %s%s", tt.args, status, out, errs)
		}
	}
}
