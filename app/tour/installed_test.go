package tour

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// The package nightlatch in a clean Debian: apt finds what it depends on, a person starts it
// by its desktop entry, signs up and sets text messages up in the lab, an
// upgrade from a package of a lower version keeps the account, and nothing is left of the
// package after it was purged.
func TestSlowInstalledWindow(t *testing.T) {
	t.Parallel()
	x := begin(t, "", filepath.Join("..", "..", "build", "installed"))
	root, err := harness.OpenCleanRoot(x.ctx, t.TempDir())
	x.must(err)
	t.Cleanup(root.Close)
	apt := func(args ...string) string {
		t.Helper()
		out, err := root.Apt(x.ctx, args...)
		x.must(err)
		return out
	}
	debs, err := harness.MakeDebs(x.ctx, "../..", t.TempDir(), "nightlatch")
	x.must(err)
	lower, err := root.Give(x.ctx, debs.Lower)
	x.must(err)
	current, err := root.Give(x.ctx, debs.Current)
	x.must(err)
	_, err = root.Run(x.ctx, "", "useradd", "--create-home", "--uid", "1000", "ada")
	x.must(err)
	x.must(root.Bind(x.home, x.home))
	x.must(os.Chown(x.home, 1000, 1000))
	before, err := root.Files()
	x.must(err)

	apt("install", lower)
	entry := x.launcher(root, "[Desktop Entry]")
	x.program = entry
	x.open()
	x.createAccount()
	x.close()

	apt("install", current)
	if out, err := root.Apt(x.ctx, "install", lower); err == nil {
		t.Errorf("apt installed the lower version without a question:\n%s", out)
	}
	x.open()
	x.must(x.p.SignIn(x.ctx, "")) // the account is still there
	x.close()

	x.program = x.launcher(root, "[Desktop Action lab]")
	seed := x.noAccounts()
	x.must(os.Chown(seed, 1000, 1000))
	x.open("--seed", seed)
	x.createAccount()
	x.enrolText()
	x.must(x.p.SignIn(x.ctx, api.Text))
	x.close()

	apt("purge", "nightlatch")
	after, err := root.Files()
	x.must(err)
	owned := x.owned(root)
	if left := slices.DeleteFunc(after, func(path string) bool { return slices.Contains(before, path) || owned[path] }); len(left) > 0 {
		t.Errorf("the package left %q", left)
	}
	if _, err := os.Stat(filepath.Join(x.home, ".local/share/nightlatch/nightlatch.db")); err != nil {
		t.Errorf("purging deleted the person's own data: %v", err)
	}
}

// launcher makes a program that runs what a group of the desktop entry executes, as the
// user ada of the system.
func (x *tour) launcher(root *harness.CleanRoot, group string) string {
	x.t.Helper()
	entry, err := os.ReadFile(filepath.Join(root.Dir, "usr/share/applications/org.nightlatch.Nightlatch.desktop"))
	x.must(err)
	_, part, _ := strings.Cut("\n"+string(entry), "\n"+group+"\n")
	_, line, ok := strings.Cut(part, "\nExec=")
	if !ok {
		x.t.Fatalf("%s has no Exec:\n%s", group, entry)
	}
	line, _, _ = strings.Cut(line, "\n")
	path := filepath.Join(x.t.TempDir(), "launch")
	script := fmt.Sprintf("#!/bin/sh\nexec chroot --userspec=1000:1000 %s /usr/bin/env -i HOME=%s XDG_RUNTIME_DIR=%[2]s DISPLAY=\"$DISPLAY\" LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin %s \"$@\"\n", root.Dir, x.home, line)
	x.must(os.WriteFile(path, []byte(script), 0o755))
	return path
}

// owned are the files of the packages that are installed.
func (x *tour) owned(root *harness.CleanRoot) map[string]bool {
	x.t.Helper()
	lists, err := filepath.Glob(filepath.Join(root.Dir, "var/lib/dpkg/info/*.list"))
	x.must(err)
	all := map[string]bool{}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		x.must(err)
		for _, path := range strings.Split(string(text), "\n") {
			path = strings.TrimPrefix(path, "/")
			all[path] = true
			if name, ok := strings.CutPrefix(path, "lib"); ok { // /lib is a link to /usr/lib
				all["usr/lib"+name] = true
			}
		}
	}
	return all
}
