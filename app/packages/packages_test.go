package main

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightlatch/app/packages/release"
)

// made builds the packages.
func made(t *testing.T, programs string, env ...string) string {
	t.Helper()
	out := t.TempDir()
	run(t, env, "go", "run", ".", "-without-windows", "-root", "../..", "-programs", programs, "-out", out, "-nfpm", nfpm(t))
	return out
}

// nfpm is the program that the Makefile has built.
func nfpm(t *testing.T) string {
	t.Helper()
	at, err := filepath.Abs("../../build/tools/nfpm")
	if err != nil {
		t.Fatal(err)
	}
	run(t, nil, "go", "-C", "../../.ci/tools", "build", "-o", at, "github.com/goreleaser/nfpm/v2/cmd/nfpm")
	return at
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func version(t *testing.T) string {
	t.Helper()
	all, err := release.Read(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	return all[0].Version
}

// programs are those that the Makefile has compiled.
func programs(t *testing.T) string {
	t.Helper()
	at, err := filepath.Abs("../../build/packages/programs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(at, "nightlatch-server-arm64")); err != nil {
		t.Fatalf("run make packages-programs first: %v", err)
	}
	return at
}

// The packages of two builds are equal, though the second has another directory, umask,
// time zone and language. The installers for Windows have such a test of their own.
func TestSlowTwoBuildsAreEqual(t *testing.T) {
	from := programs(t)
	built, err := release.Built(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	date := fmt.Sprintf("SOURCE_DATE_EPOCH=%d", built.Unix()) // a commit may come between
	a := checksums(t, made(t, from, date))
	umask := syscall.Umask(0o077)
	again := made(t, from, date, "TZ=Asia/Kathmandu", "LC_ALL=C", "LANG=C", "XZ_OPT=-1")
	syscall.Umask(umask)
	if b := checksums(t, again); a != b {
		t.Errorf("two builds differ:\n%s\n%s", a, b)
	}
}

func checksums(t *testing.T, dir string) string {
	t.Helper()
	a, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	return string(a)
}

// All packages are there, and lintian, rpm, dpkg-deb, desktop-file-validate and appstreamcli
// accept them.
func TestPackages(t *testing.T) {
	out := made(t, programs(t))
	a := checksums(t, out)
	sums := exec.CommandContext(t.Context(), "sha256sum", "-c", "--quiet", "SHA256SUMS")
	sums.Dir = out
	if text, err := sums.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, text)
	}
	v := version(t)
	for _, name := range []string{
		"nightlatch_" + v + "_amd64.deb", "nightlatch-" + v + "-1.x86_64.rpm", "nightlatch-" + v + "-linux-amd64.tar.xz", "nightlatch-" + v + ".cdx.json",
		"nightlatch-server_" + v + "_amd64.deb", "nightlatch-server_" + v + "_arm64.deb", "nightlatch-server-" + v + "-1.x86_64.rpm", "nightlatch-server-" + v + "-1.aarch64.rpm",
		"nightlatch-server-" + v + "-linux-amd64.tar.xz", "nightlatch-server-" + v + "-linux-arm64.tar.xz",
		"nightlatch-" + v + "-macos-skeleton.zip",
	} {
		if !strings.Contains(a, "  "+name+"\n") {
			t.Errorf("there is no %s", name)
		}
	}
	t.Run("deb", func(t *testing.T) { testDebs(t, out) })
	t.Run("rpm", func(t *testing.T) { testRPMs(t, out, v) })
	t.Run("desktop", func(t *testing.T) { testEntry(t, filepath.Join(out, "stage/nightlatch-amd64")) })
}

// testDebs checks the .deb packages: lintian has no errors, the servers are static and for
// their processor, and what the program links is in Depends.
func testDebs(t *testing.T, out string) {
	debs, err := filepath.Glob(filepath.Join(out, "*.deb"))
	if err != nil || len(debs) != 3 {
		t.Fatalf("made %q: %v", debs, err)
	}
	run(t, nil, "lintian", append([]string{"--fail-on", "error", "--allow-root"}, debs...)...)
	machines := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
	for _, deb := range debs {
		dir := t.TempDir()
		run(t, nil, "dpkg-deb", "-x", deb, dir)
		f, err := elf.Open(filepath.Join(dir, "usr/bin/nightlatch"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		arch := strings.TrimSpace(run(t, nil, "dpkg-deb", "-f", deb, "Architecture"))
		if f.Machine != machines[arch] {
			t.Errorf("%s is for %s, its program for %v", deb, arch, f.Machine)
		}
		libraries, err := f.ImportedLibraries()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(deb, "server") {
			if len(libraries) > 0 {
				t.Errorf("%s links %q", deb, libraries)
			}
			if info, err := os.Stat(filepath.Join(dir, "usr/bin/nightlatch")); err != nil || info.Size() > 30e6 {
				t.Errorf("%s has a program of %d bytes: %v", deb, info.Size(), err)
			}
			continue
		}
		testDepends(t, deb, libraries)
	}
}

// testDepends finds the packages of the libraries that the program links.
func testDepends(t *testing.T, deb string, libraries []string) {
	depends := run(t, nil, "dpkg-deb", "-f", deb, "Depends")
	for _, library := range libraries {
		owner, _, _ := strings.Cut(run(t, nil, "dpkg", "-S", "*/x86_64-linux-gnu/"+library), ":")
		if !slices.ContainsFunc(strings.Split(depends, ","), func(d string) bool {
			name, _, _ := strings.Cut(strings.TrimSpace(d), " ")
			return name == owner
		}) {
			t.Errorf("the program links %s of %s, which is not in Depends: %s", library, owner, depends)
		}
	}
}

func testRPMs(t *testing.T, out, v string) {
	for name, arch := range map[string]string{"nightlatch": "x86_64", "nightlatch-server": "aarch64"} {
		file := filepath.Join(out, name+"-"+v+"-1."+arch+".rpm")
		got := run(t, nil, "rpm", "-qp", "--qf", "%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{BUILDHOST}", file)
		if want := name + " " + v + " " + arch + " " + release.License + " nightlatch.org"; got != want {
			t.Errorf("%s is %q, want %q", file, got, want)
		}
		files := run(t, nil, "rpm", "-qpl", file)
		for _, path := range []string{"/usr/bin/nightlatch", "/usr/share/man/man1/nightlatch.1.gz", "/usr/share/zsh/site-functions/_nightlatch", "/usr/share/doc/" + name + "/copyright"} {
			if !strings.Contains(files, path+"\n") {
				t.Errorf("%s has no %s", file, path)
			}
		}
		if strings.Contains(files, "lintian") || strings.Contains(files, "init.d") || strings.Contains(files, ".Debian") {
			t.Errorf("%s has files for Debian:\n%s", file, files)
		}
	}
	config := run(t, nil, "rpm", "-qpc", filepath.Join(out, "nightlatch-server-"+v+"-1.x86_64.rpm"))
	if !strings.Contains(config, "/etc/nightlatch/server.env\n") {
		t.Errorf("an upgrade would replace the settings: %q", config)
	}
}

func testEntry(t *testing.T, tree string) {
	run(t, nil, "desktop-file-validate", filepath.Join(tree, "usr/share/applications", release.ID+".desktop"))
	run(t, nil, "appstreamcli", "validate", "--no-net", filepath.Join(tree, "usr/share/metainfo", release.ID+".metainfo.xml"))
}
