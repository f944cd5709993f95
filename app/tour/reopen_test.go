package tour

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nightlatch/app/packages/release"
	"nightlatch/server/api"
)

// A second start brings the window of the first one forward. After a restart the user is
// still signed in, and a ceremony continues at the same step.
func TestReopened(t *testing.T) {
	t.Parallel()
	x := begin(t, program(t), t.TempDir())
	data := filepath.Join(x.home, "data")
	args := []string{"--lab", "--data", data, "--seed", x.noAccounts()}
	x.open(args...)
	if class, err := x.window.Class(x.ctx); err != nil || class != release.ID {
		t.Errorf("the window's class is %q, but StartupWMClass of the desktop entry is %s: %v", class, release.ID, err)
	}
	x.createAccount()
	x.press("ui.rail.two-factor", "ctrl+2")
	x.press("wizard.overview.heading", "Tab", "Tab", "Return")
	x.press("wizard.email.heading", "Return")

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
	x.sees("wizard.email.heading")
	x.fill(x.p.Email)
	x.press("wizard.code.email.heading", "Return")
	x.fill(x.code(api.ByEmail))
	x.press("wizard.phone.heading", "Return")
}
