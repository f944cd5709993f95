package kit

import (
	"fmt"
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	qrcode "github.com/skip2/go-qrcode"
)

// quiet is the width, in modules, of the white room around a QR code (ISO/IEC
// 18004, 5.3.8).
const quiet = 4

// QR draws a code on white paper, in both themes and at every text size, with its
// quiet zone. Text that is too long for a QR code leaves the paper empty, and is
// logged by its length alone: it is a secret.
func QR(text string, edge float32) fyne.CanvasObject {
	plate := NewBox(Paper, Hairline, RadiusCard)
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		fyne.LogError(fmt.Sprintf("kit: no QR code for %d bytes", len(text)), nil)
		return Sized(edge, edge, plate)
	}
	code.DisableBorder = true
	bits := code.Bitmap()
	img := canvas.NewRaster(func(w, h int) image.Image { return qrImage(bits, w, h) })
	return Sized(edge, edge, Z(plate, img))
}

// qrImage draws the dark modules, whole pixels wide and in the middle: an uneven
// code scans badly. The paper below shows through.
func qrImage(bits [][]bool, w, h int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.NRGBA{}, Light[PaperInk]})
	n := len(bits)
	px := max(1, min(w, h)/(n+2*quiet))
	left, top := (w-px*n)/2, (h-px*n)/2
	for y, line := range bits {
		for x, dark := range line {
			if !dark {
				continue
			}
			for j := range px {
				row := m.Pix[m.PixOffset(left+x*px, top+y*px+j):]
				for i := range px {
					row[i] = 1
				}
			}
		}
	}
	return m
}
