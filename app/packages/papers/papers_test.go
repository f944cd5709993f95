package papers

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/app/packages/licenses"
	"nightlatch/app/packages/release"
)

const root = "../../.."

// Debian's own tool reads the changelog, with the version, the day and every change.
func TestDebianChangelog(t *testing.T) {
	t.Parallel()
	all := []release.Release{
		{Version: "0.2.0", Date: time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC), Changes: []release.Section{{Heading: "Fixed", Items: []string{"**" + strings.Repeat("A very long title. ", 12) + "** And more.", "One sentence. And another."}}}},
		{Version: "0.1.0", Date: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Changes: []release.Section{{Heading: "Added", Items: []string{"All."}}}},
	}
	file := filepath.Join(t.TempDir(), "changelog")
	if err := os.WriteFile(file, Debian(Package{Name: "nightlatch", Version: "0.2.0-1"}, all), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "dpkg-parsechangelog", "--all", "-l", file).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("warning")) {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"Source: nightlatch\n", "Version: 0.2.0-1\n", "Date: Thu, 05 Nov 2026 00:00:00 +0000\n", "* One sentence\n", "[ Fixed ]", "(0.1.0)", "* All\n"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("it lacks %q:\n%s", want, out)
		}
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		if len(line) > width+1 && !strings.HasPrefix(line, " -- ") { // the name is as long as it is
			t.Errorf("a long line: %q", line)
		}
	}
}

// The documents of this source are complete, and the same every time.
func TestStage(t *testing.T) {
	t.Parallel()
	program := os.Getenv("NIGHTLATCH_PROGRAM")
	if program == "" {
		var err error
		if program, err = harness.Build(t.Context(), t.TempDir(), "nightlatch", "nightlatch/app", harness.WindowTags); err != nil {
			t.Fatal(err)
		}
	}
	b, err := licenses.Of(t.Context(), root, program)
	if err != nil {
		t.Fatal(err)
	}
	p := Package{Name: "nightlatch", Version: "0.1.0", Readme: "desktop/README.Debian"}
	dirs := []string{t.TempDir(), t.TempDir()}
	for _, dir := range dirs {
		if err := Stage(t.Context(), root, dir, p, b); err != nil {
			t.Fatal(err)
		}
	}
	for name, begins := range map[string]string{
		"copyright": "Format: https://www.debian.org/", "README.Debian": "Nightlatch for Debian\n", licenses.FileName + ".gz": "Nightlatch contains ",
		"changelog.gz": "nightlatch (0.1.0) ", "NEWS.gz": "# Changelog\n",
	} {
		var bodies [2][]byte
		for i, dir := range dirs {
			if bodies[i], err = os.ReadFile(filepath.Join(dir, "usr/share/doc/nightlatch", name)); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(bodies[0], bodies[1]) {
			t.Errorf("%s differs", name)
		}
		text := bodies[0]
		if strings.HasSuffix(name, ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if text, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasPrefix(string(text), begins) {
			t.Errorf("%s begins with %.60q", name, text)
		}
	}
	p.Version = "0.1.0-1"
	if err := Stage(t.Context(), root, dirs[0], p, b); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dirs[0], "usr/share/doc/nightlatch/changelog.Debian.gz")); err != nil {
		t.Error(err)
	}
}
