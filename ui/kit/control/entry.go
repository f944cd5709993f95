package control

import (
	"image/color"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
	"nightlatch/ui/kit/typeset"
)

// entry is Fyne's entry; it asks its Input before it takes anything in.
type entry struct {
	widget.Entry
	in    *Input
	caret color.Color // of the theme for which the caret was drawn

	pressed bool // the mouse gives the focus, and places the caret
}

// Refresh also gives the caret the colour of a new theme. Fyne reads that colour only
// when the entry gets the focus.
func (e *entry) Refresh() {
	if c := look.Tint(look.Accent); e.caret != c {
		switched := e.caret != nil && e.in.within
		e.caret = c
		if switched {
			e.Entry.FocusLost()
			e.Entry.FocusGained()
		}
	}
	e.Entry.Refresh()
}

func (e *entry) FocusGained() {
	e.Entry.FocusGained()
	e.in.focused(true)
	reveal(e.in)
	if arrives(e) && !e.pressed {
		e.in.SelectAll()
	}
}

func (e *entry) FocusLost() {
	e.Entry.FocusLost()
	e.in.focused(false)
}

// MouseDown focuses the field and places the caret.
func (e *entry) MouseDown(m *desktop.MouseEvent) {
	mouseUsed()
	e.pressed = true
	e.Entry.MouseDown(m)
	e.pressed = false
}

// succeed takes the caret of another entry over, or that everything is selected.
func (e *entry) succeed(was *entry) {
	e.CursorColumn = min(was.CursorColumn, utf8.RuneCountInString(e.Text))
	if all := was.SelectedText(); all != "" && all == was.Text {
		e.in.SelectAll()
	}
	e.Refresh()
}

// AccessibilityLabel and AccessibilityRole let a screen reader name the field.
func (e *entry) AccessibilityLabel() string             { return e.in.Name }
func (e *entry) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// KeyDown records the pressed key for the widgets that act on it.
func (e *entry) KeyDown(k *fyne.KeyEvent) { KeyDown(k); e.Entry.KeyDown(k) }

// KeyUp records the released key for the widgets that act on it.
func (e *entry) KeyUp(k *fyne.KeyEvent) { KeyUp(k); e.Entry.KeyUp(k) }

// TypedKey edits the text. It passes keys for the page on to the page.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	if e.in.OnKey != nil && e.in.OnKey(k) {
		return
	}
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if e.in.OnSubmit != nil {
			if !keys.repeats(k.Name) {
				e.in.OnSubmit(e.Text)
			}
			return
		}
		passOn(e.in, k)
	case fyne.KeyEscape, fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown,
		fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12:
		passOn(e.in, k)
	default:
		e.Entry.TypedKey(k)
	}
}

// TypedRune takes one character if it is visible and the limit is not reached.
func (e *entry) TypedRune(r rune) {
	switch {
	case e.in.class.Drops(r):
		e.in.trouble(Unprintable)
	case e.room() < 1:
		e.in.trouble(TooLong)
	default:
		e.Entry.TypedRune(r)
	}
}

// room is how many more characters fit. The selection counts, because it will be
// replaced.
func (e *entry) room() int {
	return e.in.limit() - utf8.RuneCountInString(e.Text) + utf8.RuneCountInString(e.SelectedText())
}

// TypedShortcut cuts a pasted text before Fyne lays it out: ten megabytes would
// freeze the window.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	if e.in.OnShortcut != nil && e.in.OnShortcut(s) {
		return
	}
	switch s := s.(type) {
	case *fyne.ShortcutPaste:
		text, cut, dropped := typeset.Clean(s.Clipboard.Content(), max(0, e.room()), e.in.class)
		if text != "" {
			e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fixedClipboard(text), Secondary: s.Secondary})
		}
		switch {
		case cut:
			e.in.trouble(TooLong)
		case dropped:
			e.in.trouble(Unprintable)
		}
	case *desktop.CustomShortcut:
		switch s.KeyName {
		case fyne.KeyLeft, fyne.KeyRight, fyne.KeyBackspace, fyne.KeyDelete: // word by word
			e.Entry.TypedShortcut(s)
		case fyne.KeyHome, fyne.KeyEnd:
			e.TypedKey(&fyne.KeyEvent{Name: s.KeyName})
		default:
			if isRedo(s) {
				e.Entry.Redo()
				return
			}
			passShortcutOn(e.in, s)
		}
	default:
		e.Entry.TypedShortcut(s)
	}
}

// A fixedClipboard is a clipboard with one text, for Fyne's paste.
type fixedClipboard string

func (c fixedClipboard) Content() string   { return string(c) }
func (c fixedClipboard) SetContent(string) {}
