package windows

import (
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// The file dialog of Windows, by keyboard: a path is typed, the offered one is taken, the
// dialog is left, and closed from outside.
func TestFileDialog(t *testing.T) {
	d := openDesk(t)
	ctx := within(t, 10*time.Minute)
	program, err := harness.BuildForWindows(ctx, t.TempDir(), "choose.exe", "nightlatch/app/windows/testdata/choose")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		keys []string
		text string
		want string
	}{
		{name: "typed", args: []string{"save", `C:\users\codes.pdf`}, text: `C:\my new.pdf`, keys: []string{"Return"}, want: `"C:\\my new.pdf" <nil>`},
		{name: "offered", args: []string{"save", `C:\users\codes.pdf`}, keys: []string{"Return"}, want: `"C:\\users\\codes.pdf" <nil>`},
		{name: "folder", args: []string{"folder", `C:\windows`}, text: `C:\users`, keys: []string{"Return"}, want: `"C:\\users" <nil>`},
		{name: "left", args: []string{"save", `C:\users\codes.pdf`}, keys: []string{"Escape"}, want: `"" <nil>`},
		{name: "no such start", args: []string{"save", `C:\nowhere\codes.pdf`}, keys: []string{"Escape"}, want: `"" <nil>`},
		{name: "closed", args: []string{"save", `C:\users\codes.pdf`, "8s"}, want: `"" context deadline exceeded`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, err := d.display.OpenWindow(ctx, "Where to save it", d.wine.Env(), "wine", append([]string{program}, tt.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			k := walk{t, ctx, w}
			if tt.text != "" {
				k.must(w.Press(ctx, "shift+End")) // wine does not select the offered name
				k.write(tt.text)
			}
			if len(tt.keys) > 0 {
				k.must(w.Press(ctx, tt.keys...))
			}
			var got string
			k.must(harness.Within(ctx, time.Minute, "the answer", func() (bool, error) {
				for line := range strings.Lines(w.Log()) { // the session bus may have written before
					if strings.HasPrefix(line, `"`) && strings.HasSuffix(line, "\n") {
						got = strings.TrimSpace(line)
					}
				}
				return got != "", nil
			}))
			if got != tt.want {
				t.Errorf("answered %s, want %s", got, tt.want)
			}
		})
	}
}
