package control

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A SecretConfig describes a Secret.
type SecretConfig struct {
	Name    string // for screen readers
	Groups  []string
	Join    string // between two groups in a copy
	Role    look.Role
	PerLine int               // groups on a line, fewer where the space is narrow
	Copy    func(text string) // puts text on the clipboard
}

// A Secret shows a code in groups. Its characters can be selected with the mouse (drag;
// a double click selects all) and with the keyboard (Shift with arrows, Home and End; Ctrl+A),
// and copied with Ctrl+C. Without a selection all of it is copied.
type Secret struct {
	widget.BaseWidget
	cfg   SecretConfig
	body  *fyne.Container
	marks []*look.Box // the selected part of each group
	ring  *look.Box

	from, to int // the selection in characters: where it began, and where the caret is
	shift    bool
	focused  bool
	dragging bool
}

// NewSecret makes a Secret.
func NewSecret(cfg SecretConfig) *Secret {
	s := &Secret{cfg: cfg, body: look.Groups(cfg.Role, look.Ink, cfg.PerLine, cfg.Groups...).(*fyne.Container), ring: look.NewBox(look.Clear, look.Accent, 6)}
	for range cfg.Groups {
		s.marks = append(s.marks, look.NewBox(look.AccentSoft, look.Accent, 3))
	}
	s.ring.Width = look.StrokeFocus
	s.ring.Hide()
	s.ExtendBaseWidget(s)
	return s
}

// Selected is the selected text, "" for none.
func (s *Secret) Selected() string { return s.text(min(s.from, s.to), max(s.from, s.to)) }

// text is the text from one character to another, with Join between groups.
func (s *Secret) text(from, to int) string {
	var parts []string
	at := 0
	for _, g := range s.cfg.Groups {
		n := utf8.RuneCountInString(g)
		if a, b := max(from-at, 0), min(to-at, n); a < b {
			parts = append(parts, string([]rune(g)[a:b]))
		}
		at += n
	}
	return strings.Join(parts, s.cfg.Join)
}

func (s *Secret) length() int { return utf8.RuneCountInString(strings.Join(s.cfg.Groups, "")) }

func (s *Secret) choose(from, to int) {
	s.from, s.to = min(max(from, 0), s.length()), min(max(to, 0), s.length())
	s.Refresh()
}

// at is the character at a position: the place between two that is nearest.
func (s *Secret) at(p fyne.Position) int {
	best, nearest, at := 0, float32(-1), 0
	for i, g := range s.cfg.Groups {
		n := utf8.RuneCountInString(g)
		o, wide := s.body.Objects[i], s.cfg.Role.TextWidth(g)
		left, top := o.Position().X, o.Position().Y
		x, y := fyne.Min(fyne.Max(p.X, left), left+wide), fyne.Min(fyne.Max(p.Y, top), top+o.Size().Height)
		off := (p.X-x)*(p.X-x) + (p.Y-y)*(p.Y-y)*16 // the line counts more than the place in it
		if nearest < 0 || off < nearest {
			nearest = off
			best = at + int((x-left)/wide*float32(n)+.5)
		}
		at += n
	}
	return best
}

// MouseDown begins a selection. With Shift it extends the one that is there.
func (s *Secret) MouseDown(e *desktop.MouseEvent) {
	act()
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	s.takeFocus()
	if at := s.at(e.Position); e.Modifier&fyne.KeyModifierShift != 0 {
		s.choose(s.from, at)
	} else {
		s.choose(at, at)
	}
}

// takeFocus focuses the code, so that Ctrl+C copies what the mouse selected.
func (s *Secret) takeFocus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && !s.focused {
		c.Focus(s)
	}
}

// MouseUp is part of desktop.Mouseable.
func (s *Secret) MouseUp(*desktop.MouseEvent) {}

// Dragged extends the selection.
func (s *Secret) Dragged(e *fyne.DragEvent) {
	if !s.dragging {
		s.dragging = true
		s.from = s.at(e.Position.SubtractXY(e.Dragged.DX, e.Dragged.DY))
	}
	s.choose(s.from, s.at(e.Position))
}

// DragEnd is part of fyne.Draggable.
func (s *Secret) DragEnd() { s.dragging = false; s.takeFocus() }

// Tapped is part of fyne.Tappable.
func (s *Secret) Tapped(*fyne.PointEvent) { s.takeFocus() }

// DoubleTapped selects all.
func (s *Secret) DoubleTapped(*fyne.PointEvent) { s.choose(0, s.length()) }

// FocusGained shows the focus ring, if it came by the keyboard, and scrolls the code into view.
func (s *Secret) FocusGained() { s.focused = true; s.Refresh(); reveal(s) }

// FocusLost hides the focus ring and ends the selection.
func (s *Secret) FocusLost() { s.focused, s.shift = false, false; s.choose(s.to, s.to) }

// TypedRune is part of fyne.Focusable.
func (s *Secret) TypedRune(rune) {}

// KeyDown is part of desktop.Keyable.
func (s *Secret) KeyDown(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		s.shift = true
	}
	KeyDown(k)
}

// KeyUp is part of desktop.Keyable.
func (s *Secret) KeyUp(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		s.shift = false
	}
	KeyUp(k)
}

// TypedKey moves the caret, and with Shift the end of the selection. It passes other keys on
// to the page.
func (s *Secret) TypedKey(k *fyne.KeyEvent) {
	to := s.to
	switch k.Name {
	case fyne.KeyLeft:
		to--
	case fyne.KeyRight:
		to++
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = s.length()
	default:
		passOn(s, k)
		return
	}
	from := s.from
	if !s.shift {
		to = min(max(to, 0), s.length())
		from = to
	}
	s.choose(from, to)
}

// TypedShortcut selects all, or copies.
func (s *Secret) TypedShortcut(cut fyne.Shortcut) {
	switch cut.(type) {
	case *fyne.ShortcutSelectAll:
		s.choose(0, s.length())
	case *fyne.ShortcutCopy:
		text := s.Selected()
		if text == "" {
			text = s.text(0, s.length())
		}
		s.cfg.Copy(text)
	}
}

// Cursor is the one of text.
func (s *Secret) Cursor() desktop.Cursor { return desktop.TextCursor }

// AccessibilityLabel is the name for screen readers.
func (s *Secret) AccessibilityLabel() string { return s.cfg.Name }

// AccessibilityRole is text.
func (s *Secret) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// HeightFor is the height at a width.
func (s *Secret) HeightFor(w float32) float32 { return look.HeightFor(s.body, w) }

// MinSize is the size of the groups on one line.
func (s *Secret) MinSize() fyne.Size { return s.body.MinSize() }

// Held implements look.Holder.
func (s *Secret) Held() []fyne.CanvasObject { return s.body.Objects }

// CreateRenderer implements fyne.Widget.
func (s *Secret) CreateRenderer() fyne.WidgetRenderer {
	r := &secretRenderer{s: s}
	for _, m := range s.marks {
		r.objs = append(r.objs, m)
	}
	r.objs = append(r.objs, s.body, s.ring)
	return r
}

type secretRenderer struct {
	s    *Secret
	objs []fyne.CanvasObject
}

// Layout places the groups, and the marks under the selected characters.
func (r *secretRenderer) Layout(size fyne.Size) {
	s := r.s
	s.body.Resize(size)
	s.ring.Move(fyne.NewPos(-4, -2))
	s.ring.Resize(size.AddWidthHeight(8, 4))
	from, to, at := min(s.from, s.to), max(s.from, s.to), 0
	for i, g := range s.cfg.Groups {
		n := utf8.RuneCountInString(g)
		a, b := max(from-at, 0), min(to-at, n)
		at += n
		m, o := s.marks[i], s.body.Objects[i]
		look.ShowIf(m, a < b)
		if a < b {
			one := s.cfg.Role.TextWidth(g) / float32(n)
			m.Move(o.Position().AddXY(float32(a)*one, 0))
			m.Resize(fyne.NewSize(float32(b-a)*one, o.Size().Height))
		}
	}
}
func (r *secretRenderer) MinSize() fyne.Size { return r.s.MinSize() }
func (r *secretRenderer) Refresh() {
	look.ShowIf(r.s.ring, r.s.focused && byKeyboard)
	r.Layout(r.s.Size())
	for _, m := range r.s.marks {
		m.Refresh()
	}
	r.s.body.Refresh()
	r.s.ring.Refresh()
}
func (r *secretRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *secretRenderer) Destroy()                     {}
