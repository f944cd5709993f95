package party

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The start, and every verb that opens the database, checks that the key belongs to it. With
// another key no sealed value could be opened. A backup contains its own key.
func TestDatabaseWithAnotherKey(t *testing.T) {
	t.Parallel()
	dir, foreign := stoppedServer(t), stoppedServer(t)
	key := filepath.Join(dir, "master.key")
	own, other := contents(t, dir)["master.key"], contents(t, foreign)["master.key"]
	if bytes.Equal(own, other) {
		t.Fatal("two directories have one key")
	}
	if err := os.WriteFile(key, other, 0o600); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	refuses(t, dir, key, "is not the one", database, "nothing was changed")
	phrase := "a long passphrase for this backup"
	for _, args := range [][]string{
		{"verify"},
		{"set-owner", "--user", "robin"},
		{"unlock", "--user", "robin"},
		{"set-mail", "--addr", "mail.example.org:587", "--from", "a@example.org"},
		{"backup", "--passphrase-from", "-", filepath.Join(t.TempDir(), "backup")},
	} {
		got := run(t, nil, phrase+"\n", built.plain, append(append([]string{"admin"}, args...), "--data", dir)...)
		checkRefusal(t, got, key, "is not the one")
	}
	unchanged(t, dir, before)

	// With the right key everything works as before.
	if err := os.WriteFile(key, own, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run(t, nil, "", built.plain, "admin", "verify", "--data", dir); got.status != 0 {
		t.Errorf("%+v", got)
	}
}
