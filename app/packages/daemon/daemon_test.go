package daemon

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightlatch/app/harness"
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

// What the server calls of the system is what the unit allows, while it starts, makes its
// data, answers nightlatch admin and HTTP, and stops.
func TestUnitAllowsWhatTheServerCalls(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	program, err := harness.BuildWithoutCgo(ctx, t.TempDir(), "nightlatch", "nightlatch/app", "-tags=headless")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	data, trace := filepath.Join(dir, "data"), filepath.Join(dir, "trace")
	serve := exec.CommandContext(ctx, "strace", "-f", "-qq", "-o", trace, program, "serve", "--data", data, "--listen", "127.0.0.1:0")
	serve.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	serve.Cancel = func() error { return syscall.Kill(-serve.Process.Pid, syscall.SIGKILL) }
	out, err := serve.StdoutPipe()
	if err == nil {
		err = serve.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	m := regexp.MustCompile(`"url":"([^"]+)"`).FindStringSubmatch(lines.Text())
	if m == nil {
		t.Fatalf("it is not ready: %s", lines.Text())
	}
	for _, args := range [][]string{{"create-owner", "--user", "ada", "--password-from", "-"}, {"verify"}} {
		cmd := exec.CommandContext(ctx, program, append([]string{"admin", args[0], "--data", data}, args[1:]...)...)
		cmd.Stdin = strings.NewReader("correct horse battery staple 9\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
	}
	if out, err := exec.CommandContext(ctx, "curl", "-s", m[1]+"/api/v1/server").CombinedOutput(); err != nil || !strings.Contains(string(out), "sign_in_required") {
		t.Errorf("curl: %v\n%s", err, out)
	}
	if err := syscall.Kill(-serve.Process.Pid, syscall.SIGTERM); err != nil { // strace ignores it
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}

	unit, err := os.ReadFile(filepath.Join(root, "assets/packaging/server/nightlatch-server.service"))
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^SystemCallFilter=(~?)(@[a-z-]+)$`).FindAllSubmatch(unit, -1) {
		for _, call := range systemCalls(t, string(m[2])) {
			allowed[call] = len(m[1]) == 0
		}
	}
	src, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^[0-9]+ +(?:<\.\.\. )?([a-z0-9_]+)(?:\(| resumed)`).FindAllSubmatch(src, -1) {
		used[string(m[1])] = true
	}
	if !used["fdatasync"] || !used["accept4"] || len(used) < 30 {
		t.Errorf("the trace has only %v", used)
	}
	for call := range used {
		if !allowed[call] {
			t.Errorf("the server calls %s, which the unit does not allow", call)
		}
	}
}

// systemCalls are the calls of a set of systemd, and of the sets in it.
func systemCalls(t *testing.T, set string) (calls []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "--no-pager", "syscall-filter", set).Output()
	if err != nil {
		t.Fatalf("%s: %v", set, err)
	}
	for _, word := range strings.Fields(regexp.MustCompile(`(?m)^ *#.*$`).ReplaceAllString(string(out), "")) {
		switch {
		case word == set:
		case strings.HasPrefix(word, "@"):
			calls = append(calls, systemCalls(t, word)...)
		default:
			calls = append(calls, word)
		}
	}
	return calls
}
