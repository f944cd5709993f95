package kit

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	qrcode "github.com/skip2/go-qrcode"
)

// Groups sets a code large, in groups, on lines of perLine groups.
func Groups(role Role, ink fyne.ThemeColorName, perLine int, groups ...string) fyne.CanvasObject {
	var lines, line []fyne.CanvasObject
	for i, g := range groups {
		line = append(line, NewText(g, role, ink))
		if len(line) == perLine || i == len(groups)-1 {
			lines = append(lines, Centre(H(role.Size*.75, line...)))
			line = nil
		}
	}
	return V(S4, lines...)
}

// QR draws a code on white paper, in both themes, with its quiet zone.
func QR(text string, edge float32) fyne.CanvasObject {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		fyne.LogError("kit: QR", err)
		return Space(edge, edge)
	}
	code.DisableBorder = true
	bits := code.Bitmap()
	// Whole pixels for every module, at any scale: an uneven code scans badly.
	img := canvas.NewRaster(func(w, h int) image.Image {
		m := image.NewNRGBA(image.Rect(0, 0, w, h))
		px := max(1, min(w, h)/len(bits))
		off := (min(w, h) - px*len(bits)) / 2
		for y := range h {
			for x := range w {
				c := color.NRGBA{255, 255, 255, 255}
				i, j := (y-off)/px, (x-off)/px
				if x >= off && y >= off && i < len(bits) && j < len(bits) && bits[i][j] {
					c = rgb(0x14201F)
				}
				m.SetNRGBA(x, y, c)
			}
		}
		return m
	})
	return Sized(edge, edge, Z(NewBox(Paper, Hairline, RadiusCard), Pad(S12, img)))
}
