package kit

import (
	"fmt"
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	qrcode "github.com/skip2/go-qrcode"

	"nightlatch/ui/kit/look"
)

// quiet is the width of the quiet zone around a QR code in modules (ISO/IEC 18004,
// 5.3.8).
const quiet = 4

// QR is a QR code on white with its quiet zone, edge points wide, the same in both
// themes and at every text size. Text that is too long for a QR code leaves the square
// empty; only its length is logged, because the text is a secret.
func QR(text string, edge float32) fyne.CanvasObject {
	plate := look.NewBox(look.Paper, look.Hairline, look.RadiusCard)
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		fyne.LogError(fmt.Sprintf("kit: no QR code for %d bytes", len(text)), nil)
		return look.Sized(edge, edge, plate)
	}
	code.DisableBorder = true
	bits := code.Bitmap()
	img := canvas.NewRaster(func(w, h int) image.Image { return qrImage(bits, w, h) })
	return look.Sized(edge, edge, look.Z(plate, img))
}

// qrImage draws the dark modules in the middle of w×h pixels, on a transparent
// background. All modules have the same whole number of pixels, because uneven codes
// scan badly.
func qrImage(bits [][]bool, w, h int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.NRGBA{}, look.Light[look.PaperInk]})
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
