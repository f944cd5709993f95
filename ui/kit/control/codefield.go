package control

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
	"nightlatch/ui/kit/typeset"
)

// A CodeField is a field for a code: one tab stop and one value, drawn as cells. Paste
// and dictation work because it is one field and not six. Characters that are not in
// its alphabet (spaces, dashes) are ignored, look-alikes are converted.
//
// It is Fyne's entry with another drawing, so that caret, selection and clipboard work as
// in every other field. Three things differ. Typing into a full field replaces the symbol
// at the caret, a pasted whole code replaces everything, and undo takes back what one
// action changed. A full field does not submit itself: Enter does.
type CodeField struct {
	widget.Entry
	Name       string // for screen readers
	Length     int
	Group      int
	Refused    bool
	OnSubmit   func(code string) // Enter; with nil, Enter goes to the page's Bindings
	OnChanged  func(code string)
	OnKey      func(*fyne.KeyEvent) bool // called first; true: handled
	OnShortcut func(fyne.Shortcut) bool

	fold    func(rune) (rune, bool)
	perCell int // characters in a cell
	within  bool
	cells   []*codeCell
	body    *fyne.Container

	anchor  int  // the other end of the selection; the caret if nothing is selected
	shift   bool // the key is down
	history history
	mouse   codeMouse
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
	objs := []fyne.CanvasObject{}
	for i := range (length + perCell - 1) / perCell {
		c := newCodeCell(f, i)
		f.cells = append(f.cells, c)
		objs = append(objs, c)
	}
	f.body = look.Lay(&codeLayout{f}, objs...)
	f.ExtendBaseWidget(f)
	f.SetValue(value)
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

// Code is the code in the field, without gaps.
func (f *CodeField) Code() string { return f.Text }

// A CodeState is what a CodeField shows.
type CodeState struct {
	Value   string
	Refused bool // the code is selected, so that typing replaces it
}

// SetState changes what the field shows, without calling OnChanged. A screen keeps
// the field and calls SetState each time it is drawn: the keyboard focus, the caret, the
// selection and what can be undone stay.
func (f *CodeField) SetState(s CodeState) {
	if code := f.read(s.Value, f.Length); code != f.Text {
		f.SetValue(code)
	}
	if s.Refused != f.Refused {
		f.Refused = s.Refused
		if s.Refused {
			f.selectAll()
		}
		f.Refresh()
	}
}

// SetValue replaces the code without calling OnChanged. What was typed before cannot be
// restored by undo.
func (f *CodeField) SetValue(code string) {
	f.Refused, f.Entry.OnChanged = false, nil
	f.show(f.read(code, f.Length), f.Length)
	f.history, f.Entry.OnChanged = history{last: f.now()}, f.changed
}

// Clear empties the field.
func (f *CodeField) Clear() { f.SetValue("") }

// Refuse marks the code as refused and selects it, so that typing replaces it.
func (f *CodeField) Refuse() { f.SetState(CodeState{Value: f.Text, Refused: true}) }

// Marked reports whether the code is marked as refused.
func (f *CodeField) Marked() bool { return f.Refused }

// Accept removes the mark of a refusal.
func (f *CodeField) Accept() { f.Refused = false; f.Refresh() }

// SetName sets the name for screen readers. A Field calls it.
func (f *CodeField) SetName(name string) { f.Name = name }

// AccessibilityLabel is the name, or how many characters were typed; never the code.
func (f *CodeField) AccessibilityLabel() string {
	if f.Name != "" {
		return f.Name
	}
	return look.Words().T("kit.code-field", len(f.Text), f.Length)
}

// AccessibilityRole is text.
func (f *CodeField) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// Refresh draws again.
func (f *CodeField) Refresh() {
	f.track()
	for _, c := range f.cells {
		c.Refresh()
	}
	f.BaseWidget.Refresh()
}

// FocusGained shows the caret. A code that is in the field already is selected, unless the
// mouse chooses the place.
func (f *CodeField) FocusGained() {
	f.Entry.FocusGained()
	f.within = true
	if arrives(f) && !f.mouse.down {
		f.selectAll()
	}
	f.Refresh()
	reveal(f)
}

// FocusLost hides the caret.
func (f *CodeField) FocusLost() {
	f.Entry.FocusLost()
	f.within, f.shift = false, false
	f.Refresh()
}

// HeightFor is the height of a cell.
func (f *CodeField) HeightFor(float32) float32 { return f.MinSize().Height }

// MinSize is the size with cells of the usual width.
func (f *CodeField) MinSize() fyne.Size { return f.body.Layout.MinSize(f.body.Objects) }

// Least is the width with the narrowest cells.
func (f *CodeField) Least() float32 { return (&codeLayout{f}).width(f.cells[0].Least()) }

// CreateRenderer implements fyne.Widget.
func (f *CodeField) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.body) }
