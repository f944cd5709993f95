package ui

import (
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"nightlatch/ui/gallerytest"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/print"
)

// The preview shows the page that is printed: the same ink in the same places.
func TestPreviewIsThePage(t *testing.T) {
	kittest.Wear(t, look.Theme{Mode: look.AlwaysLight})
	for _, large := range []bool{false, true} {
		sheet := print.Sheet{Account: "margarethe", Host: "Attic", Date: gallerytest.Now(), Strict: true, Large: large}
		for _, m := range newCodes() {
			sheet.Codes = append(sheet.Codes, print.Code{Number: m.Number, Code: m.Code})
		}
		const zoom = 2
		paper := drawPaper(sheet, paperWidth)
		win := kittest.Open(t, paper, paperWidth, paper.MinSize().Height, zoom)
		screen := small(win.Canvas().Capture())
		page := small(rendered(t, sheet, int(paperWidth*zoom)))
		sum := 0.0
		for i := range min(len(screen), len(page)) {
			sum += math.Abs(screen[i] - page[i])
		}
		if off := sum / float64(len(screen)); off > 4 {
			t.Errorf("large %t: the preview and the page differ by %.2f of 255", large, off)
		} else {
			t.Logf("large %t: %.2f of 255", large, off)
		}
	}
}

// small is the mean brightness of cells of 8 points, without the edge, which on screen has a
// shadow.
func small(img image.Image) (cells []float64) {
	const cell = 16
	b := img.Bounds().Inset(cell)
	for y := b.Min.Y; y+cell <= b.Max.Y; y += cell {
		for x := b.Min.X; x+cell <= b.Max.X; x += cell {
			sum := 0.0
			for i := range cell * cell {
				r, _, _, _ := img.At(x+i%cell, y+i/cell).RGBA()
				sum += float64(r >> 8)
			}
			cells = append(cells, sum/cell/cell)
		}
	}
	return cells
}

// rendered is the first page of the PDF as poppler draws it.
func rendered(t *testing.T, sheet print.Sheet, wide int) image.Image {
	t.Helper()
	document, err := print.PDF(sheet)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "sheet.pdf")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "pdftoppm", "-png", "-singlefile", "-scale-to-x", strconv.Itoa(wide), "-scale-to-y", "-1", file, filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "page.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}
