package print

import (
	"bytes"
	"fmt"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"

	"nightlatch/assets"
)

// Names of the fonts inside the PDF.
const (
	pdfText = "inter"
	pdfMono = "jetbrainsmono"
)

// PDF makes a PDF file of a sheet, with embedded fonts. The same sheet always gives the
// same bytes. The only metadata are title, producer and date.
func PDF(s Sheet) ([]byte, error) {
	doc, err := Layout(s)
	if err != nil {
		return nil, err
	}
	p := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: doc.Paper.Width, Ht: doc.Paper.Height}})
	p.SetMargins(0, 0, 0)
	p.SetAutoPageBreak(false, 0)
	p.SetCatalogSort(true)
	p.SetCreationDate(s.Date)
	p.SetModificationDate(s.Date)
	p.SetProducer("Nightlatch", true)
	p.SetTitle(doc.Title, true)
	p.AddUTF8FontFromBytes(pdfText, "", assets.Font(assets.TextForPDF))
	p.AddUTF8FontFromBytes(pdfMono, "", assets.Font(assets.MonoStrong))
	f, err := loadFaces()
	if err != nil {
		return nil, err
	}
	for _, page := range doc.Pages {
		p.AddPage()
		for _, e := range page {
			drawPDF(p, f, e)
		}
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("print: making the PDF: %w", err)
	}
	return out.Bytes(), nil
}

func drawPDF(p *fpdf.Fpdf, f *faces, e Element) {
	p.SetDrawColor(0x14, 0x20, 0x1f)
	p.SetTextColor(0x14, 0x20, 0x1f)
	if e.Faint {
		p.SetDrawColor(0xb0, 0xbf, 0xbc)
	}
	switch {
	case e.Logo:
		drawLogo(p, e.X, e.Y, e.W)
	case e.Words != "":
		drawWords(p, f, e)
	case e.H == 0:
		p.SetLineWidth(e.Stroke)
		p.Line(e.X, e.Y, e.X+e.W, e.Y)
	default:
		p.SetLineWidth(e.Stroke)
		p.RoundedRect(e.X, e.Y, e.W, e.H, e.Radius, "1234", "D")
		if e.Tick {
			p.Line(e.X+3, e.Y+3, e.X+e.W-3, e.Y+e.H-3)
			p.Line(e.X+3, e.Y+e.H-3, e.X+e.W-3, e.Y+3)
		}
	}
}

// capHigh is the cap height / font size. Both fonts agree within one hundredth.
const capHigh = 0.728

// drawWords draws text on one line, with the capitals in its vertical middle. A PDF needs
// TrueType outlines, and the semibold weight of Inter has none. So strong text is drawn as
// shapes, the same that the window shows, and lies over it as invisible text, for readers and
// searches.
func drawWords(p *fpdf.Fpdf, f *faces, e Element) {
	family, strong := pdfText, e.Strong && !e.Mono
	if e.Mono {
		family = pdfMono
	}
	p.SetFont(family, "", e.Size)
	wide := p.GetStringWidth(e.Words)
	if strong {
		wide = f.strong.width(e.Words, e.Size)
	}
	x, y := e.X, e.Y+(e.H+e.Size*capHigh)/2
	switch {
	case e.Centered:
		x += (e.W - wide) / 2
	case e.Right:
		x += e.W - wide
	}
	if !strong {
		p.Text(x, y, e.Words)
		return
	}
	p.SetFillColor(0x14, 0x20, 0x1f)
	drawShapes(p, f.strong, e.Words, e.Size, x, y)
	p.SetTextRenderingMode(3)
	p.Text(x, y, e.Words)
	p.SetTextRenderingMode(0)
}

// drawShapes draws the outlines of text from x on the base line y.
func drawShapes(p *fpdf.Fpdf, f face, words string, size, x, y float64) {
	k := size / float64(f.Upem())
	for _, r := range words {
		g, ok := f.NominalGlyph(r)
		if !ok {
			continue
		}
		if shape, ok := f.GlyphData(g).(font.GlyphOutline); ok && len(shape.Segments) > 0 {
			drawOutline(p, shape.Segments, k, x, y)
		}
		x += float64(f.HorizontalAdvance(g)) * k
	}
}

// drawOutline draws the outline of a character, scaled by k.
func drawOutline(p *fpdf.Fpdf, segments []font.Segment, k, x, y float64) {
	at := func(q opentype.SegmentPoint) (float64, float64) { return x + float64(q.X)*k, y - float64(q.Y)*k }
	for i, s := range segments {
		a, b := at(s.Args[0])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			if i > 0 {
				p.ClosePath()
			}
			p.MoveTo(a, b)
		case opentype.SegmentOpLineTo:
			p.LineTo(a, b)
		case opentype.SegmentOpQuadTo:
			c, d := at(s.Args[1])
			p.CurveTo(a, b, c, d)
		case opentype.SegmentOpCubeTo:
			c, d := at(s.Args[1])
			e, g := at(s.Args[2])
			p.CurveBezierCubicTo(a, b, c, d, e, g)
		}
	}
	p.ClosePath()
	p.DrawPath("F")
}

// drawLogo draws the app icon (assets/icon/app-icon.svg) with vector shapes. With an
// image that has an alpha channel, printer drivers rasterise the whole page.
func drawLogo(p *fpdf.Fpdf, x, y, edge float64) {
	k := edge / 512
	at := func(px, py float64) (float64, float64) { return x + px*k, y + py*k }
	disc := func(cx, cy, r float64) {
		px, py := at(cx, cy)
		p.Circle(px, py, r*k, "F")
	}
	p.SetFillColor(0x0a, 0x4a, 0x47)
	left, top := at(24, 24)
	p.RoundedRect(left, top, 464*k, 464*k, 112*k, "1234", "F")
	p.SetFillColor(0xe3, 0xb7, 0x65)
	disc(246, 266, 158)
	p.SetFillColor(0x0a, 0x4a, 0x47)
	disc(284, 228, 134)
	p.SetFillColor(0xf2, 0xf8, 0xf6)
	disc(284, 204, 44)
	p.MoveTo(at(266, 226))
	p.LineTo(at(302, 226))
	p.LineTo(at(318, 318))
	cx, cy := at(320, 330)
	ex, ey := at(308, 330)
	p.CurveTo(cx, cy, ex, ey)
	p.LineTo(at(260, 330))
	cx, cy = at(248, 330)
	ex, ey = at(250, 318)
	p.CurveTo(cx, cy, ex, ey)
	p.ClosePath()
	p.DrawPath("F")
}
