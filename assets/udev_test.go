package assets

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A real shell runs the command, with a sudo that only runs its arguments, and a tee and
// a udevadm that record their arguments.
func TestUdevCommand(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nightlatch", "night latch's $HOME"} {
		dir := t.TempDir()
		script := func(name, body string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		script("sudo", `exec "$@"`)
		script("tee", `cat >"$LOG.rule"; echo "tee $*" >>"$LOG"`)
		script("udevadm", `echo "udevadm $*" >>"$LOG"`)
		script(name, `echo "rule of $*"`)

		log := filepath.Join(dir, "log")
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", UdevCommand(filepath.Join(dir, name)))
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "LOG="+log)
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		rule, _ := os.ReadFile(log + ".rule")
		if got := string(rule); got != "rule of admin udev-rule\n" {
			t.Errorf("%s: tee was given %q", name, got)
		}
		did, _ := os.ReadFile(log)
		want := "tee " + udevRulePath + "\nudevadm control --reload\nudevadm trigger --subsystem-match=hidraw\n"
		if string(did) != want {
			t.Errorf("%s: the command did\n%swant\n%s", name, did, want)
		}
	}
	if got := UdevCommand(""); !strings.HasPrefix(got, "nightlatch admin udev-rule | ") {
		t.Errorf("UdevCommand without a path is %s", got)
	}
}
