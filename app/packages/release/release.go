// Package release reads what is packaged: the version of FyneApp.toml, and the changes of
// CHANGELOG.md with their dates.
package release

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What every package says about the program.
const (
	ID         = "org.nightlatch.Nightlatch" // as in FyneApp.toml
	Homepage   = "https://nightlatch.org"
	Maintainer = "Nightlatch maintainers <maintainers@nightlatch.org>"
	License    = "Apache-2.0"
)

// A Release is one version of the program.
type Release struct {
	Version string
	// Date is the day of the release in the changelog. Without one, it is
	// SOURCE_DATE_EPOCH, the time of the last commit, or the year 1980: the same in
	// every build of the same source.
	Date       time.Time
	Unreleased bool // the changelog does not have the version: its newest changes count
	Changes    []Section
}

// A Section is a list of changes of one kind.
type Section struct {
	Heading string // "Added", "Changed", "Fixed", "Security"
	Items   []string
}

var (
	versionLine = regexp.MustCompile(`(?m)^Version *= *"([0-9]+\.[0-9]+\.[0-9]+)"$`)
	heading     = regexp.MustCompile(`^## \[?([0-9]+\.[0-9]+\.[0-9]+)\]? *[-–(]? *([0-9]{4}-[0-9]{2}-[0-9]{2})\)?$`)
)

// Read returns the releases of the source in the directory root, the one to package first.
func Read(ctx context.Context, root string) ([]Release, error) {
	toml, err := os.ReadFile(filepath.Join(root, "FyneApp.toml"))
	if err != nil {
		return nil, err
	}
	m := versionLine.FindSubmatch(toml)
	if m == nil {
		return nil, fmt.Errorf("release: FyneApp.toml has no version such as 1.2.3")
	}
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return nil, err
	}
	built, err := Built(ctx, root)
	if err != nil {
		return nil, err
	}
	return parse(string(m[1]), string(text), built)
}

// parse returns the releases of a changelog from version on. Changes under "Unreleased"
// belong to version, unless that has a heading of its own: then they are not packaged.
func parse(version, changelog string, built time.Time) ([]Release, error) {
	var all []Release
	var now *Release
	for n, line := range strings.Split(changelog, "\n") {
		switch {
		case line == "## Unreleased":
			all = append(all, Release{Version: version, Date: built, Unreleased: true})
			now = &all[len(all)-1]
		case strings.HasPrefix(line, "## "):
			m := heading.FindStringSubmatch(line)
			if m == nil {
				return nil, fmt.Errorf("release: line %d of the changelog is %q; write it as ## 1.2.3 (2006-01-02)", n+1, line)
			}
			day, err := time.Parse(time.DateOnly, m[2])
			if err != nil {
				return nil, fmt.Errorf("release: line %d of the changelog: %w", n+1, err)
			}
			if m[1] == version && len(all) > 0 && all[0].Unreleased {
				all = all[1:]
			}
			all = append(all, Release{Version: m[1], Date: day})
			now = &all[len(all)-1]
		case now == nil:
		case strings.HasPrefix(line, "### "):
			now.Changes = append(now.Changes, Section{Heading: strings.TrimPrefix(line, "### ")})
		case strings.HasPrefix(line, "- ") && len(now.Changes) > 0:
			s := &now.Changes[len(now.Changes)-1]
			s.Items = append(s.Items, strings.TrimPrefix(line, "- "))
		case strings.HasPrefix(line, "  ") && len(now.Changes) > 0: // the rest of an item
			s := &now.Changes[len(now.Changes)-1]
			if i := len(s.Items) - 1; i >= 0 {
				s.Items[i] += " " + strings.TrimSpace(line)
			}
		}
	}
	if len(all) == 0 || all[0].Version != version {
		return nil, fmt.Errorf("release: FyneApp.toml has version %s, but the changelog begins with another one", version)
	}
	return all, nil
}

// Built returns the time that stands for the build where a format needs one, so that two
// builds of one source are equal.
func Built(ctx context.Context, root string) (time.Time, error) {
	if text := os.Getenv("SOURCE_DATE_EPOCH"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("release: SOURCE_DATE_EPOCH is %q, which is not a number of seconds", text)
		}
		return time.Unix(n, 0).UTC(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "git", "-C", root, "log", "-1", "--format=%ct").Output(); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64); err == nil {
			return time.Unix(n, 0).UTC(), nil
		}
	}
	return time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), nil // source without its history
}

var (
	link = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	bold = regexp.MustCompile(`^\*\*(.+?)\*\*`)
)

// Plain returns an item of the changelog without its marks.
func Plain(item string) string {
	return strings.NewReplacer("**", "", "`", "").Replace(link.ReplaceAllString(item, "$1"))
}

// Short returns the words in bold that an item begins with, or its first sentence.
func Short(item string) string {
	if m := bold.FindStringSubmatch(item); m != nil {
		return strings.TrimRight(Plain(m[1]), ".: ")
	}
	first, _, _ := strings.Cut(Plain(item), ". ")
	return strings.TrimRight(first, ".")
}
