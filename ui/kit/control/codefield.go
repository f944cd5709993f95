package control

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
	"nightlatch/ui/kit/typeset"
)

// A CodeField is a field for a code: one tab stop and one value, drawn as cells. Paste
// and dictation work because it is one field and not six. Characters that are not in
// its alphabet (spaces, dashes) are ignored, look-alikes are converted.
type CodeField struct {
	widget.BaseWidget
	Name       string // for screen readers
	Value      string
	Length     int
	Group      int
	Refused    bool
	OnDone     func(code string) // called when the code is complete
	OnSubmit   func(code string) // Enter; with nil, Enter goes to the page's Bindings
	OnChanged  func(code string)
	OnKey      func(*fyne.KeyEvent) bool // called first; true: handled
	OnShortcut func(fyne.Shortcut) bool

	fold    func(rune) (rune, bool)
	perCell int // characters in a cell
	focused bool
	cells   []*codeCell
	body    *fyne.Container
}

// NewCodeField makes a field for digits: a code from a text message, a mail or an app.
// The cells are in groups of group.
func NewCodeField(length, group int, value string) *CodeField {
	return newCodeField(length, group, 1, typeset.Digit, value)
}

// NewBackupField makes a field for a backup code or a temporary password: sixteen
// symbols of Crockford's base32 in four cells (R76).
func NewBackupField(value string) *CodeField {
	return newCodeField(16, 4, 4, typeset.Crockford, value)
}

func newCodeField(length, group, perCell int, fold func(rune) (rune, bool), value string) *CodeField {
	f := &CodeField{Length: length, Group: group, fold: fold, perCell: perCell}
	f.Value = f.read(value, length)
	n := (length + perCell - 1) / perCell
	objs := make([]fyne.CanvasObject, n)
	for i := range n {
		c := newCodeCell(f, i)
		f.cells = append(f.cells, c)
		objs[i] = c
	}
	f.body = look.Lay(&codeLayout{f}, objs...)
	f.ExtendBaseWidget(f)
	return f
}

// read keeps the characters of the alphabet, at most n of them. It reads at most 4096
// characters, because the clipboard may hold anything.
func (f *CodeField) read(text string, n int) string {
	var b strings.Builder
	for _, r := range text[:typeset.RuneIndex(text, 4096)] {
		if b.Len() == n {
			break
		}
		if to, ok := f.fold(r); ok {
			b.WriteRune(to)
		}
	}
	return b.String()
}

func (f *CodeField) changed() {
	f.Refused = false
	f.Refresh()
	if f.OnChanged != nil {
		f.OnChanged(f.Value)
	}
	if len(f.Value) == f.Length && f.OnDone != nil {
		f.OnDone(f.Value)
	}
}

// A CodeState is what a CodeField shows.
type CodeState struct {
	Value   string
	Refused bool // the next character typed starts a new code
}

// SetState changes what the field shows, without calling OnChanged. A screen keeps
// the field and calls SetState each time it is drawn: the keyboard focus and the
// caret stay.
func (f *CodeField) SetState(s CodeState) {
	s.Value = f.read(s.Value, f.Length)
	if f.Value == s.Value && f.Refused == s.Refused {
		return
	}
	f.Value, f.Refused = s.Value, s.Refused
	f.Refresh()
}

// SetValue replaces the code without calling OnChanged.
func (f *CodeField) SetValue(code string) {
	f.Value, f.Refused = f.read(code, f.Length), false
	f.Refresh()
}

// Clear empties the field.
func (f *CodeField) Clear() { f.SetValue("") }

// Refuse marks the code as refused. The next character typed starts a new code.
func (f *CodeField) Refuse() { f.Refused = true; f.Refresh() }

// Accept removes the mark of a refusal.
func (f *CodeField) Accept() { f.Refused = false; f.Refresh() }

// SetName sets the name for screen readers. A Field calls it.
func (f *CodeField) SetName(name string) { f.Name = name }

// AccessibilityLabel is the name, or how many characters were typed; never the code.
func (f *CodeField) AccessibilityLabel() string {
	if f.Name != "" {
		return f.Name
	}
	return look.Words().T("kit.code-field", len(f.Value), f.Length)
}

// AccessibilityRole is text.
func (f *CodeField) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// Refresh draws again.
func (f *CodeField) Refresh() {
	for _, c := range f.cells {
		c.Refresh()
	}
	f.BaseWidget.Refresh()
}

// FocusGained shows the caret.
func (f *CodeField) FocusGained() { f.focused = true; f.Refresh(); reveal(f) }

// FocusLost hides the caret.
func (f *CodeField) FocusLost() { f.focused = false; f.Refresh() }

// TypedRune takes one character.
func (f *CodeField) TypedRune(r rune) {
	to, ok := f.fold(r)
	if !ok {
		return
	}
	if f.Refused && len(f.Value) == f.Length {
		f.Value = ""
	}
	if len(f.Value) < f.Length {
		f.Value += string(to)
		f.changed()
	}
}

// KeyDown is part of desktop.Keyable.
func (f *CodeField) KeyDown(k *fyne.KeyEvent) { KeyDown(k) }

// KeyUp is part of desktop.Keyable.
func (f *CodeField) KeyUp(k *fyne.KeyEvent) { KeyUp(k) }

// TypedKey handles Backspace, Delete and Enter. Other keys go to the page.
func (f *CodeField) TypedKey(k *fyne.KeyEvent) {
	if f.OnKey != nil && f.OnKey(k) {
		return
	}
	switch k.Name {
	case fyne.KeyBackspace:
		if f.Value != "" {
			f.Value = f.Value[:len(f.Value)-1]
			f.changed()
		}
	case fyne.KeyDelete:
		if f.Value != "" {
			f.Value = ""
			f.changed()
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if f.OnSubmit != nil {
			if !keys.repeats(k.Name) {
				f.OnSubmit(f.Value)
			}
			return
		}
		passOn(f, k)
	default:
		passOn(f, k)
	}
}

// TypedShortcut pastes, replacing the code, and copies.
func (f *CodeField) TypedShortcut(s fyne.Shortcut) {
	if f.OnShortcut != nil && f.OnShortcut(s) {
		return
	}
	switch s := s.(type) {
	case *fyne.ShortcutPaste:
		if code := f.read(s.Clipboard.Content(), f.Length); code != "" {
			f.Value = code
			f.changed()
		}
	case *fyne.ShortcutCopy:
		s.Clipboard.SetContent(f.Value)
	default:
		passShortcutOn(f, s)
	}
}

// Tapped gives the field the keyboard focus.
func (f *CodeField) Tapped(*fyne.PointEvent) {
	act()
	Focus(f)
}

// Cursor is the text cursor.
func (f *CodeField) Cursor() desktop.Cursor { return desktop.TextCursor }

// HeightFor is the height of a cell.
func (f *CodeField) HeightFor(float32) float32 { return f.MinSize().Height }

// MinSize is the size with cells of the usual width.
func (f *CodeField) MinSize() fyne.Size { return f.body.Layout.MinSize(f.body.Objects) }

// Least is the width with the narrowest cells.
func (f *CodeField) Least() float32 { return (&codeLayout{f}).width(f.cells[0].Least()) }

// CreateRenderer implements fyne.Widget.
func (f *CodeField) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.body) }
