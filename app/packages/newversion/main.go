// Package main gives the source the version of a new release (`make release VERSION=1.2.3`).
//
//	go run ./app/packages/newversion [-root DIR] 1.2.3
//
// It changes FyneApp.toml, the version of builds without the Makefile in app/main.go, and the
// heading in CHANGELOG.md. Everything else takes the version from these. It refuses a tree
// with other changes, and commits nothing: the changes are to be read first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	root := flag.String("root", ".", "the directory of the source")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "Use: make release VERSION=1.2.3")
		os.Exit(2)
	}
	if err := change(context.Background(), *root, flag.Arg(0), time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("The source has version %[1]s now. Read the changes and commit them:\n\n  git diff\n  git commit -am 'Release %[1]s'\n  git tag -a v%[1]s -m 'Nightlatch %[1]s'\n  make packages\n", flag.Arg(0))
}

var (
	syntax    = regexp.MustCompile(`^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$`)
	tomlLine  = regexp.MustCompile(`(?m)^Version = "([^"]+)"$`)
	buildLine = regexp.MustCompile(`(?m)^Build = ([0-9]+)$`)
	mainLine  = regexp.MustCompile(`(?m)^var version = "[^"]+"$`)
	headLine  = regexp.MustCompile(`(?m)^## Unreleased$`)
)

// gitTime limits asking git.
const gitTime = time.Minute

// change sets the version, or changes nothing.
func change(ctx context.Context, root, version string, now time.Time) error {
	next, err := numbers(version)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, gitTime)
	defer stop()
	out, err := exec.CommandContext(ctx, "git", "-C", root, "status", "--porcelain").CombinedOutput()
	if err != nil {
		return fmt.Errorf("release: git status: %w: %s", err, out)
	}
	if len(out) > 0 {
		return fmt.Errorf("release: the source has changes that are not committed. Commit them first:\n%s", out)
	}
	texts := map[string]string{"FyneApp.toml": "", "app/main.go": "", "CHANGELOG.md": ""}
	for name := range texts {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		texts[name] = string(b)
	}
	m := tomlLine.FindStringSubmatch(texts["FyneApp.toml"])
	if m == nil {
		return errors.New("release: FyneApp.toml has no version")
	}
	if last, err := numbers(m[1]); err != nil {
		return err
	} else if slices.Compare(next, last) < 0 || slices.Equal(next, last) && strings.Contains(texts["CHANGELOG.md"], "\n## "+version+" (") {
		return fmt.Errorf("release: %s is not higher than the version of the source, %s", version, m[1])
	}
	_, news, found := strings.Cut(texts["CHANGELOG.md"], "\n## Unreleased\n")
	if news, _, _ = strings.Cut(news, "\n## "); !found || !strings.Contains(news, "\n- ") {
		return errors.New("release: CHANGELOG.md has no changes under Unreleased")
	}
	replace := func(name string, line *regexp.Regexp, with string) {
		if len(line.FindAllString(texts[name], 2)) != 1 {
			err = errors.Join(err, fmt.Errorf("release: %s has not exactly one line like %s", name, line))
		}
		texts[name] = line.ReplaceAllLiteralString(texts[name], with)
	}
	replace("FyneApp.toml", tomlLine, `Version = "`+version+`"`)
	if b := buildLine.FindStringSubmatch(texts["FyneApp.toml"]); b != nil {
		n, _ := strconv.Atoi(b[1]) // digits
		replace("FyneApp.toml", buildLine, fmt.Sprintf("Build = %d", n+1))
	}
	replace("app/main.go", mainLine, `var version = "`+version+`"`)
	replace("CHANGELOG.md", headLine, "## Unreleased\n\n## "+version+" ("+now.Format(time.DateOnly)+")")
	texts["CHANGELOG.md"] = strings.Replace(texts["CHANGELOG.md"], " Nothing has been released yet.", "", 1)
	if err != nil {
		return err
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// numbers are the three parts of a version.
func numbers(version string) ([]int, error) {
	m := syntax.FindStringSubmatch(version)
	if m == nil {
		return nil, fmt.Errorf("release: %q is not a version such as 1.2.3", version)
	}
	var all []int
	for _, part := range m[1:] {
		n, err := strconv.Atoi(part)
		if err != nil || n > 65535 { // the largest that Windows knows
			return nil, fmt.Errorf("release: %q is not a version: %s is too large", version, part)
		}
		all = append(all, n)
	}
	return all, nil
}
