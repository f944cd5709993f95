package party

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/fido"
	"nightlatch/fido/virtual"
	"nightlatch/server/api"
)

// A virtual key is plugged into this computer for every program, but a server
// that is no lab does not take it.
func TestLabKeyOutsideTheLab(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	dir := t.TempDir()
	seed := filepath.Join(dir, "seed.json")
	people := `{"accounts":[{"username":"dot","password":"correct horse battery","email":"dot@example.org"}]}`
	if err := os.WriteFile(seed, []byte(people), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := harness.Serve(ctx, built.plain, "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--keep-mail", "--seed", seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = s.Stop(ctx) })
	bench, err := virtual.New(virtual.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bench.Close() })
	key, err := bench.Plug("Blue", fido.USB, "")
	if err == nil {
		err = bench.SetAutoTouch(key.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}

	dot := harness.NewPerson(s.Client, "dot")
	dot.Password = "correct horse battery"
	if err := dot.SignIn(ctx, ""); err != nil {
		t.Fatal(err)
	}
	got := run(t, nil, dot.Password+"\n", built.plain, "key", "enroll", "--server", s.URL, "--device", key.Path, "--session", dot.Client.Token())
	if got.status != 1 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, "virtual key of the lab") {
		t.Errorf("enroll: %+v", got)
	}
	if keys, err := dot.Client.Keys(ctx); err != nil || len(keys) != 0 {
		t.Errorf("keys %+v: %v", keys, err)
	}
	account, err := dot.Client.Account(ctx)
	if err != nil || account.TwoFactor || account.Methods != (api.Methods{}) {
		t.Errorf("account %+v: %v", account, err)
	}
}
