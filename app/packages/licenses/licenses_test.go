package licenses

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nightlatch/app/harness"
	"nightlatch/assets"
)

const root = "../../.."

// built describes the program that the Makefile has built, or builds it.
func built(t *testing.T) *Build {
	t.Helper()
	program := os.Getenv("NIGHTLATCH_PROGRAM")
	if program == "" {
		var err error
		if program, err = harness.Build(t.Context(), t.TempDir(), "nightlatch", "nightlatch/app", harness.WindowTags); err != nil {
			t.Fatal(err)
		}
	}
	b, err := Of(t.Context(), root, program)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every module of the program is in both documents, with its licence and the names of its
// authors. So are Go, C code and fonts in modules, and what was derived from others.
func TestDocuments(t *testing.T) {
	t.Parallel()
	b := built(t)
	third := string(b.ThirdParty())
	debian, err := b.Debian(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Info.Deps) < 30 {
		t.Errorf("the program has only %d modules", len(b.Info.Deps))
	}
	names := []string{"Go", "Inter", "JetBrains Mono", "Unicode CLDR", "libphonenumber", "zxcvbn"}
	for _, m := range b.Info.Deps {
		names = append(names, m.Path)
	}
	for _, name := range names {
		at := slices.IndexFunc(b.Components, func(c Component) bool { return c.Name == name })
		if at < 0 || b.Components[at].Expression() == "" || len(b.Components[at].Texts) == 0 {
			t.Errorf("%s has no licence", name)
			continue
		}
		c := b.Components[at]
		if !strings.Contains(third, "\n"+title(c)+": "+c.Expression()+"\n") {
			t.Errorf("%s is not in %s", name, FileName)
		}
		if !strings.Contains(string(debian), "\nFiles: linked/"+strings.ReplaceAll(name, " ", "-")+"/*\nCopyright: ") {
			t.Errorf("%s is not in the file for Debian", name)
		}
		for _, text := range c.Texts {
			if !strings.Contains(third, text.Body) {
				t.Errorf("%s of %s is not in %s", text.Name, name, FileName)
			}
		}
	}
	for _, want := range []string{"Camilla Löwy", "Bitstream", "Dan Wheeler and Dropbox", "Unicode, Inc."} {
		if !strings.Contains(third, want) || !bytes.Contains(debian, []byte(want)) {
			t.Errorf("%s is not named", want)
		}
	}
	if bytes.Contains(debian, []byte("TERMS AND CONDITIONS FOR USE, REPRODUCTION")) {
		t.Error("the file for Debian repeats the Apache License, which Debian has")
	}
	for line := range strings.Lines(string(debian)) { // DEP 5: paragraphs of fields
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != ' ' && !strings.Contains(line, ": ") {
			t.Errorf("%q is no field", line)
		}
	}
}

// A licence that is not allowed, an unknown one and none at all are refused.
func TestRefusals(t *testing.T) {
	t.Parallel()
	gpl, err := os.ReadFile("/usr/share/common-licenses/GPL-3")
	if err != nil {
		t.Fatal(err)
	}
	for body, problem := range map[string]string{
		string(gpl):                  "GPL-3.0",
		"All rights are mine.\n":     "not known",
		"See the file of our firm\n": "not known",
	} {
		c := Component{Name: "example.org/x", Texts: []Text{{Name: "LICENSE", Body: body}}}
		if err := c.classify(); err == nil || !strings.Contains(err.Error(), problem) || !strings.Contains(err.Error(), "example.org/x") {
			t.Errorf("%.20q: %v", body, err)
		}
	}
	notice := Component{Name: "example.org/x", Texts: []Text{{Name: "NOTICE", Body: "By me.\n"}}}
	if err := notice.classify(); err == nil {
		t.Error("a notice alone is no licence")
	}
	dir := t.TempDir()
	var b Build
	if _, err := b.textsOf("example.org/x", &module{dir: dir, packages: []string{dir}}); err == nil || !strings.Contains(err.Error(), "no licence text") {
		t.Errorf("a module without a text: %v", err)
	}
	if _, err := b.textsOf("example.org/x", nil); err == nil {
		t.Error("a module that is not linked was accepted")
	}
}

// The texts that count are those of linked packages, of the directories above them, and of C
// code and fonts below them.
func TestWhichTextsCount(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"LICENSE", "linked/LICENSE-MIT", "linked/c/src/COPYING.txt", "linked/other/LICENSE", "linked/other/x.go", "elsewhere/LICENSE", "linked/testdata/LICENSE", "linked/license.go"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var b Build
	texts, err := b.textsOf("example.org/x", &module{dir: dir, packages: []string{filepath.Join(dir, "linked")}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range texts {
		names = append(names, x.Name)
	}
	if got := strings.Join(names, " "); got != "LICENSE linked/LICENSE-MIT linked/c/src/COPYING.txt" {
		t.Errorf("found %s", got)
	}
}

// The program prints and shows the texts of this source, of all systems. After a change of
// go.mod, make licenses writes them again.
func TestEmbeddedTextsAreCurrent(t *testing.T) {
	t.Parallel()
	b, err := Source(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	want := b.ThirdParty()
	if os.Getenv("NIGHTLATCH_UPDATE_LICENSES") != "" {
		if err := os.WriteFile(root+"/assets/licenses/"+FileName, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if assets.Licenses() != string(want) {
		t.Error("assets/licenses is not that of this source: run make licenses")
	}
	if len(want) > 250_000 {
		t.Errorf("the texts have %d bytes: pack them", len(want))
	}
}
