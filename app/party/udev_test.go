package party

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// udev accepts the rule without warnings, and applies it only to devices that fido_id
// recognises as security keys. Test machines have no hidraw devices, so the test uses the
// loopback interface, which has no device node.
func TestUdevRule(t *testing.T) {
	if !isolated(t) {
		return
	}
	rule := run(t, nil, "", built.plain, "admin", "udev-rule")
	if rule.status != 0 || rule.stdout == "" {
		t.Fatalf("%+v", rule)
	}
	at := t.TempDir()
	write(t, filepath.Join(at, "70-nightlatch.rules"), strings.ReplaceAll(rule.stdout, `"hidraw"`, `"net"`), 0o644)
	write(t, filepath.Join(at, "71-test.rules"), `TAG=="uaccess", ENV{TEST_TAGGED}="yes"`+"\n", 0o644)
	mount(t, "/lib/udev", "-t", "tmpfs", "tmpfs") // hide the system's rules and programs
	if err := os.MkdirAll("/etc/udev/rules.d", 0o755); err != nil {
		t.Fatal(err)
	}
	mount(t, "/etc/udev/rules.d", "--bind", at)
	if err := os.MkdirAll("/run/udev", 0o755); err != nil {
		t.Fatal(err)
	}

	for _, tt := range []struct {
		name, fidoID, action string
		key                  bool
	}{
		{"a security key", "echo ID_FIDO_TOKEN=1; echo ID_SECURITY_TOKEN=1", "add", true},
		{"a mouse", "true", "add", false},
		{"fido_id fails", "exit 1", "add", false},
		{"a key that goes", "echo ID_FIDO_TOKEN=1", "remove", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mount(t, "/run/udev", "-t", "tmpfs", "tmpfs") // udev remembers devices
			write(t, "/lib/udev/fido_id", "#!/bin/sh\n"+tt.fidoID+"\n", 0o755)
			out, err := exec.CommandContext(within(t, time.Minute), "udevadm", "test", "--action="+tt.action, "/sys/class/net/lo").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			said := string(out)
			for _, bad := range []string{"Unknown", "Invalid", "Failed to parse", "label"} {
				if strings.Contains(said, bad) {
					t.Errorf("udev says %q", bad)
				}
			}
			for _, effect := range []string{"TEST_TAGGED=yes", "ID_SECURITY_TOKEN=1", "MODE 0660", "GROUP "} {
				if strings.Contains(said, effect) != tt.key {
					t.Errorf("%q is there: %v, want %v", effect, !tt.key, tt.key)
				}
			}
			if t.Failed() {
				t.Logf("%s", out)
			}
		})
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
