package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

func now() time.Time { return time.Unix(1_800_000_000, 0) }

// source opens a database with n accounts.
func source(t *testing.T, n int) Source {
	t.Helper()
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "source.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for i := range n {
		err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(fmt.Sprintf("uniq/login/%06d", i), []byte("x")) })
		if err != nil {
			t.Fatal(err)
		}
	}
	keys := seal.New([32]byte{1, 2, 3})
	return Source{Database: s, MasterKey: keys.Export(), Fingerprint: keys.Fingerprint(), Program: "0.1.0", Now: now}
}

// fill returns what WriteFile calls.
func fill(ctx context.Context, src Source) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := Write(ctx, w, src)
		return err
	}
}

// A backup opens with the key that it was made for. It contains a data directory: the
// database, the key in plain form, and the lab's file.
func TestBackupOpensElsewhere(t *testing.T) {
	t.Parallel()
	src := source(t, 7)
	lab := "1h0m0s\n"
	src.Lab = &lab
	phrase, byPhrase, err := Passphrase("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	text, key, byKey, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := ParseRecipient(" " + key.Recipient() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	fromPaper, err := OpenerFor(strings.ToLower(text[:30]) + " " + text[30:] + "\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		lock             Lock
		checked, restore Opener
	}{
		"passphrase":                      {phrase, byPhrase, byPhrase},
		"recovery key":                    {key, byKey, byKey},
		"recovery key from paper":         {key, byKey, fromPaper},
		"recipient, without the key here": {recipient, Opener{}, byKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "b")
			res, err := WriteFile(t.Context(), File{Path: file, Lock: tt.lock, Opener: tt.checked, Fill: fill(t.Context(), src)})
			if err != nil {
				t.Fatal(err)
			}
			stat, err := os.Stat(file)
			if err != nil || stat.Mode().Perm() != 0o600 || stat.Size() != res.Bytes {
				t.Errorf("%v, %d bytes: %v", stat.Mode(), stat.Size(), err)
			}
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			parts, err := Decrypt(f, tt.restore)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Unpack(t.Context(), parts, filepath.Join(dir, PartDatabase), nil)
			if err != nil {
				t.Fatal(err)
			}
			print := src.Fingerprint
			if m := c.Manifest; m.Accounts != 7 || !m.Made.Equal(now()) || m.Fingerprint != hex.EncodeToString(print[:]) || !m.Lab {
				t.Errorf("%+v", m)
			}
			keys, err := seal.Import(c.MasterKey)
			if err != nil || keys.Fingerprint() != print {
				t.Errorf("another key: %v", err)
			}
			if stat, err := os.Stat(filepath.Join(dir, PartDatabase)); err != nil || stat.Mode().Perm() != 0o600 || c.Lab == nil || *c.Lab != lab {
				t.Errorf("%v: %v", c.Lab, err)
			}
			s, err := bolt.Open(bolt.Config{Path: filepath.Join(dir, PartDatabase), Now: now})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A wrong key, a key of the other kind and a damaged file are different errors.
func TestWrongKeys(t *testing.T) {
	t.Parallel()
	src := source(t, 1)
	phrase, byPhrase, err := Passphrase("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	_, key, byKey, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	_, _, otherKey, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	otherPhrase, err := OpenerFor("correct horse batterY")
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		lock Lock
		open Opener
		want error
	}{
		{phrase, byPhrase, nil},
		{phrase, otherPhrase, ErrWrongKey},
		{phrase, byKey, ErrOtherKind},
		{key, byKey, nil},
		{key, otherKey, ErrWrongKey},
		{key, byPhrase, ErrOtherKind},
	} {
		var b bytes.Buffer
		w, _, err := Encrypt(&b, tt.lock)
		if err == nil {
			_, err = Write(t.Context(), w, src)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t.Context(), &b, tt.open, readAll); !errors.Is(err, tt.want) {
			t.Errorf("%d: %v, want %v", i, err, tt.want)
		}
	}
	if _, err := OpenerFor("AGE-SECRET-KEY-1QQQ"); !errors.Is(err, ErrWrongKey) || strings.Contains(err.Error(), "QQQ") {
		t.Error(err)
	}
	if _, _, err := Passphrase("eleven char"); !errors.Is(err, ErrPassphrase) {
		t.Error(err)
	}
	for _, text := range []string{"", "age1", "age1qqqq", key.Recipient() + "\n" + key.Recipient()} {
		if _, err := ParseRecipient(text); err == nil {
			t.Errorf("%q is a recipient", text)
		}
	}
}

// A backup with a changed byte, or with its end cut off, does not open.
func TestDamagedBackupDoesNotOpen(t *testing.T) {
	t.Parallel()
	src := source(t, 50)
	_, key, opener, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	w, _, err := Encrypt(&whole, key)
	if err == nil {
		_, err = Write(t.Context(), w, src)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	opens := func(b []byte) error {
		_, err := open(t.Context(), bytes.NewReader(b), opener, readAll)
		return err
	}
	if err := opens(whole.Bytes()); err != nil {
		t.Fatal(err)
	}
	step := whole.Len()/300 + 1
	for i := 0; i < whole.Len(); i += step {
		bent := bytes.Clone(whole.Bytes())
		bent[i] ^= 0x10
		if opens(bent) == nil {
			t.Errorf("byte %d was changed, and it opens", i)
		}
		if opens(whole.Bytes()[:i]) == nil {
			t.Errorf("%d bytes open", i)
		}
	}
	if opens(append(bytes.Clone(whole.Bytes()), 0)) == nil {
		t.Error("a byte was added, and it opens")
	}
}

// Missing, changed, repeated and misplaced parts are found in a file that decrypts: the age
// tool can write such files.
func TestPartsAreChecked(t *testing.T) {
	t.Parallel()
	var whole bytes.Buffer
	if _, err := Write(t.Context(), &whole, source(t, 1)); err != nil {
		t.Fatal(err)
	}
	type part struct {
		head *tar.Header
		body []byte
	}
	var parts []part
	for in := tar.NewReader(&whole); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{h, b})
	}
	pack := func(parts []part) io.Reader {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, p := range parts {
			h := *p.head
			h.Size = int64(len(p.body))
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(p.body); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return &b
	}
	if _, err := Read(t.Context(), pack(parts), io.Discard, nil); err != nil {
		t.Fatal(err)
	}
	at := func(name string) int {
		return slices.IndexFunc(parts, func(p part) bool { return p.head.Name == name })
	}
	for name, change := range map[string]func(p []part) []part{
		"without the key":  func(p []part) []part { return slices.Delete(p, at(PartKey), at(PartKey)+1) },
		"without the sums": func(p []part) []part { return p[:len(p)-1] },
		"another key":      func(p []part) []part { p[at(PartKey)].body = []byte("nightlatch-key-1 other\n"); return p },
		"another database": func(p []part) []part { p[at(PartDatabase)].body = []byte("x"); return p },
		"a path":           func(p []part) []part { h := *p[0].head; h.Name = "../evil"; p[0].head = &h; return p },
		"a link": func(p []part) []part {
			h := *p[0].head
			h.Typeflag = tar.TypeSymlink
			h.Size = 0
			p[0] = part{&h, nil}
			return p
		},
		"a manifest too large": func(p []part) []part { p[at(partManifest)].body = make([]byte, smallPart+1); return p },
		"no parts":             func([]part) []part { return nil },
	} {
		if _, err := Read(t.Context(), pack(change(slices.Clone(parts))), io.Discard, nil); !errors.Is(err, ErrNotBackup) {
			t.Errorf("%s: %v", name, err)
		}
	}
	newer := slices.Clone(parts)
	newer[at(partManifest)].body = []byte(`{"format":2,"program":"9.9"}`)
	if _, err := Read(t.Context(), pack(newer), io.Discard, nil); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "9.9") {
		t.Error(err)
	}
}

// A file appears only if it is complete. It replaces another file only with force. A failed
// backup leaves the old file unchanged and no other file.
func TestFileIsWholeOrAbsent(t *testing.T) {
	t.Parallel()
	src := source(t, 3)
	_, key, opener, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	_, _, other, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	dir := t.TempDir()
	file := filepath.Join(dir, "b")
	half := func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("half", 50_000))
		return errors.Join(err, broken)
	}
	short := func(w io.Writer) error { _, err := io.WriteString(w, "no tar file"); return err }
	check := func(what, content string) {
		t.Helper()
		names, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if content == "" && len(names) > 0 || content != "" && len(names) != 1 {
			t.Errorf("%s: the directory has %v", what, names)
		}
		if b, err := os.ReadFile(file); content != "" && (err != nil || string(b) != content) {
			t.Errorf("%s: the old file was changed: %v", what, err)
		}
	}
	if _, err := WriteFile(t.Context(), File{Path: file, Replace: false, Lock: key, Opener: opener, Fill: half}); !errors.Is(err, broken) {
		t.Error(err)
	}
	check("half", "")
	if _, err := WriteFile(t.Context(), File{Path: file, Replace: false, Lock: key, Opener: opener, Fill: short}); !errors.Is(err, ErrNotBackup) {
		t.Error(err)
	}
	check("no backup", "")
	if _, err := WriteFile(t.Context(), File{Path: file, Replace: false, Lock: key, Opener: other, Fill: fill(t.Context(), src)}); !errors.Is(err, ErrWrongKey) {
		t.Error(err)
	}
	check("another key", "")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteFile(t.Context(), File{Path: file, Replace: false, Lock: key, Opener: opener, Fill: fill(t.Context(), src)}); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	check("exists", "old")
	if _, err := WriteFile(t.Context(), File{Path: file, Replace: true, Lock: key, Opener: opener, Fill: half}); !errors.Is(err, broken) {
		t.Error(err)
	}
	check("half, replacing", "old")
	if _, err := WriteFile(t.Context(), File{Path: file, Replace: true, Lock: key, Opener: opener, Fill: fill(t.Context(), src)}); err != nil {
		t.Error(err)
	}
}
