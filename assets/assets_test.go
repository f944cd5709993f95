package assets

import (
	"bytes"
	"image/png"
	"io/fs"
	"path"
	"strings"
	"testing"
)

func TestIconsAreFilledOutlines(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(icons, "icon/*.svg")
	if err != nil || len(files) < 40 {
		t.Fatalf("only %d icons, %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(path.Base(f), ".svg")
		if name == "app-icon" {
			continue // in its own colours
		}
		src, err := Icon(name)
		if err != nil {
			t.Fatal(err)
		}
		if s := string(src); !strings.Contains(s, `viewBox="0 0 24 24"`) || strings.Contains(s, "stroke") {
			t.Errorf("%s: not a filled outline on a grid of 24: Fyne can neither scale nor colour it", name)
		}
	}
	if _, err := Icon("no-such-icon"); err == nil || !strings.Contains(err.Error(), fs.ErrNotExist.Error()) {
		t.Errorf("an unknown icon: %v", err)
	}
}

func TestAppIconHasTheRequestedSize(t *testing.T) {
	t.Parallel()
	for ask, want := range map[int]int{1: 16, 16: 16, 17: 32, 256: 256, 300: 512, 9999: 512} {
		c, err := png.DecodeConfig(bytes.NewReader(AppIcon(ask)))
		if err != nil || c.Width != want || c.Height != want {
			t.Errorf("AppIcon(%d) is %d × %d, %v; want %d", ask, c.Width, c.Height, err, want)
		}
	}
}

func TestFontsShipWithTheirLicence(t *testing.T) {
	t.Parallel()
	for _, f := range []Face{Text, TextStrong, Mono, MonoStrong, TextForPDF} {
		if len(Font(f)) < 90_000 {
			t.Errorf("%s is too short to be a font", f)
		}
	}
	for _, n := range []string{"Inter", "JetBrainsMono"} {
		if l := FontLicence(n); !strings.Contains(l, "SIL OPEN FONT LICENSE Version 1.1") || !strings.HasPrefix(l, "Copyright") {
			t.Errorf("%s: no licence", n)
		}
	}
}
