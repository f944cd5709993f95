package law

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// .ci/setup must not take a package for installed that was removed or that another package
// only mentions: dpkg lists those, too.
func TestSetupFindsMissingPackages(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs("../../.ci/setup")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir() // the only directory in PATH: without sudo and root nothing is installed
	for _, tool := range []string{"bash", "sed"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	fake := func(name, body string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!"+filepath.Join(bin, "bash")+"\n"+body+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	fake("id", "echo 1000")
	fake("go", ":")
	fake("apt-get", "exit 1")
	// dpkg-query -W -f FORMAT PACKAGES: one package is known by name only, one was removed
	// and one is unknown.
	fake("dpkg-query", `shift 2
for p; do case $p in
libpcsclite-dev) echo "un $p " ;;
libfido2-dev) echo "rc $p " ;;
libxi-dev) status=1 ;;
*) echo "ii $p " ;;
esac; done
exit ${status:-0}`)

	cmd := exec.Command(script, "build")
	cmd.Env = []string{"PATH=" + bin}
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("it found nothing missing: %s", out)
	}
	_, missing, _ := strings.Cut(strings.TrimSpace(string(out)), "apt-get install --no-install-recommends ")
	if missing != "libxi-dev libfido2-dev libpcsclite-dev" {
		t.Errorf("missing: %q: %s", missing, out)
	}
}
