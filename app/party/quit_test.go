package party

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// After a signal the window ends without error messages, and does not write preferences
// that were not changed.
func TestWindowEndsQuietly(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	d, err := harness.OpenDisplay(ctx, 1240, 860)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	home := t.TempDir()
	kept := filepath.Join(home, ".config", "fyne", "org.nightlatch.Nightlatch", "preferences.json")
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.MkdirAll(filepath.Dir(kept), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte(`{"kept":"yes"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(kept, long, long); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "XDG_RUNTIME_DIR=" + home}
	w, err := d.OpenWindow(ctx, "Nightlatch", env, built.plain, "--lab")
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if strings.Contains(w.Log(), "Fyne error") {
		t.Errorf("it printed: %s", w.Log())
	}
	stat, err := os.Stat(kept)
	if err != nil || !stat.ModTime().Equal(long) {
		t.Errorf("unchanged preferences were written: %v %v", stat, err)
	}
}
