package daemon

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../../.."

func staged(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := Stage(root, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestConfigurationIsStaged(t *testing.T) {
	t.Parallel()
	dir := staged(t)
	for _, path := range Configuration() {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Error(err)
		}
	}
	for _, f := range files {
		if strings.HasPrefix(f.to, "etc/") && !strings.Contains(strings.Join(Configuration(), " "), "/"+f.to) {
			t.Errorf("an upgrade would replace %s", f.to)
		}
	}
}

// systemd understands every line of the unit. Without the program and its pages, those are
// all that it may miss.
func TestUnitIsValid(t *testing.T) {
	t.Parallel()
	unit := filepath.Join(staged(t), "usr/lib/systemd/system/nightlatch-server.service")
	out, _ := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no", "--generators=no", unit).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "nightlatch-server.service") && !strings.Contains(line, "/usr/bin/nightlatch is not executable") {
			t.Error(line)
		}
	}
}

// The unit takes from the service what it does not need: systemd rates what is left, from 0
// (nothing) to 10.
func TestUnitIsHardened(t *testing.T) {
	t.Parallel()
	unit := filepath.Join(staged(t), "usr/lib/systemd/system/nightlatch-server.service")
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--no-pager", unit).CombinedOutput()
	m := regexp.MustCompile(`Overall exposure level for nightlatch-server\.service: ([0-9.]+)`).FindSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if level, err := strconv.ParseFloat(string(m[1]), 64); err != nil || level >= 2 {
		t.Errorf("the level is %s: %v\n%s", m[1], err, out)
	}
}

// Scripts are in the shell's own language: dash, which Debian runs them with, has less than
// bash.
func TestScriptsAreValid(t *testing.T) {
	t.Parallel()
	var scripts []string
	for _, pattern := range []string{"server/nightlatch-server.init", "server/deb/*", "server/rpm/*", "desktop/post*"} {
		found, err := filepath.Glob(filepath.Join(root, "assets/packaging", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		scripts = append(scripts, found...)
	}
	for _, s := range scripts {
		if out, err := exec.CommandContext(t.Context(), "dash", "-n", s).CombinedOutput(); err != nil {
			t.Errorf("%s: %s", s, out)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "shellcheck", append([]string{"--shell=sh", "--exclude=SC1091"}, scripts...)...).CombinedOutput(); err != nil {
		t.Errorf("shellcheck: %v\n%s", err, out)
	}
}
