package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/commandline"
	"nightlatch/app/manual"
)

// written runs `nightlatch man` and returns the directory with the pages.
func written(t *testing.T) string {
	t.Helper()
	t.Setenv("SOURCE_DATE_EPOCH", "1767225600")
	dir := t.TempDir()
	var errs strings.Builder
	if status := (terminal{in: strings.NewReader(""), out: &errs, err: &errs}).run([]string{"man", dir}); status != statusOK {
		t.Fatalf("status %d: %s", status, &errs)
	}
	return dir
}

func described(t *testing.T) manual.Manual {
	t.Helper()
	m, err := describe(time.Unix(1767225600, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// There is a page for each verb, with each of its flags. The flags are those that the
// command itself parses.
func TestEveryVerbAndFlagHasAPage(t *testing.T) {
	dir := written(t)
	m := described(t)
	var verbs []string
	for _, v := range keyVerbs {
		verbs = append(verbs, "key "+v.name)
	}
	for _, v := range adminVerbs {
		verbs = append(verbs, "admin "+v.name)
	}
	for _, name := range append(verbs, "", "serve", "key", "admin", "version", "licenses", "completion") {
		at := slices.IndexFunc(m.Commands, func(c commandline.Command) bool { return strings.Join(c.Path, " ") == name })
		if at < 0 {
			t.Errorf("nightlatch %s is not described", name)
			continue
		}
		c := m.Commands[at]
		src, err := os.ReadFile(filepath.Join(dir, manual.File(c)))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, f := range flagsInHelp(t, c) {
			if !strings.Contains(string(src), "\n.It Fl \\-"+strings.ReplaceAll(f, "-", `\-`)+" ") && !strings.Contains(string(src), "\n.It Fl \\-"+strings.ReplaceAll(f, "-", `\-`)+"\n") {
				t.Errorf("%s has no --%s", manual.File(c), f)
			}
		}
		for _, part := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"} {
			if !bytes.Contains(src, []byte("\n.Sh "+part+"\n")) {
				t.Errorf("%s has no %s", manual.File(c), part)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "nightlatch-man.1")); err == nil {
		t.Error("the command for packagers has a page")
	}
}

// flagsInHelp are the flags that the help of a command lists.
func flagsInHelp(t *testing.T, c commandline.Command) (names []string) {
	t.Helper()
	var out strings.Builder
	if status := (terminal{in: strings.NewReader(""), out: &out, err: &out}).run(append(slices.Clone(c.Path), "-h")); len(c.Path) > 0 && c.Path[0] != "version" && status != statusOK {
		t.Errorf("%s -h: %d: %s", c.Line(), status, &out)
	}
	if len(c.Path) == 0 || c.Group || c.Path[0] == "version" { // these print another help
		for _, f := range c.Flags {
			names = append(names, f.Name)
		}
		return names
	}
	for _, m := range regexp.MustCompile(`(?m)^  -([a-z][a-z-]*)`).FindAllStringSubmatch(out.String(), -1) {
		names = append(names, m[1])
	}
	return names
}

// The pages are correct mdoc, and neither mandoc nor groff warns about them.
func TestPagesAreCorrect(t *testing.T) {
	dir := written(t)
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(pages) < 25 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	out, _ := exec.CommandContext(t.Context(), "mandoc", append([]string{"-Tlint", "-Wstyle"}, pages...)...).Output()
	for line := range strings.Lines(string(out)) {
		// The pages name their version, and each other, which are not installed.
		if !strings.Contains(line, "operating system explicitly specified") && !strings.Contains(line, "referenced manual not found: Xr nightlatch") {
			t.Error(line)
		}
	}
	for _, page := range pages {
		cmd := exec.CommandContext(t.Context(), "man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page) // as lintian does
		cmd.Env = append(os.Environ(), "MANROFFSEQ=", "MANWIDTH=80", "LC_ALL=C.UTF-8")
		var errs strings.Builder
		cmd.Stderr = &errs
		if err := cmd.Run(); err != nil || errs.Len() > 0 {
			t.Errorf("%s: %v %s", filepath.Base(page), err, &errs)
		}
	}
}

// What mandoc shows is what was meant: dashes that can be copied, nothing lost to the
// formatter.
func TestPageReadsWell(t *testing.T) {
	dir := written(t)
	out, err := exec.CommandContext(t.Context(), "mandoc", "-Tutf8", "-O", "width=200", filepath.Join(dir, "nightlatch-admin-backup.1")).Output()
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(".\b").ReplaceAllString(string(out), "") // overstriking
	for _, want := range []string{"[--passphrase-from SOURCE | --recovery-key | --recipient RECIPIENT] FILE", "Without --data it is ~/.local/share/nightlatch.", "age1...", "nightlatch admin backup --recovery-key nightlatch.backup", "January 1, 2026", "/var/lib/nightlatch"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}

// The pages are the same on every computer, and the commands work there as before.
func TestPagesDoNotDependOnTheComputer(t *testing.T) {
	t.Setenv("HOME", "/somewhere/home")
	t.Setenv("XDG_DATA_HOME", "/somewhere/data")
	dir := written(t)
	for _, name := range []string{"nightlatch.1", "nightlatch-serve.1", "nightlatch-admin-verify.1"} {
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || bytes.Contains(src, []byte("somewhere")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if os.Getenv("HOME") != "/somewhere/home" || os.Getenv("XDG_DATA_HOME") != "/somewhere/data" || serviceDirectory == "" {
		t.Error("the environment was changed")
	}
}

// Every guide is to a command, and says something. Its examples use flags that are there.
func TestGuides(t *testing.T) {
	m := described(t)
	known := map[string]commandline.Command{}
	for _, c := range m.Commands {
		known[strings.Join(c.Path, " ")] = c
		if len(c.About) == 0 || len(c.Examples) == 0 {
			t.Errorf("%s has no description or no example", c.Line())
		}
		for _, e := range c.Examples {
			checkExample(t, m.Commands, e.Command)
		}
	}
	for path := range guides {
		if _, ok := known[path]; !ok {
			t.Errorf("there is a guide to %q, but no such command", path)
		}
	}
}

// checkExample checks each call of the program in a shell command.
func checkExample(t *testing.T, all []commandline.Command, command string) {
	t.Helper()
	for _, call := range regexp.MustCompile(`nightlatch( [^()|>\n]*|$)`).FindAllStringSubmatch(command, -1) {
		words := strings.Fields(call[1])
		var c commandline.Command
		for _, one := range all { // the longest path that fits
			if len(one.Path) >= len(c.Path) && len(one.Path) <= len(words) && slices.Equal(one.Path, words[:len(one.Path)]) {
				c = one
			}
		}
		if len(words) > 0 && !strings.HasPrefix(words[0], "-") && len(c.Path) == 0 {
			t.Errorf("%q: no such command", command)
		}
		for _, w := range words {
			name, isFlag := strings.CutPrefix(w, "--")
			if isFlag && !slices.ContainsFunc(c.Flags, func(f commandline.Flag) bool { return f.Name == name && f.Kind != commandline.Refused }) {
				t.Errorf("%q: %s has no --%s", command, c.Line(), name)
			}
		}
	}
}

// Every environment variable that the program reads is on a page.
func TestEveryVariableIsOnAPage(t *testing.T) {
	m := described(t)
	documented := []string{"LocalAppData", "GOGC", "SOURCE_DATE_EPOCH"} // of Windows, of Go, and for packagers
	for _, c := range m.Commands {
		for _, e := range c.Environment {
			documented = append(documented, e.Name)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`os\.(?:Getenv|LookupEnv)\("([^"]+)"\)`).FindAllSubmatch(src, -1) {
			n++
			if !slices.Contains(documented, string(found[1])) {
				t.Errorf("%s reads %s, which is on no manual page", file, found[1])
			}
		}
	}
	if n < 8 {
		t.Errorf("found only %d variables", n)
	}
}
