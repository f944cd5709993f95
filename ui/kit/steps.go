package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// steps draws numbered steps with lines between them. It shows every name: beside its
// number if all fit on one line, else below it, on as many lines as they need. The place of
// a step depends on the names and the width only, so nothing moves from step to step.
type steps struct {
	widget.BaseWidget
	at    int
	names []string
	discs []fyne.CanvasObject
	texts []*look.Text
	wide  []*look.Text // the names in semibold, as the current one is: to measure
	rules []fyne.CanvasObject
	objs  []fyne.CanvasObject
}

// Steps shows the steps of a ceremony; at is the index of the current step.
func Steps(at int, names ...string) fyne.CanvasObject {
	s := &steps{at: at, names: names}
	for i, n := range names {
		ink, role := look.Ink2, look.Body
		num := strconv.Itoa(i + 1)
		var disc fyne.CanvasObject
		switch {
		case i < at:
			disc = look.Z(look.NewDisc(look.AccentSoft, ""), look.Centre(look.NewIcon("check", 14, look.Accent)))
		case i == at:
			disc, ink, role = look.Z(look.NewDisc(look.AccentFill, ""), look.Centre(look.NewText(num, look.Label, look.OnAccent))), look.Ink, look.Strong
		default:
			disc = look.Z(look.NewDisc(look.Clear, look.Control), look.Centre(look.NewText(num, look.Label, look.Ink2)))
		}
		if i > 0 {
			rule := look.NewBox(look.Hairline, "", 0)
			s.rules = append(s.rules, rule)
			s.objs = append(s.objs, rule)
		}
		text := look.NewText(n, role, ink)
		s.discs, s.texts = append(s.discs, disc), append(s.texts, text)
		s.wide = append(s.wide, look.NewText(n, look.Strong, look.Clear))
		s.objs = append(s.objs, disc, text)
	}
	s.ExtendBaseWidget(s)
	return s
}

// stepDisc is the diameter of a disc.
func stepDisc() float32 { return look.Points(24) }

// onOneLine is the width of the steps with each name beside its number.
func (s *steps) onOneLine() float32 {
	w := -look.S8
	for _, t := range s.wide {
		w += stepDisc() + look.S8 + t.MinSize().Width + 2*look.S12 + look.S8 // a short line at least
	}
	return w
}

// columns is the number of steps side by side with the names below the numbers: as many
// as have room for their widest word, and about the same number on each line. With 1, the
// names are beside the numbers.
func (s *steps) columns(width float32) int {
	word := stepDisc() + look.S8
	for _, t := range s.wide {
		word = fyne.Max(word, t.Least())
	}
	n := len(s.texts)
	most := min(n, max(1, int((width+look.S12)/(word+look.S12))))
	lines := (n + most - 1) / max(1, most)
	return (n + lines - 1) / max(1, lines)
}

// A stepPlace is where a step is: its disc, its name, and the line to it from the step
// before, if that is on the same line.
type stepPlace struct {
	x, y         float32
	nameX, nameY float32
	nameW, nameH float32
	ruleX, ruleW float32
}

// places lays the steps out in a width, and says how high they are.
func (s *steps) places(width float32) (all []stepPlace, high float32) {
	disc := stepDisc()
	if spare := width - s.onOneLine(); spare >= 0 {
		high = fyne.Max(disc, look.Strong.LineHeight())
		line := look.S8 + look.Whole(spare/float32(max(1, len(s.rules))))
		x := float32(0)
		for _, t := range s.wide {
			w := t.MinSize().Width
			all = append(all, stepPlace{
				x: x, y: look.Whole((high - disc) / 2), nameX: x + disc + look.S8, nameY: look.Whole((high - look.Strong.LineHeight()) / 2),
				nameW: w, nameH: look.Strong.LineHeight(), ruleX: x - look.S12 - line, ruleW: line,
			})
			x += disc + look.S8 + w + 2*look.S12 + line
		}
		return all, high
	}
	n := s.columns(width)
	pitch := look.Whole((width + look.S12) / float32(max(1, n)))
	for i := 0; i < len(s.wide); i += n {
		row := float32(0)
		for j, t := range s.wide[i:min(i+n, len(s.wide))] {
			p := stepPlace{x: float32(j) * pitch, y: high, nameX: float32(j) * pitch, nameY: high + disc + look.S4, nameW: pitch - look.S12}
			if n == 1 {
				p.nameX, p.nameY, p.nameW = disc+look.S8, high+look.Whole((disc-look.Strong.LineHeight())/2), width-disc-look.S8
			}
			p.nameH = t.HeightFor(p.nameW)
			if j > 0 {
				p.ruleX, p.ruleW = p.x-pitch+disc+look.S8, pitch-disc-2*look.S8
			}
			row = fyne.Max(row, p.nameY+p.nameH-high)
			all = append(all, p)
		}
		high += fyne.Max(disc, row) + look.S8
	}
	return all, high - look.S8
}

func (s *steps) arrange(size fyne.Size) {
	all, _ := s.places(size.Width)
	for i, p := range all {
		s.discs[i].Move(fyne.NewPos(p.x, p.y))
		s.discs[i].Resize(fyne.NewSquareSize(stepDisc()))
		s.texts[i].Move(fyne.NewPos(p.nameX, p.nameY))
		s.texts[i].Resize(fyne.NewSize(p.nameW, p.nameH))
		if i > 0 {
			look.ShowIf(s.rules[i-1], p.ruleW > 0)
			s.rules[i-1].Move(fyne.NewPos(p.ruleX, p.y+look.Whole(stepDisc()/2)))
			s.rules[i-1].Resize(fyne.NewSize(fyne.Max(0, p.ruleW), 1))
		}
	}
}

// AccessibilityLabel names the current step.
func (s *steps) AccessibilityLabel() string {
	if s.at < 0 || s.at >= len(s.names) {
		return ""
	}
	return look.Words().T("kit.step", s.at+1, len(s.names), s.names[s.at])
}

func (s *steps) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// HeightFor is the height at a width.
func (s *steps) HeightFor(w float32) float32 {
	_, high := s.places(w)
	return high
}

// MinSize is the height at the current width; the steps ask for no certain width.
func (s *steps) MinSize() fyne.Size { return fyne.NewSize(80, s.HeightFor(s.Size().Width)) }

func (s *steps) CreateRenderer() fyne.WidgetRenderer {
	return look.NewPlaced(s.arrange, s.objs...)
}
