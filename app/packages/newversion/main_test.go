package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/packages/release"
)

var day = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// source is a committed tree with the files that have the version.
func source(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"FyneApp.toml": "[Details]\nVersion = \"0.9.9\"\nBuild = 7\n",
		"app/main.go":  "package main\n\nvar version = \"0.9.9\"\n",
		"CHANGELOG.md": "# Changelog\n\nChanges. Nothing has been released yet.\n\n## Unreleased\n\n### Added\n- **News.** More.\n",
	} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "init", "-q")
	commit(t, dir)
	return dir
}

func commit(t *testing.T, dir string) {
	t.Helper()
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x")
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// After a release, the packages have its version, date and changes.
func TestNewVersion(t *testing.T) {
	t.Parallel()
	dir := source(t)
	if err := change(t.Context(), dir, "0.10.0", day); err != nil {
		t.Fatal(err)
	}
	all, err := release.Read(t.Context(), dir)
	if err != nil || all[0].Version != "0.10.0" || all[0].Unreleased || all[0].Date.Format(time.DateOnly) != "2026-03-04" || len(all[0].Changes) != 1 {
		t.Errorf("packaged is %+v: %v", all, err)
	}
	for name, want := range map[string]string{"FyneApp.toml": "Build = 8\n", "app/main.go": "var version = \"0.10.0\"\n", "CHANGELOG.md": "## Unreleased\n\n## 0.10.0 (2026-03-04)\n"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(b), want) || strings.Contains(string(b), "0.9.9") || strings.Contains(string(b), "Nothing has been") {
			t.Errorf("%s is %q: %v", name, b, err)
		}
	}
}

// A refusal changes nothing.
func TestRefusedVersions(t *testing.T) {
	t.Parallel()
	dir := source(t)
	for _, version := range []string{"", "1", "1.2", "v1.2.3", "1.2.3-rc1", "01.2.3", "1.2.3.4", "1.2.70000", "0.9.8", "0.8.10", " 1.2.3"} {
		if err := change(t.Context(), dir, version, day); err == nil {
			t.Errorf("%q was accepted", version)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "new.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := change(t.Context(), dir, "1.0.0", day); err == nil || !strings.Contains(err.Error(), "new.txt") {
		t.Errorf("a tree with changes: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "new.txt")); err != nil {
		t.Fatal(err)
	}
	if got := git(t, dir, "status", "--porcelain"); got != "" {
		t.Errorf("changed: %s", got)
	}
	if err := change(t.Context(), dir, "0.9.9", day); err != nil { // the first release: the source has its version already
		t.Error(err)
	}
	commit(t, dir)
	for _, version := range []string{"0.9.9", "0.9.10"} { // the first is there, the second has no changes
		if err := change(t.Context(), dir, version, day); err == nil {
			t.Errorf("%s was accepted after the release of 0.9.9", version)
		}
	}
}
