package print

import (
	"bytes"
	"fmt"

	"codeberg.org/go-pdf/fpdf"

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
	for _, page := range doc.Pages {
		p.AddPage()
		for _, e := range page {
			drawPDF(p, e)
		}
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("print: making the PDF: %w", err)
	}
	return out.Bytes(), nil
}

func drawPDF(p *fpdf.Fpdf, e Element) {
	p.SetDrawColor(0x14, 0x20, 0x1f)
	p.SetTextColor(0x14, 0x20, 0x1f)
	if e.Faint {
		p.SetDrawColor(0xb0, 0xbf, 0xbc)
	}
	switch {
	case e.Logo:
		drawLogo(p, e.X, e.Y, e.W)
	case e.Words != "":
		drawWords(p, e)
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

// drawWords draws text on one line, with the capitals in its vertical middle. Strong
// text is drawn with an outline, because only the regular weight of Inter has TrueType
// outlines.
func drawWords(p *fpdf.Fpdf, e Element) {
	family := pdfText
	if e.Mono {
		family = pdfMono
	}
	p.SetFont(family, "", e.Size)
	x := e.X
	switch w := p.GetStringWidth(e.Words); {
	case e.Centered:
		x += (e.W - w) / 2
	case e.Right:
		x += e.W - w
	}
	bold := e.Strong && !e.Mono
	if bold {
		p.SetLineWidth(e.Size * .032)
		p.SetTextRenderingMode(2)
	}
	p.Text(x, e.Y+(e.H+e.Size*capHigh)/2, e.Words)
	if bold {
		p.SetTextRenderingMode(0)
	}
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
