package look

import "fyne.io/fyne/v2"

// groupLayout places the groups of a code in columns and centres each line.
type groupLayout struct {
	role    Role
	perLine int
}

// Groups shows a code large, in groups, with perLine groups on a line, or fewer where
// the space is narrow.
func Groups(role Role, ink fyne.ThemeColorName, perLine int, groups ...string) fyne.CanvasObject {
	var objs []fyne.CanvasObject
	for _, g := range groups {
		objs = append(objs, NewText(g, role, ink))
	}
	return Lay(&groupLayout{role: role, perLine: max(1, perLine)}, objs...)
}

// cell is the width of the widest group.
func (l *groupLayout) cell(objs []fyne.CanvasObject) float32 {
	w := float32(0)
	for _, o := range objs {
		w = fyne.Max(w, o.MinSize().Width)
	}
	return w
}

func (l *groupLayout) gap() float32 { return round(l.role.size() * .75) }

// columns is the number of groups on a line: perLine, halved until they fit.
func (l *groupLayout) columns(objs []fyne.CanvasObject, w float32) int {
	n := min(l.perLine, max(1, len(objs)))
	for n > 1 && l.width(objs, n) > w+.5 {
		n = (n + 1) / 2
	}
	return n
}

func (l *groupLayout) width(objs []fyne.CanvasObject, n int) float32 {
	return float32(n)*l.cell(objs) + float32(n-1)*l.gap()
}

func (l *groupLayout) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	n := l.columns(objs, w)
	rows := (len(objs) + n - 1) / n
	return float32(rows)*l.role.LineHeight() + float32(max(0, rows-1))*S4
}

func (l *groupLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	n := min(l.perLine, max(1, len(objs)))
	w := l.width(objs, n)
	return fyne.NewSize(w, l.HeightFor(objs, w))
}

func (l *groupLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	n, cell := l.columns(objs, s.Width), l.cell(objs)
	for i, o := range objs {
		row, inRow := i/n, min(n, len(objs)-i/n*n)
		left := Whole((s.Width - l.width(objs, inRow)) / 2)
		o.Move(fyne.NewPos(left+float32(i%n)*(cell+l.gap()), float32(row)*(l.role.LineHeight()+S4)))
		o.Resize(fyne.NewSize(cell, l.role.LineHeight()))
	}
}
