package party

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// The start reports a keyring that does not answer. The user can stop it, and it continues
// when the keyring answers.
func TestSilentKeyring(t *testing.T) {
	t.Parallel()
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
	ctx := within(t, 2*time.Minute)
	dir := filepath.Join(t.TempDir(), "data")
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", dir}
	s, err := harness.Start(ctx, k.Env, built.plain, args...)
	if err != nil {
		t.Fatal(err)
	}
	stop(ctx, t, s)
	if text, err := os.ReadFile(filepath.Join(dir, "master.key")); err != nil || !strings.HasPrefix(string(text), "nightlatch-keyring-1 ") {
		t.Fatalf("the key is not in the keyring: %v", err)
	}
	if err := k.Freeze(); err != nil {
		t.Fatal(err)
	}

	// Reported and interrupted.
	cmd := exec.CommandContext(ctx, built.plain, args...)
	cmd.Env = append(os.Environ(), k.Env...)
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	if !lines.Scan() || !strings.Contains(lines.Text(), "waiting for the keyring") {
		t.Errorf("it said %q", lines.Text())
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() || !strings.Contains(lines.Text(), "nothing was changed") || strings.Contains(lines.Text(), "--data") {
		t.Errorf("interrupted, it said %q", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted: %v", err)
	}

	// The keyring answers late.
	cmd = exec.CommandContext(ctx, built.plain, args...)
	cmd.Env = append(os.Environ(), k.Env...)
	if stderr, err = cmd.StderrPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if lines = bufio.NewScanner(stderr); !lines.Scan() || !strings.Contains(lines.Text(), "waiting for the keyring") {
		t.Errorf("it said %q", lines.Text())
	}
	if err := k.Thaw(); err != nil {
		t.Fatal(err)
	}
	if ready, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || !strings.Contains(ready, `"ready":true`) {
		t.Errorf("it is not ready: %q, %v", ready, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
