package party

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Key and database are held against each other wherever they meet: at the start, and by
// verify, restore and every verb that opens the database. With another key nothing in the
// database could be opened, and the data would be lost one by one.
func TestDatabaseWithAnotherKey(t *testing.T) {
	t.Parallel()
	dir, foreign := stoppedServer(t), stoppedServer(t)
	key := filepath.Join(dir, "master.key")
	backup := filepath.Join(t.TempDir(), "backup")
	if got := run(t, nil, "", built.plain, "admin", "backup", "--data", dir, backup); got.status != 0 {
		t.Fatalf("%+v", got)
	}

	before := contents(t, foreign)
	got := run(t, nil, "", built.plain, "admin", "restore", "--data", foreign, backup)
	checkRefusal(t, got, "belongs to another key", filepath.Join(foreign, "master.key"), "nothing was changed")
	unchanged(t, foreign, before)

	own, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	other := before["master.key"]
	if bytes.Equal(own, other) {
		t.Fatal("two directories have one key")
	}
	if err := os.WriteFile(key, other, 0o600); err != nil {
		t.Fatal(err)
	}
	before = contents(t, dir)
	refuses(t, dir, key, "is not the one", database, "nothing was changed")
	for _, args := range [][]string{
		{"verify"},
		{"set-owner", "--user", "robin"},
		{"unlock", "--user", "robin"},
		{"set-mail", "--addr", "mail.example.org:587", "--from", "a@example.org"},
	} {
		got := run(t, nil, "", built.plain, append(append([]string{"admin"}, args...), "--data", dir)...)
		checkRefusal(t, got, key, "is not the one")
	}
	unchanged(t, dir, before)

	// With its own key everything is as before.
	if err := os.WriteFile(key, own, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify"}, {"restore", backup}, {"verify"}} {
		if got := run(t, nil, "", built.plain, append(append([]string{"admin"}, args...), "--data", dir)...); got.status != 0 {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
