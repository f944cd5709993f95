package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// UpdateEnv is the environment variable that makes Check write the files instead of
// comparing with them. make goldens sets it.
const UpdateEnv = "NIGHTLATCH_UPDATE_GOLDENS"

// dir has the files of the package under test.
var dir = filepath.Join("testdata", "golden")

const ending = ".txt"

// Check compares the markup of a canvas with testdata/golden/<name>.txt of the
// package under test. The first lines that differ are in the error.
func Check(t testing.TB, name string, c fyne.Canvas) {
	t.Helper()
	file := filepath.Join(dir, name+ending)
	got := Markup(c)
	if os.Getenv(UpdateEnv) != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%s has no golden; make goldens writes it: %v", name, err)
		return
	}
	if diff := Diff(string(want), got); diff != "" {
		t.Errorf("%s does not look as in %s (- file, + now); make goldens accepts the change:\n%s", name, file, diff)
	}
}

// CheckNames fails if a name occurs twice, or if a file in testdata/golden has none of
// the names. With UpdateEnv it deletes such files.
func CheckNames(t testing.TB, names []string) {
	t.Helper()
	known := map[string]bool{}
	for _, name := range names {
		if known[name] {
			t.Errorf("two goldens are called %s", name)
		}
		known[name] = true
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	for _, f := range files {
		file := filepath.Join(dir, f.Name())
		switch name, isGolden := strings.CutSuffix(f.Name(), ending); {
		case isGolden && known[name]:
		case os.Getenv(UpdateEnv) == "":
			t.Errorf("%s is the golden of no screen; make goldens deletes it", file)
		default:
			if err := os.Remove(file); err != nil {
				t.Error(err)
			}
		}
	}
}

// Diff shows how two markups differ, "" if they do not: lines of the first with a
// minus sign, of the second with a plus sign, at most maxDiff of them.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	a, b = a[start:], b[start:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var out []string
	for _, ab := range changes(a, b) {
		if len(out) == maxDiff {
			out = append(out, "…")
			break
		}
		out = append(out, ab)
	}
	return strings.Join(out, "\n")
}

const maxDiff = 40

// changes finds the lines that are only in a (-) or only in b (+), by the longest
// common subsequence.
func changes(a, b []string) (out []string) {
	common := make([][]int, len(a)+1) // of a[i:] and b[j:]
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, "- "+strings.TrimSpace(a[i]))
			i++
		default:
			out = append(out, "+ "+strings.TrimSpace(b[j]))
			j++
		}
	}
	return out
}
