package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/server/store/seal"
)

// For every state of key, keyring and database, the refusal is true and gives
// the right advice. Only a missing key is called missing. Without a keyring,
// no message advises to unlock one. Without data, none advises to restore a
// backup. The session of this test has no keyring.
func TestSentencesAboutTheKey(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	whole := demoData(t)
	database, err := os.ReadFile(filepath.Join(whole, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	other := "nightlatch-key-1 " + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"
	for _, tt := range []struct {
		state    string
		database bool
		key      func(path string) error // makes the key's file
		says     string
		not      string // words, separated by "|"
	}{
		{"no key", true, func(string) error { return nil }, "is missing", "keyring|Unlock|damaged|read"},
		{"another key", true, write(other), "is not the one", "missing|keyring|damaged"},
		{"an empty file", true, write(""), "is damaged", "missing|keyring|Unlock"},
		{"a cut off file", true, write(other[:30]), "is damaged", "missing|keyring|Unlock"},
		{"a directory", true, func(path string) error { return os.Mkdir(path, 0o700) }, "is there and cannot be read (it is not a file)", "missing|keyring|damaged|write"},
		{"a link to a disk that is not there", true, func(path string) error { return os.Symlink("/nowhere/key", path) }, "it is a link to /nowhere/key, which is not there", "missing|keyring|damaged|write"},
		{"in a keyring, without one", true, write("nightlatch-keyring-1 master-x\n"), "this session has no keyring", "missing|Unlock|damaged"},
		{"others can read it", true, func(path string) error { return errors.Join(write(other)(path), os.Chmod(path, 0o644)) }, "chmod go= ", "missing|keyring|damaged"},
		{"damaged, without a database", false, write("x"), "move it away", "missing|keyring|backup|cannot be opened"},
		{"in a keyring, without a database", false, write("nightlatch-keyring-1 master-x\n"), "move it away", "missing|Unlock|backup"},
	} {
		dir := t.TempDir()
		err := tt.key(filepath.Join(dir, seal.MasterFile))
		if tt.database {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, databaseName), database, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = openStore(t.Context(), dir, time.Now, true, slog.New(slog.DiscardHandler), nil)
		checkSentence(t, tt.state, explainData(dir, err), tt.says, tt.not, filepath.Join(dir, seal.MasterFile), tt.state != "in a keyring, without one")
	}

	// With a keyring. Package seal tests which error it returns.
	for _, tt := range []struct {
		err       error
		says, not string
	}{
		{fmt.Errorf("%w, master-x", seal.ErrNoEntry), "does not have it any more", "missing|Unlock|locked"},
		{seal.ErrEntryDamaged, "is not a key", "missing|Unlock|locked"},
		{fmt.Errorf("%w for 30 seconds", seal.ErrSilent), "does not answer", "missing|Unlock|locked"},
		{fmt.Errorf("%w for 2 minutes", seal.ErrLocked), "Unlock the keyring and start", "missing|damaged"},
		{fmt.Errorf("%w: %w", seal.ErrKeyring, errors.New("prompt dismissed")), "(prompt dismissed)", "missing|damaged|seal:"},
	} {
		checkSentence(t, tt.err.Error(), explainData(whole, tt.err), tt.says, tt.not, "", false)
	}
}

func checkSentence(t *testing.T, state string, err error, says, not, key string, named bool) {
	t.Helper()
	var no *refusal
	if !errors.As(err, &no) {
		t.Errorf("%s: %v", state, err)
		return
	}
	if !strings.Contains(no.sentence, says) || named && !strings.Contains(no.sentence, key) || strings.Contains(no.sentence, "%!") || strings.Contains(no.sentence, "seal:") {
		t.Errorf("%s: %s", state, no.sentence)
	}
	for _, word := range strings.Split(not, "|") {
		if strings.Contains(no.sentence, word) {
			t.Errorf("%s: it says %q: %s", state, word, no.sentence)
		}
	}
}
