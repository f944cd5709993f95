package tour

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// While the keyring does not answer, a window says that the start waits for it. The console
// opens when the keyring answers.
func TestWindowWithASilentKeyring(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	home, err := os.MkdirTemp("", "nl-ring") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	k, err := harness.StartKeyring(home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	program, data := program(t), filepath.Join(home, "data")
	first, err := harness.Start(ctx, k.Env, program, "serve", "--listen", "127.0.0.1:0", "--data", data) // puts the key into the keyring
	if err != nil {
		t.Fatal(err)
	}
	if status, err := first.Stop(ctx); status != 0 || err != nil {
		t.Fatalf("status %d: %v", status, err)
	}
	if err := k.Freeze(); err != nil {
		t.Fatal(err)
	}
	d, err := harness.OpenDisplay(ctx, 1280, 860)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	// The program gets the keyring's bus and not the private one of the window.
	w, err := d.OpenWindow(ctx, "Nightlatch", nil, "env", append(k.Env, program, "--data", data)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	if log := w.Log(); !strings.Contains(log, "waiting for the keyring") || strings.Contains(log, `"ready"`) {
		t.Errorf("while the keyring is silent: %s", log)
	}
	if err := k.Thaw(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ReadyURL(ctx); err != nil {
		t.Errorf("afterwards: %v: %s", err, w.Log())
	}
}
