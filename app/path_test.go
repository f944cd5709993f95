package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ~ stands for the home directory wherever a path is typed: in each flag that takes
// one, and in the source of a secret.
func TestHomeInEveryPath(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	p, s := pathFlag(""), sourceFlag("")
	for typed, want := range map[string]string{
		"~": home, "~/keys": filepath.Join(home, "keys"), "~ann/keys": "~ann/keys", "./~": "./~", "": "", "/tmp/~": "/tmp/~", "~/": home,
	} {
		if err := p.Set(typed); err != nil || string(p) != want {
			t.Errorf("%q is %q, %v; want %q", typed, p, err, want)
		}
		if err := s.Set("file:" + typed); err != nil || string(s) != "file:"+want {
			t.Errorf("file:%s is %q, %v", typed, s, err)
		}
	}
	if err := s.Set("fd:3"); err != nil || s != "fd:3" {
		t.Errorf("fd:3 is %q, %v", s, err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^\s*(.*"[a-z-]+", .*(?:\x60directory\x60|\x60file\x60|\x60path\x60|file:PATH).*)$`)
	n := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllSubmatch(src, -1) {
			n++
			line := string(m[1])
			if !strings.Contains(line, "pathVar(f, ") && !strings.Contains(line, "f.Var((*sourceFlag)(") && !strings.Contains(line, `"key-path"`) {
				t.Errorf("%s: a path that keeps ~: %s", file, line)
			}
		}
	}
	if n < 12 {
		t.Errorf("found only %d flags", n)
	}
}
