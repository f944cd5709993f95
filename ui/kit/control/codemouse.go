package control

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit/look"
)

// A codeMouse is the mouse on a CodeField: a press places the caret before the symbol
// under the mouse, Shift extends the selection, a drag selects, a second click selects a
// group and a third one everything.
type codeMouse struct {
	down    bool
	pressed fyne.Position
	dragged bool
	doubled time.Time // the last double click
}

// MouseDown places the caret. The other button keeps a selection, for the menu.
func (f *CodeField) MouseDown(m *desktop.MouseEvent) {
	mouseUsed()
	f.mouse.down, f.mouse.pressed, f.mouse.dragged = true, m.Position, false
	Focus(f)
	f.mouse.down = false
	if m.Button == desktop.MouseButtonSecondary && f.SelectedText() != "" {
		return
	}
	f.edit(func() {
		if time.Since(f.mouse.doubled) < fyne.CurrentApp().Driver().DoubleTapDelay() {
			f.selectAll()
			return
		}
		f.moveTo(f.symbolAt(m.Position), f.shift)
	})
}

// MouseUp is part of desktop.Mouseable.
func (f *CodeField) MouseUp(*desktop.MouseEvent) {}

// Tapped is part of fyne.Tappable: MouseDown has done it.
func (f *CodeField) Tapped(*fyne.PointEvent) { act() }

// DoubleTapped selects a group.
func (f *CodeField) DoubleTapped(e *fyne.PointEvent) {
	f.mouse.doubled = time.Now()
	from := f.symbolAt(e.Position) / f.Group * f.Group
	f.edit(func() { f.selectRange(from, from+f.Group) })
}

// Dragged selects from where the mouse was pressed.
func (f *CodeField) Dragged(d *fyne.DragEvent) {
	f.edit(func() {
		if !f.mouse.dragged {
			f.mouse.dragged = true
			f.moveTo(f.gapAt(f.mouse.pressed), f.shift)
		}
		f.moveTo(f.gapAt(d.Position), true)
	})
}

// DragEnd is part of fyne.Draggable.
func (f *CodeField) DragEnd() { f.mouse.dragged = false }

// symbolAt is the symbol under a position, or the end of the code.
func (f *CodeField) symbolAt(p fyne.Position) int { return f.under(p, 0) }

// gapAt is the gap between two symbols that is nearest to a position.
func (f *CodeField) gapAt(p fyne.Position) int { return f.under(p, 0.5) }

// PositionOf is where a symbol is drawn, for tests that use the mouse.
func (f *CodeField) PositionOf(symbol int) fyne.Position {
	c := f.cells[min(symbol, f.Length-1)/f.perCell]
	left := (c.Size().Width - c.runeWidth()*float32(f.perCell)) / 2
	return c.Position().AddXY(left+c.runeWidth()*float32(symbol-c.first()), 0)
}

func (f *CodeField) under(p fyne.Position, shift float32) int {
	at := 0
	for _, c := range f.cells {
		x := p.X - c.Position().X
		if x < -look.S8 {
			break
		}
		if f.perCell == 1 {
			at = c.first() + clamp(int(x/c.Size().Width+shift), 1)
			continue
		}
		left := (c.Size().Width - c.runeWidth()*float32(f.perCell)) / 2
		at = c.first() + clamp(int((x-left)/c.runeWidth()+shift), f.perCell)
	}
	return min(at, len(f.Text))
}

func clamp(n, most int) int { return max(0, min(n, most)) }
