package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// This file is how a CodeField is edited. Fyne's entry moves the caret and keeps the
// selection; its own drawing is not used, and neither is its undo, which takes the
// replacement of a symbol for two actions.

// A codeMoment is a code and a caret.
type codeMoment struct {
	code  string
	caret int
}

// A history is what undo and redo restore.
type history struct {
	past, future []codeMoment
	last         codeMoment // before the current action
	run          bool       // the last action typed a symbol
	joins        bool       // the current one types another: both are one action for undo
	restoring    bool
}

func (f *CodeField) now() codeMoment { return codeMoment{f.Text, f.CursorColumn} }

// edit does one action of the user.
func (f *CodeField) edit(do func()) {
	f.history.last = f.now()
	do()
	f.history.run, f.history.joins = false, false
	f.Entry.MouseUp(nil) // Home and End leave the entry's selection behind
	f.Refresh()
}

// changed is the entry's OnChanged.
func (f *CodeField) changed(string) {
	h := &f.history
	if f.Text == h.last.code {
		return
	}
	if !h.restoring && !h.joins {
		h.past = append(h.past, h.last)
	}
	if !h.restoring {
		h.future = nil
	}
	h.last = f.now()
	f.Refused = false
	f.Refresh()
	if f.OnChanged != nil {
		f.OnChanged(f.Text)
	}
}

// restore shows the newest moment of one list and puts the current one on the other.
func (f *CodeField) restore(from, to *[]codeMoment) {
	if len(*from) == 0 {
		return
	}
	m := (*from)[len(*from)-1]
	*from = (*from)[:len(*from)-1]
	*to = append(*to, f.now())
	f.history.restoring = true
	f.show(m.code, m.caret)
	f.history.restoring = false
}

// show replaces the code and places the caret. Nothing is selected afterwards.
func (f *CodeField) show(code string, caret int) {
	f.Entry.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if f.SelectedText() != "" {
		f.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	}
	f.Entry.SetText(code)
	f.moveTo(min(caret, len(code)), false)
	f.Refresh()
}

// track finds the other end of the selection, which the entry does not tell.
func (f *CodeField) track() {
	switch n := len(f.SelectedText()); {
	case n == 0:
		f.anchor = f.CursorColumn
	case f.CursorColumn != f.anchor+n && f.CursorColumn != f.anchor-n:
		f.anchor = f.CursorColumn - n
	}
}

// selection is the range of symbols that is selected; from and to are equal if none is.
func (f *CodeField) selection() (from, to int) {
	if f.SelectedText() == "" {
		return f.CursorColumn, f.CursorColumn
	}
	return min(f.anchor, f.CursorColumn), max(f.anchor, f.CursorColumn)
}

// moveTo moves the caret, and extends the selection if extend is set.
func (f *CodeField) moveTo(to int, extend bool) {
	shift := &fyne.KeyEvent{Name: desktop.KeyShiftLeft}
	if extend {
		f.Entry.KeyDown(shift)
	} else {
		f.Entry.KeyUp(shift)
		f.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome}) // also drops the selection
	}
	to = max(0, min(to, len(f.Text)))
	for f.CursorColumn < to {
		f.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	for f.CursorColumn > to {
		f.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	}
	if f.shift {
		f.Entry.KeyDown(shift)
	} else {
		f.Entry.KeyUp(shift)
	}
	f.track()
}

func (f *CodeField) selectRange(from, to int) {
	f.moveTo(from, false)
	f.moveTo(to, true)
}

func (f *CodeField) selectAll() { f.selectRange(0, len(f.Text)) }

// put types or pastes symbols: in place of the selection, else at the caret. Where there
// is no room left they replace the symbols after the caret.
func (f *CodeField) put(symbols string) {
	from, to := f.selection()
	if from == to {
		symbols = symbols[:min(len(symbols), f.Length-from)]
		over := min(max(0, len(f.Text)+len(symbols)-f.Length), len(f.Text)-from)
		if over > 0 {
			f.selectRange(from, from+over)
		}
	} else {
		symbols = symbols[:min(len(symbols), f.Length-len(f.Text)+to-from)]
	}
	if symbols != "" {
		f.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fixedClipboard(symbols)})
	}
}

// TypedRune takes one character.
func (f *CodeField) TypedRune(r rune) {
	to, ok := f.fold(r)
	if !ok {
		return
	}
	f.edit(func() {
		f.history.joins = f.history.run && len(f.Text) < f.Length
		f.put(string(to))
	})
	f.history.run = true
}

// KeyDown is part of desktop.Keyable.
func (f *CodeField) KeyDown(k *fyne.KeyEvent) { KeyDown(k); f.shifted(k, true); f.Entry.KeyDown(k) }

// KeyUp is part of desktop.Keyable.
func (f *CodeField) KeyUp(k *fyne.KeyEvent) { KeyUp(k); f.shifted(k, false); f.Entry.KeyUp(k) }

func (f *CodeField) shifted(k *fyne.KeyEvent, down bool) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		f.shift = down
	}
}

// TypedKey edits the code. Keys for the page go there.
func (f *CodeField) TypedKey(k *fyne.KeyEvent) {
	if f.OnKey != nil && f.OnKey(k) {
		return
	}
	switch k.Name {
	case fyne.KeyLeft, fyne.KeyRight, fyne.KeyHome, fyne.KeyEnd, fyne.KeyBackspace, fyne.KeyDelete:
		f.edit(func() { f.Entry.TypedKey(k) })
	case fyne.KeyReturn, fyne.KeyEnter:
		if f.OnSubmit == nil {
			passOn(f, k)
		} else if !keys.repeats(k.Name) {
			f.OnSubmit(f.Text)
		}
	default:
		passOn(f, k)
	}
}

// TypedShortcut undoes, selects, copies, cuts and pastes. The keys that go word by word
// in other fields go group by group.
func (f *CodeField) TypedShortcut(s fyne.Shortcut) {
	if f.OnShortcut != nil && f.OnShortcut(s) {
		return
	}
	switch s := s.(type) {
	case *fyne.ShortcutPaste:
		f.edit(func() { f.paste(s.Clipboard.Content()) })
	case *fyne.ShortcutUndo:
		f.edit(func() { f.restore(&f.history.past, &f.history.future) })
	case *fyne.ShortcutRedo:
		f.edit(func() { f.restore(&f.history.future, &f.history.past) })
	case *fyne.ShortcutSelectAll:
		f.edit(f.selectAll)
	case *desktop.CustomShortcut:
		if isRedo(s) {
			f.TypedShortcut(&fyne.ShortcutRedo{})
			return
		}
		f.byGroup(s)
	default:
		f.edit(func() { f.Entry.TypedShortcut(s) })
	}
}

// paste puts a text in. A whole code replaces everything.
func (f *CodeField) paste(text string) {
	symbols := f.read(text, f.Length)
	if len(symbols) == f.Length {
		f.selectAll()
	}
	f.put(symbols)
}

func (f *CodeField) byGroup(s *desktop.CustomShortcut) {
	at, extend := f.CursorColumn, s.Modifier&fyne.KeyModifierShift != 0
	before, after := max(at-1, 0)/f.Group*f.Group, min((at/f.Group+1)*f.Group, len(f.Text))
	erase := func(to int) {
		if f.SelectedText() == "" {
			f.selectRange(at, to)
		}
		f.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	}
	switch s.KeyName {
	case fyne.KeyLeft:
		f.edit(func() { f.moveTo(before, extend) })
	case fyne.KeyRight:
		f.edit(func() { f.moveTo(after, extend) })
	case fyne.KeyHome:
		f.edit(func() { f.moveTo(0, extend) })
	case fyne.KeyEnd:
		f.edit(func() { f.moveTo(len(f.Text), extend) })
	case fyne.KeyBackspace:
		f.edit(func() { erase(before) })
	case fyne.KeyDelete:
		f.edit(func() { erase(after) })
	default:
		passShortcutOn(f, s)
	}
}

// isRedo reports whether a shortcut is Ctrl+Shift+Z, the second one for redo.
func isRedo(s *desktop.CustomShortcut) bool {
	return s.KeyName == fyne.KeyZ && s.Modifier == fyne.KeyModifierShortcutDefault|fyne.KeyModifierShift
}
