// Package kittest shows widgets in windows of Fyne's test driver, for the tests of the kit.
package kittest

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// An Appearance is a theme for drawing the widgets, with its name.
type Appearance struct {
	Name string
	look.Theme
}

// Appearances are the themes that the pictures show: light and dark, three text sizes,
// long and right-to-left texts. Under the race detector there is only one.
func Appearances(t *testing.T) []Appearance {
	t.Helper()
	words := func(lang string) *assets.Catalog {
		w, err := assets.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if Racing {
		return []Appearance{{"dark-125-long", look.Theme{Mode: look.AlwaysDark, Scale: 1.25, Words: words(assets.PseudoLong)}}}
	}
	return []Appearance{
		{"light", look.Theme{Mode: look.AlwaysLight}},
		{"dark", look.Theme{Mode: look.AlwaysDark}},
		{"light-150", look.Theme{Mode: look.AlwaysLight, Scale: 1.5}},
		{"dark-125-long", look.Theme{Mode: look.AlwaysDark, Scale: 1.25, Words: words(assets.PseudoLong)}},
		{"light-right", look.Theme{Mode: look.AlwaysLight, Words: words(assets.PseudoRight)}},
	}
}

// Wear gives the application a theme.
func Wear(t *testing.T, th look.Theme) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(th)
}

// Open shows content in a window of the test driver.
func Open(t *testing.T, o fyne.CanvasObject, w, h, scale float32) fyne.Window {
	t.Helper()
	win := test.NewTempWindow(t, nil)
	win.SetPadded(false)
	win.Canvas().(software.WindowlessCanvas).SetScale(scale) // before the content, or rasters stay coarse
	win.SetContent(o)
	win.Resize(fyne.NewSize(w, h))
	return win
}

// Picture saves the content of a window as name.png (go test -artifacts -outputdir …).
func Picture(t *testing.T, win fyne.Window, name string) image.Image {
	t.Helper()
	src := win.Canvas().Capture()
	b := src.Bounds()
	img := image.NewRGBA(b)
	draw.Draw(img, b, image.White, image.Point{}, draw.Src)
	draw.Draw(img, b, src, b.Min, draw.Over)
	f, err := os.Create(filepath.Join(t.ArtifactDir(), name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return src
}

// Say is sample text in the language of a theme, as the pseudo translations make it.
func Say(th look.Theme, s string) string {
	if th.Words == nil {
		return s
	}
	return th.Words.Alter(s)
}

// Press types keys into an object, as if it had the keyboard focus.
func Press(o fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		o.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

// Same reports whether two pictures are equal.
func Same(a, b image.Image) bool { return Differing(a, b) == 0 }

// Differing is the number of pixels that differ between two pictures.
func Differing(a, b image.Image) (n int) {
	x, y := a.(*image.NRGBA).Pix, b.(*image.NRGBA).Pix
	if bytes.Equal(x, y) {
		return 0
	}
	for i := 0; i+4 <= min(len(x), len(y)); i += 4 {
		if !bytes.Equal(x[i:i+4], y[i:i+4]) {
			n++
		}
	}
	return max(n, 1)
}

// Rail is a rail with four destinations.
func Rail(selected string) *control.SideRail {
	return control.NewRail(control.RailConfig{
		Selected: selected, Name: "Margarethe Oyelaran-Fitzwilliam", Subtitle: "margarethe, this computer",
		Groups: [][]control.Destination{{{ID: "overview", Icon: "overview", Name: "Overview"}}, {{ID: "keys", Icon: "key", Name: "Security keys"}, {ID: "requests", Icon: "login-request", Name: "Login requests", Count: "1"}}},
		Feet:   []control.Destination{{ID: "help", Icon: "help", Name: "Help"}},
	})
}
