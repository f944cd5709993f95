package law

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The version is in FyneApp.toml, in CHANGELOG.md, and for builds without the Makefile in
// app/main.go. `make release` changes these three, so no other file may name it. Tests and
// lists of modules have versions of their own.
func TestOneFileNamesTheVersion(t *testing.T) {
	root := filepath.Join("..", "..")
	toml, err := os.ReadFile(filepath.Join(root, "FyneApp.toml"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^Version = "([0-9.]+)"$`).FindSubmatch(toml)
	if m == nil {
		t.Fatal("FyneApp.toml has no version")
	}
	named := regexp.MustCompile(`(^|[^0-9.])` + regexp.QuoteMeta(string(m[1])) + `($|[^0-9.-])`)
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z").Output()
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{"FyneApp.toml": true, "CHANGELOG.md": true, "app/main.go": true, "go.mod": true, "go.sum": true, ".ci/tools/go.mod": true, ".ci/tools/go.sum": true}
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		base := filepath.Base(name)
		if allowed[name] || strings.HasSuffix(base, "_test.go") || base == "package-lock.json" || strings.Contains(name, "testdata/") || strings.Contains(name, "assets/licenses/") {
			continue
		}
		body, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || bytes.IndexByte(body, 0) >= 0 {
			continue // deleted, or no text
		}
		for n, line := range strings.Split(string(body), "\n") {
			if named.MatchString(line) {
				t.Errorf("%s:%d names the version %s: make release would not change it", name, n+1, m[1])
			}
		}
	}
}
