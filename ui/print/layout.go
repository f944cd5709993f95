package print

import (
	"strconv"
	"strings"

	"nightlatch/assets"
)

// An Element is one object on a page: text, a line, a box, or the logo. Lengths are in
// points, positions are from the top left corner.
type Element struct {
	X, Y, W, H   float64 // for text: its line
	Words        string
	Size         float64 // font size
	Strong, Mono bool
	Centered     bool
	Right        bool    // aligned right
	Stroke       float64 // of a line or box; a line is a box without height
	Faint        bool    // a light line
	Radius       float64
	Tick         bool // a cross in the box
	Logo         bool
}

// A Document is the layout of a sheet.
type Document struct {
	Paper Paper
	Title string
	Pages [][]Element
}

// Lengths in points, for the normal font size.
const (
	margin   = 56.0
	logoEdge = 38.0
	lineHigh = 38.0 // height of the line of a code
	boxEdge  = 15.0
	textLead = 1.35 // line height / font size
)

// Layout lays out a sheet on as many pages as it needs. If the embedded font lacks a
// character of the translation, the sheet is in English; if it lacks one of Host, Host
// is left out.
func Layout(s Sheet) (Document, error) {
	w, err := s.words()
	if err != nil {
		return Document{}, err
	}
	f, err := loadFaces()
	if err != nil {
		return Document{}, err
	}
	if w, err = f.readable(w); err != nil {
		return Document{}, err
	}
	if !f.has(s.Host) {
		s.Host = ""
	}
	l := &layouter{sheet: s, words: w, faces: f, paper: s.paper(), zoom: 1}
	if s.Large {
		l.zoom = 1.35
	}
	l.run()
	return Document{Paper: l.paper, Title: w.T("print.title"), Pages: l.pages}, nil
}

// A layouter lays out a sheet from top to bottom.
type layouter struct {
	sheet Sheet
	words *assets.Catalog
	faces *faces
	paper Paper
	zoom  float64
	pages [][]Element
	y     float64
}

func (l *layouter) put(e Element) { l.pages[len(l.pages)-1] = append(l.pages[len(l.pages)-1], e) }
func (l *layouter) width() float64 {
	return l.paper.Width - 2*margin
}

func (l *layouter) run() {
	l.page()
	for i, c := range l.sheet.Codes {
		if l.y+l.codeHigh() > l.paper.Height-margin-l.footHigh() {
			l.rule(false)
			l.page()
		} else if i > 0 {
			l.rule(true)
		}
		l.code(c)
	}
	l.rule(false)
	if l.y+l.restHigh() > l.paper.Height-margin-l.footHigh() && len(l.sheet.Codes) > 0 {
		l.page()
	}
	l.rest()
	for i := range l.pages {
		size := 9.5
		l.pages[i] = append(l.pages[i], Element{
			X: margin, Y: l.paper.Height - margin - size*textLead, W: l.width(), H: size * textLead,
			Words: l.words.T("print.page", assets.Args{"page": i + 1, "pages": len(l.pages)}), Size: size, Centered: true,
		})
	}
}

// page starts a page with the head of the sheet.
func (l *layouter) page() {
	l.pages = append(l.pages, nil)
	l.y = margin
	left := margin + logoEdge + 12
	l.put(Element{X: margin, Y: l.y, W: logoEdge, H: logoEdge, Logo: true})
	l.put(Element{X: left, Y: l.y - 2, W: l.width() - logoEdge - 12, H: 24, Words: l.words.T("print.title"), Size: 18, Strong: true})
	l.put(Element{X: left, Y: l.y + 22, W: l.width() - logoEdge - 12, H: 16, Words: l.faces.fit(l.owner(), 11, l.width()-logoEdge-12), Size: 11})
	l.y += logoEdge + 16
	l.rule(false)
}

// owner is the line with account, host and date.
func (l *layouter) owner() string {
	args := assets.Args{"account": l.sheet.Account, "place": l.sheet.Host, "date": l.words.Date(l.sheet.Date)}
	switch {
	case l.sheet.Account == "":
		return l.words.T("print.for-hidden", args)
	case l.sheet.Host == "":
		return l.words.T("print.for", args)
	}
	return l.words.T("print.for-at", args)
}

func (l *layouter) rule(faint bool) {
	l.put(Element{X: margin, Y: l.y, W: l.width(), Stroke: 0.75, Faint: faint})
}

func (l *layouter) codeHigh() float64 { return lineHigh * l.zoom }

// code adds a line with the number, the code in groups, and a box to tick.
func (l *layouter) code(c Code) {
	high, size := l.codeHigh(), 18*l.zoom
	at := func(x, w float64, words string, e Element) {
		e.X, e.Y, e.W, e.H, e.Words = x, l.y, w, high, words
		l.put(e)
	}
	at(margin, 30*l.zoom, strconv.Itoa(c.Number), Element{Size: size, Mono: true, Strong: true})
	x := margin + 30*l.zoom
	for _, g := range groups(c.Code) {
		w := l.faces.mono.width(g, size)
		at(x, w, g, Element{Size: size, Mono: true, Strong: true})
		x += w + size*.7
	}
	label := l.words.T("print.used")
	if c.State == Void {
		label = l.words.T("print.void")
	}
	w := l.faces.text.width(label, 10)
	right := l.paper.Width - margin
	at(right-w, w, label, Element{Size: 10})
	l.put(Element{X: right - w - 8 - boxEdge, Y: l.y + (high-boxEdge)/2, W: boxEdge, H: boxEdge, Stroke: 1, Radius: 2, Tick: c.State != Active})
	l.y += high
}

// groups are the groups of a code, which dashes or spaces separate.
func groups(code string) []string {
	return strings.FieldsFunc(code, func(r rune) bool { return r == '-' || r == ' ' })
}

// rest adds the advice and the line for where the sheet is kept.
func (l *layouter) rest() {
	l.y += 18 * l.zoom
	for _, p := range l.advice() {
		size, set := 10.5*l.zoom, l.faces.text
		if p.strong {
			size, set = 13*l.zoom, l.faces.strong
		}
		for _, line := range set.wrap(p.words, size, l.width()) {
			l.put(Element{X: margin, Y: l.y, W: l.width(), H: size * textLead, Words: line, Size: size, Strong: p.strong})
			l.y += size * textLead
		}
		l.y += 6 * l.zoom
	}
	size := 10.5 * l.zoom
	l.y += 22 * l.zoom
	label := l.words.T("print.kept")
	w := l.faces.text.width(label, size)
	l.put(Element{X: margin, Y: l.y, W: w, H: size * textLead, Words: label, Size: size})
	l.put(Element{X: margin + w + 8, Y: l.y + size*1.15, W: l.width() - w - 8, Stroke: 0.75})
	l.y += size * textLead
}

type paragraph struct {
	words  string
	strong bool
}

// advice explains the order of the codes (R72, R73) and how to type them (R76).
func (l *layouter) advice() []paragraph {
	t := l.words.T
	first := []paragraph{{t("print.order"), true}, {t("print.order-hardened"), false}}
	if l.sheet.Strict {
		first[1].words = t("print.order-classic")
	}
	if len(l.sheet.Codes) == 1 {
		first = []paragraph{{t("print.one"), true}, {t("print.one-why"), false}}
		if l.sheet.Strict {
			first = append(first, paragraph{t("print.order") + ". " + t("print.order-classic"), false})
		}
	}
	return append(first, paragraph{t("print.reading"), false}, paragraph{t("print.only-here"), false}, paragraph{t("print.lost"), false})
}

// restHigh is the height of what rest adds.
func (l *layouter) restHigh() float64 {
	trial := *l
	trial.pages = [][]Element{nil}
	trial.y = 0
	trial.rest()
	return trial.y
}

func (l *layouter) footHigh() float64 { return 24 }
