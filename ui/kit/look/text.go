package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/typeset"
)

// A Text is text in one role and one colour. It wants to be on one line, and takes
// more lines where the space is narrower. With Wrap it wants no certain width. With
// OneLine it ends in an ellipsis where it does not fit. Text from right to left is
// aligned right.
type Text struct {
	widget.BaseWidget
	Words string
	Role  Role
	Color fyne.ThemeColorName
	Align fyne.TextAlign
	Wrap  bool
	Line  bool // see OneLine

	sets  [3]setting // the last line breaks: measuring and drawing use different widths
	known extent
}

// An extent is the state of a text when it was last measured.
type extent struct {
	words string
	role  Role
	wrap  bool
	size  float32 // of the type, in points
	width float32 // on one line
	least float32 // of the widest word
}

// A setting is a text broken into lines, and the parameters used.
type setting struct {
	words string
	role  Role
	size  float32
	width float32
	wrap  bool
	lines []string
}

// NewText makes a text that is on one line if there is room.
func NewText(words string, role Role, c fyne.ThemeColorName) *Text {
	t := &Text{Words: words, Role: role, Color: c}
	t.ExtendBaseWidget(t)
	return t
}

// Para makes body text that wraps.
func Para(words string, c fyne.ThemeColorName) *Text { return NewText(words, Body, c).Wrapped() }

// Centered centres the lines.
func (t *Text) Centered() *Text { t.Align = fyne.TextAlignCenter; return t }

// Trailing aligns the lines at the right edge (the left edge for text from right to
// left).
func (t *Text) Trailing() *Text { t.Align = fyne.TextAlignTrailing; return t }

// OneLine cuts the text where it does not fit: for a picture of a fixed size. Nothing
// that a user has to read is cut.
func (t *Text) OneLine() *Text { t.Line = true; return t }

// Wrapped lets the text take as many lines as its place needs, and asks for no width.
func (t *Text) Wrapped() *Text { t.Wrap = true; return t }

// SetWords changes the text and draws it.
func (t *Text) SetWords(words string) {
	if t.Words == words {
		return
	}
	t.Words = words
	t.measure()
	t.Refresh()
}

// lines are the lines of the text at a width.
func (t *Text) lines(w float32) []string {
	want := setting{words: t.Words, role: t.Role, size: t.Role.size(), width: w, wrap: t.Wrap}
	for _, k := range t.sets {
		if k.lines != nil && k.words == want.words && k.role == want.role && k.size == want.size && k.width == want.width && k.wrap == want.wrap {
			return k.lines
		}
	}
	switch {
	case w <= 0:
		want.lines = []string{t.Words}
	case t.Line:
		want.lines = []string{typeset.Ellipsis(t.Words, w, t.Role.TextWidth)}
	case !t.Wrap && w >= t.oneLine(): // also if the sum of its words, rounded, is a bit wider
		want.lines = []string{t.Words}
	default:
		want.lines = typeset.Lines(t.Words, w, t.Role.TextWidth)
	}
	t.sets[2], t.sets[1], t.sets[0] = t.sets[1], t.sets[0], want
	return want.lines
}

// measure invalidates the sizes of the layouts around the text if its own size has
// changed. Digits in mono that count down keep their size.
func (t *Text) measure() {
	now := extent{words: t.Words, role: t.Role, wrap: t.Wrap, size: t.Role.size(), width: t.known.width, least: t.known.least}
	if now == t.known {
		return
	}
	first := t.known.size == 0
	if now.width, now.least = 0, 0; !t.Wrap {
		now.width = RoundUp(t.Role.TextWidth(t.Words[:typeset.RuneIndex(t.Words, longLine)]))
	}
	if !first && (now.width != t.known.width || now.wrap || t.known.wrap || now.size != t.known.size || now.role.Line != t.known.role.Line) {
		remeasure()
	}
	t.known = now
}

// oneLine is the width of the text on one line.
func (t *Text) oneLine() float32 {
	t.measure()
	return t.known.width
}

// HeightFor is the height at a width.
func (t *Text) HeightFor(w float32) float32 {
	t.measure()
	if t.Line || !t.Wrap && (w <= 0 || w >= t.known.width) {
		return t.Role.LineHeight()
	}
	return t.Role.LineHeight() * float32(len(t.lines(w)))
}

// longLine is the number of characters of a single line that are measured. No window
// is wide enough for more.
const longLine = 1000

// MinSize is the size of the line or, with Wrap, the height at the current width.
func (t *Text) MinSize() fyne.Size {
	t.measure()
	if t.Wrap {
		return fyne.NewSize(40, t.HeightFor(t.Size().Width))
	}
	return fyne.NewSize(t.known.width, t.HeightFor(t.Size().Width))
}

// Least is the width of the widest word, but not more than some letters; of a character
// and an ellipsis for a text on one line.
func (t *Text) Least() float32 {
	if t.Line {
		return fyne.Min(RoundUp(t.Role.size()*2), t.MinSize().Width)
	}
	t.measure()
	if t.known.least == 0 {
		for word := range strings.FieldsSeq(t.Words) {
			t.known.least = fyne.Max(t.known.least, RoundUp(t.Role.TextWidth(word[:typeset.RuneIndex(word, longWord)])))
		}
	}
	return fyne.Min(t.known.least, t.MinSize().Width)
}

// longWord is the number of letters of a word that stay together in a narrow row.
const longWord = 16

// CreateRenderer implements fyne.Widget. Fyne destroys renderers that were not drawn
// for a minute of wall-clock time, which after a sleep of the computer is all of them,
// and does not lay out the new ones.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t}
	if size := t.Size(); !size.IsZero() {
		r.Layout(size)
	}
	return r
}

// textRenderer reuses its canvas texts.
type textRenderer struct {
	t    *Text
	pool []*canvas.Text
	objs []fyne.CanvasObject
}

func (r *textRenderer) next() *canvas.Text {
	n := len(r.objs)
	if n == len(r.pool) {
		r.pool = append(r.pool, canvas.NewText("", nil))
	}
	r.objs = append(r.objs, r.pool[n])
	return r.pool[n]
}

func (r *textRenderer) Layout(s fyne.Size) {
	r.objs = r.objs[:0]
	t := r.t
	c, size, style, high := Tint(t.Color), t.Role.size(), t.Role.style(), t.Role.LineHeight()
	rtl := typeset.RightToLeft(t.Words)
	for i, line := range t.lines(s.Width) {
		runs := typeset.VisualRuns(line, rtl)
		widths, all := make([]float32, len(runs)), float32(0)
		for j, run := range runs {
			widths[j] = t.Role.TextWidth(run)
			all += widths[j]
		}
		x := float32(0)
		switch {
		case t.Align == fyne.TextAlignCenter:
			x = (s.Width - all) / 2
		case (t.Align == fyne.TextAlignTrailing) != rtl:
			x = s.Width - all
		}
		for j, run := range runs {
			o := r.next()
			if o.Text != run || o.Color != c || o.TextSize != size || o.TextStyle != style {
				o.Text, o.Color, o.TextSize, o.TextStyle = run, c, size, style
				o.FontSource = t.Role.font(run)
				o.Refresh() // or Fyne draws the cached texture of the old text
			}
			h := o.MinSize().Height
			o.Move(fyne.NewPos(x, float32(i)*high+(high-h)/2))
			o.Resize(fyne.NewSize(widths[j], h))
			x += widths[j]
		}
	}
}

func (r *textRenderer) MinSize() fyne.Size { return r.t.MinSize() }
func (r *textRenderer) Refresh() {
	r.t.measure()
	r.Layout(r.t.Size())
	canvas.Refresh(r.t)
}
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *textRenderer) Destroy()                     {}
