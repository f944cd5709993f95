package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// failures is a testing.TB that only records what Check reports.
type failures struct {
	testing.TB
	all []string
}

func (f *failures) Helper()           {}
func (f *failures) Error(args ...any) { f.all = append(f.all, fmt.Sprint(args...)) }
func (f *failures) Errorf(format string, args ...any) {
	f.all = append(f.all, fmt.Sprintf(format, args...))
}

// form is a small screen. Each test changes one thing of it.
type form struct {
	colour fyne.ThemeColorName
	role   look.Role
	margin float32
	gap    float32
	icon   string
	words  string
	swap   bool
	off    bool
}

func asDesigned() form {
	return form{colour: look.Ink2, role: look.Body, margin: look.S24, gap: look.S12, icon: "info", words: "Keep this paper."}
}

func (f form) draw() fyne.CanvasObject {
	b := control.NewButton("Continue", "", control.Primary, nil)
	if f.off {
		b.Disable()
	}
	parts := []fyne.CanvasObject{look.NewText(f.words, f.role, f.colour), look.NewIcon(f.icon, 20, f.colour)}
	if f.swap {
		parts[0], parts[1] = parts[1], parts[0]
	}
	return kit.Card(look.Pad(f.margin, look.V(f.gap, append(parts, b)...)))
}

func TestCheckFailsForEachChangeOfAppearance(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv(UpdateEnv, "1")
	Check(t, "form", window(t, asDesigned().draw).Canvas())
	t.Setenv(UpdateEnv, "")
	for _, tt := range []struct {
		name   string
		change func(*form)
		says   []string // parts of the failure
	}{
		{"nothing", func(*form) {}, nil},
		{"colour", func(f *form) { f.colour = look.Ink3 }, []string{`- text 14 ink2 "Keep`, `+ text 14 ink3 "Keep`, "- icon info ink2", "+ icon info ink3"}},
		{"text role", func(f *form) { f.role = look.Strong }, []string{`- text 14 ink2 "Keep`, `+ text 14 bold ink2 "Keep`}},
		{"margin", func(f *form) { f.margin = look.S20 }, []string{"@24,24 ", "@20,20 "}},
		{"gap", func(f *form) { f.gap = look.S16 }, []string{"- icon info ink2 @24,56", "+ icon info ink2 @24,60"}},
		{"icon", func(f *form) { f.icon = "check" }, []string{"- icon info", "+ icon check"}},
		{"words", func(f *form) { f.words = "Keep it." }, []string{"- text", `+ text 14 ink2 "Keep it."`}},
		{"order", func(f *form) { f.swap = true }, []string{"- text", "+ text"}},
		{"disabled button", func(f *form) { f.off = true }, []string{`+ Button "Continue" disabled`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, seen := asDesigned(), &failures{TB: t}
			tt.change(&f)
			Check(seen, "form", window(t, f.draw).Canvas())
			if failed := len(seen.all) > 0; failed != (len(tt.says) > 0) {
				t.Fatalf("it failed: %t, with %q", failed, seen.all)
			}
			for _, part := range tt.says {
				if !strings.Contains(seen.all[0], part) {
					t.Errorf("%q is missing in\n%s", part, seen.all[0])
				}
			}
		})
	}
}

func TestCheckFailsWithoutAGolden(t *testing.T) {
	t.Chdir(t.TempDir())
	seen := &failures{TB: t}
	Check(seen, "form", window(t, asDesigned().draw).Canvas())
	if len(seen.all) != 1 || !strings.Contains(seen.all[0], "make goldens") {
		t.Errorf("it says %q", seen.all)
	}
}

func TestEachGoldenHasOneScreen(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kept", "removed"} {
		if err := os.WriteFile(filepath.Join(dir, name+ending), []byte("canvas\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seen := &failures{TB: t}
	CheckNames(seen, []string{"kept", "kept"})
	if len(seen.all) != 2 || !strings.Contains(seen.all[0], "two goldens are called kept") || !strings.Contains(seen.all[1], "removed.txt") {
		t.Errorf("it says %q", seen.all)
	}
	t.Setenv(UpdateEnv, "1")
	CheckNames(t, []string{"kept"})
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 1 {
		t.Errorf("left are %q, %v", left, err)
	}
}
