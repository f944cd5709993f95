package release

import (
	"strings"
	"testing"
	"time"
)

const changelog = "# Changelog\n\n## Unreleased\n\n### Added\n- **New thing.** It does\n  `x`.\n\n## 0.2.0 (2026-11-05)\n\n### Fixed\n- A [link](https://example.org) works. Really.\n\n## [0.1.0] - 2026-10-01\n\n### Added\n- All.\n"

func TestParse(t *testing.T) {
	t.Parallel()
	built := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	// The version in preparation has the changes that are not released.
	all, err := parse("0.3.0", changelog, built)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[0].Version != "0.3.0" || !all[0].Unreleased || all[0].Date != built {
		t.Fatalf("%+v", all)
	}
	if got := all[0].Changes[0].Items[0]; Plain(got) != "New thing. It does x." || Short(got) != "New thing" {
		t.Errorf("%q: %q, %q", got, Plain(got), Short(got))
	}
	if got := all[1].Changes[0].Items[0]; Plain(got) != "A link works. Really." || Short(got) != "A link works" {
		t.Errorf("%q: %q, %q", got, Plain(got), Short(got))
	}
	if all[2].Version != "0.1.0" || all[2].Date.Format(time.DateOnly) != "2026-10-01" {
		t.Errorf("%+v", all[2])
	}
	// A released version has its own changes and its own day.
	all, err = parse("0.2.0", changelog, built)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Unreleased || all[0].Date.Format(time.DateOnly) != "2026-11-05" || all[0].Changes[0].Heading != "Fixed" {
		t.Errorf("%+v", all)
	}
	for _, wrong := range []string{"## 0.2\n", "## 0.2.0\n", "## 0.2.0 (soon)\n", "", "## 0.1.0 (2026-10-01)\n"} {
		if all, err := parse("0.2.0", wrong, built); err == nil {
			t.Errorf("%q: %+v", wrong, all)
		}
	}
}

// The changelog of this source can be read, and fits FyneApp.toml.
func TestRead(t *testing.T) {
	t.Parallel()
	all, err := Read(t.Context(), "../../..")
	if err != nil {
		t.Fatal(err)
	}
	if all[0].Date.IsZero() || len(all[0].Changes) == 0 || len(all[0].Changes[0].Items) == 0 {
		t.Errorf("%+v", all[0])
	}
	for _, s := range all[0].Changes {
		for _, item := range s.Items {
			if plain := Plain(item); plain == "" || strings.ContainsAny(plain, "`") || Short(item) == "" {
				t.Errorf("%q is %q, %q", item, plain, Short(item))
			}
		}
	}
}

func TestBuilt(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	if at, err := Built(t.Context(), t.TempDir()); err != nil || at.Unix() != 1700000000 {
		t.Errorf("%v: %v", at, err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	if at, err := Built(t.Context(), t.TempDir()); err == nil {
		t.Errorf("%v", at)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "")
	if at, err := Built(t.Context(), t.TempDir()); err != nil || at.Year() != 1980 {
		t.Errorf("%v: %v", at, err)
	}
}
