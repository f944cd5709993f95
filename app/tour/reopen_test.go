package tour

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nightlatch/server/api"
)

// A program that was closed in the middle of a ceremony goes on there when it is
// opened again, signed in; a second start brings the first one's window forward.
func TestReopened(t *testing.T) {
	t.Parallel()
	x := begin(t, program(t), t.TempDir())
	data := filepath.Join(x.home, "data")
	args := []string{"--lab", "--data", data, "--seed", x.noAccounts()}
	x.open(args...)
	x.createAccount()
	x.press("Two-factor authentication", "ctrl+2")
	x.press("What will happen", "Return")
	x.press("Which address gets your security notices?", "Return")

	second := exec.CommandContext(x.ctx, x.program, args...)
	second.Env = append(x.display.Env(), x.env...)
	out, err := second.CombinedOutput()
	if err == nil || second.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "already running") || !strings.Contains(string(out), "brought forward") {
		t.Errorf("a second start: status %d: %s", second.ProcessState.ExitCode(), out)
	}
	x.window.Close()
	for _, name := range []string{"nightlatch.db", "console.session"} {
		if stat, err := os.Stat(filepath.Join(data, name)); err != nil || stat.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v: %v", name, stat, err)
		}
	}

	x.open(args...)
	x.sees("Which address gets your security notices?")
	x.fill(x.p.Email)
	x.press("Enter the code we mailed you", "Return")
	x.fill(x.code(api.ByEmail))
	x.press("Which phone gets the codes?", "Return")
}
