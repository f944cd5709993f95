package tour

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nightlatch/app/harness"
)

// docPictures is the folder of the pictures that docs/pictures/README.md shows. make pictures
// makes the tour write them there.
const docPictures = "../../docs/pictures"

// picturesEnv is the environment variable with the folder for pictures of the main screens.
// Without it they are in build.
const picturesEnv = "NIGHTLATCH_PICTURES"

// mainScreens are the ten main screens: steps of the main job, by name.
var mainScreens = []string{
	"overview-unprotected", "overview-protected", "two-factor-all", "text-code", "app-qr",
	"key-touch", "text-backup-code", "print-preview", "temporary-password-used", "door",
}

// document saves a picture of a main screen for the documentation, once for each dress.
func (x *tour) document(name string) {
	x.t.Helper()
	if x.dress == "" || !slices.Contains(mainScreens, name) || x.documented[name] {
		return
	}
	x.documented[name] = true
	screen, err := x.display.Screen.Picture()
	x.must(err)
	dir := cmp.Or(os.Getenv(picturesEnv), "../../build/pictures")
	x.must(os.MkdirAll(dir, 0o755))
	x.must(harness.SavePNG(filepath.Join(dir, fmt.Sprintf("%s-%s.png", name, x.dress)), reduced(screen)))
}

// wear opens the window of the tour in a dress: light or dark.
func (x *tour) wear(dress string) {
	x.dress, x.documented = dress, map[string]bool{}
	x.env = append(slices.DeleteFunc(x.env, func(e string) bool { return strings.HasPrefix(e, "FYNE_THEME=") }), "FYNE_THEME="+dress)
}

// allDocumented fails if a main screen was not met.
func (x *tour) allDocumented() {
	x.t.Helper()
	if len(x.documented) != len(mainScreens) {
		x.t.Errorf("the tour met %v of the main screens", slices.Sorted(maps.Keys(x.documented)))
	}
}

// reduced is a picture with the 256 colours that it uses most; the others become the nearest
// of these. A screen has few colours, so nobody sees a difference, and the file is small.
func reduced(src image.Image) *image.Paletted {
	b := src.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA {
		r, g, b, _ := src.At(x, y).RGBA()
		return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var colors color.Palette
	for _, c := range most[:min(256, len(most))] {
		colors = append(colors, c)
	}
	out, known := image.NewPaletted(b, colors), map[color.RGBA]uint8{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := at(x, y)
			i, ok := known[c]
			if !ok {
				i = uint8(colors.Index(c))
				known[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}

// The page of the documentation shows every main screen in both dresses.
func TestPicturesPage(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(docPictures, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, name := range mainScreens {
		for _, dress := range []string{"light", "dark"} {
			if file := name + "-" + dress + ".png"; !strings.Contains(page, "("+file+")") {
				t.Errorf("docs/pictures/README.md does not show %s", file)
			}
		}
	}
}

// A reduced picture keeps the colours that are used most.
func TestReduced(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 300, 10))
	draw.Draw(src, src.Bounds(), image.NewUniform(color.RGBA{10, 20, 30, 255}), image.Point{}, draw.Src)
	for x := range 300 {
		src.Set(x, 0, color.RGBA{uint8(x), uint8(x / 2), 200, 255})
	}
	got := reduced(src)
	if len(got.Palette) != 256 || got.At(5, 5) != (color.RGBA{10, 20, 30, 255}) {
		t.Errorf("%d colours, and %v", len(got.Palette), got.At(5, 5))
	}
	r, _, b, _ := got.At(120, 0).RGBA()
	if r>>8 < 110 || r>>8 > 130 || b>>8 != 200 {
		t.Errorf("a rare colour became %v", got.At(120, 0))
	}
}
