package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// UpdateEnv is the environment variable that makes Check write the files instead of
// comparing with them: NIGHTLATCH_UPDATE_GOLDENS=1 go test ./ui/...
const UpdateEnv = "NIGHTLATCH_UPDATE_GOLDENS"

// Check compares the markup of a canvas with testdata/golden/<name>.txt of the
// package under test. The first lines that differ are in the error.
func Check(t testing.TB, name string, c fyne.Canvas) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name+".txt")
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
		t.Fatalf("%v\nwrite it with %s=1", err, UpdateEnv)
	}
	if diff := Diff(string(want), got); diff != "" {
		t.Errorf("%s does not look as in %s (- file, + now):\n%s", name, file, diff)
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
