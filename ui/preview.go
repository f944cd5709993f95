package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
	"nightlatch/ui/print"
)

// Widths of the preview, in points on screen. Where the page is narrow, it gets smaller, so
// that the choices stay beside it.
const (
	paperWidth  float32 = 424
	paperNarrow float32 = 240
)

// drawPaper draws the first page of a sheet as it will be printed. It is black on
// white in both themes and uses the layout of the PDF.
func drawPaper(s print.Sheet, wide float32) fyne.CanvasObject {
	paper := look.NewBox(look.Paper, look.Hairline, 2)
	paper.Shadow = true
	doc, err := print.Layout(s)
	if err != nil || len(doc.Pages) == 0 { // no layout: making the PDF reports the error
		return look.Sized(wide, wide*1.4142, paper)
	}
	zoom := wide / float32(doc.Paper.Width)
	parts := []look.Part{{W: wide, H: float32(doc.Paper.Height) * zoom, O: paper}}
	for _, e := range doc.Pages[0] {
		x, y, w, h := float32(e.X)*zoom, float32(e.Y)*zoom, float32(e.W)*zoom, float32(e.H)*zoom
		switch {
		case e.Logo:
			parts = append(parts, look.Part{X: x, Y: y, W: w, H: h, O: look.Mark(w)})
		case e.Words != "":
			parts = append(parts, textElement(e, zoom, x, y, w, h))
		case e.H == 0:
			ink := look.PaperInk
			if e.Faint {
				ink = look.Control
			}
			parts = append(parts, look.Part{X: x, Y: y, W: w, H: 1, O: look.NewBox(ink, "", 0)})
		default:
			parts = append(parts, look.Part{X: x, Y: y, W: w, H: h, O: look.NewBox(look.Paper, look.PaperInk, float32(e.Radius))})
		}
	}
	return look.Scene(wide, float32(doc.Paper.Height)*zoom, parts...)
}

// textElement is an element's text, centred in its line's height.
func textElement(e print.Element, zoom, x, y, w, h float32) look.Part {
	size := float32(e.Size) * zoom
	role := look.Role{Size: size, Line: size * 1.35, Strong: e.Strong, Mono: e.Mono}.Fixed()
	t := look.NewText(strings.TrimSpace(e.Words), role, look.PaperInk)
	width := w + 2
	switch {
	case e.Centered:
		t.Centered()
	case e.Right:
		t.Trailing()
	default: // the screen rounds letters to whole pixels, so a full line can be wider than on paper
		width = max(width, t.MinSize().Width)
	}
	return look.Part{X: x, Y: y + (h-role.Line)/2, W: width, H: role.Line, O: t}
}
