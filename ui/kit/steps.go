package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// steps draws numbered steps with lines between them. If not all names fit, it shows
// the name of the current step and those of its nearest neighbours.
type steps struct {
	widget.BaseWidget
	at    int
	names []string
	discs []fyne.CanvasObject
	texts []*look.Text
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
			disc, ink = look.Z(look.NewDisc(look.AccentSoft, ""), look.Centre(look.NewIcon("check", 14, look.Accent))), look.Ink2
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
		s.objs = append(s.objs, disc, text)
	}
	s.ExtendBaseWidget(s)
	return s
}

// stepDisc is the diameter of a disc.
func stepDisc() float32 { return look.Points(24) }

// width is the minimum width of the steps, with the names of some of them.
func (s *steps) width(named func(i int) bool) float32 {
	w := -look.S8
	for i, t := range s.texts {
		w += stepDisc() + look.S8 + 2*look.S12 + look.S8 // a short line at least
		if named(i) {
			w += look.S8 + t.MinSize().Width
		}
	}
	return w
}

// fits selects the names shown in a width: that of the current step, and as many of
// its neighbours as fit, without gaps. Later steps have priority over earlier ones.
func (s *steps) fits(width float32) func(i int) bool {
	from, to := s.at, s.at // the first and the last step that are named
	named := func(i int) bool { return i >= from && i <= to }
	room := func(end *int, by int) bool {
		*end += by
		if *end < 0 || *end >= len(s.texts) || s.width(named) > width {
			*end -= by
			return false
		}
		return true
	}
	for more := true; more; {
		more = room(&to, 1)
		more = room(&from, -1) || more
	}
	return named
}

func (s *steps) arrange(size fyne.Size) {
	named := s.fits(size.Width)
	used := float32(0)
	for i, t := range s.texts {
		used += stepDisc()
		if named(i) {
			used += look.S8 + t.MinSize().Width
		}
	}
	line := fyne.Max(0, look.Whole((size.Width-used)/float32(max(1, len(s.rules))))-2*look.S12)
	x := float32(0)
	for i, t := range s.texts {
		if i > 0 {
			s.rules[i-1].Move(fyne.NewPos(x+look.S12, look.Whole(size.Height/2)))
			s.rules[i-1].Resize(fyne.NewSize(line, 1))
			x += line + 2*look.S12
		}
		s.discs[i].Move(fyne.NewPos(x, look.Whole((size.Height-stepDisc())/2)))
		s.discs[i].Resize(fyne.NewSquareSize(stepDisc()))
		x += stepDisc()
		look.ShowIf(t, named(i))
		if named(i) {
			w := fyne.Min(t.MinSize().Width, fyne.Max(0, size.Width-x-look.S8))
			t.Move(fyne.NewPos(x+look.S8, look.Whole((size.Height-t.Role.LineHeight())/2)))
			t.Resize(fyne.NewSize(w, t.Role.LineHeight()))
			x += look.S8 + w
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
func (s *steps) HeightFor(float32) float32              { return s.MinSize().Height }
func (s *steps) MinSize() fyne.Size {
	return fyne.NewSize(80, fyne.Max(stepDisc(), look.Body.LineHeight()))
}

func (s *steps) CreateRenderer() fyne.WidgetRenderer {
	return look.NewPlaced(s.arrange, s.objs...)
}
