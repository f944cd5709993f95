package kit

import (
	"fyne.io/fyne/v2"
)

// groupLayout places the groups of a code in columns and centres each line.
type groupLayout struct {
	role    Role
	perLine int
}

func newGroups(role Role, ink fyne.ThemeColorName, perLine int, groups []string) *fyne.Container {
	var objs []fyne.CanvasObject
	for _, g := range groups {
		objs = append(objs, NewText(g, role, ink))
	}
	return lay(&groupLayout{role: role, perLine: max(1, perLine)}, objs...)
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

func (l *groupLayout) heightFor(objs []fyne.CanvasObject, w float32) float32 {
	n := l.columns(objs, w)
	rows := (len(objs) + n - 1) / n
	return float32(rows)*l.role.line() + float32(max(0, rows-1))*S4
}

func (l *groupLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	n := min(l.perLine, max(1, len(objs)))
	w := l.width(objs, n)
	return fyne.NewSize(w, l.heightFor(objs, w))
}

func (l *groupLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	n, cell := l.columns(objs, s.Width), l.cell(objs)
	for i, o := range objs {
		row, inRow := i/n, min(n, len(objs)-i/n*n)
		left := whole((s.Width - l.width(objs, inRow)) / 2)
		o.Move(fyne.NewPos(left+float32(i%n)*(cell+l.gap()), float32(row)*(l.role.line()+S4)))
		o.Resize(fyne.NewSize(cell, l.role.line()))
	}
}

// trailing places objects after text, or below it where the text would get less than
// leastWords.
func trailing(words fyne.CanvasObject, trail []fyne.CanvasObject) *fyne.Container {
	return lay(&trailLayout{}, words, Flow(S8, trail...))
}

type trailLayout struct{}

// leastWords is the minimum width of the text beside the trailing objects.
const leastWords float32 = 132

func (trailLayout) split(objs []fyne.CanvasObject, w float32) (trail float32, below bool) {
	trail = natural(objs[1], S8)
	return trail, w-trail-S16 < scaled(leastWords)
}

func (l trailLayout) heightFor(objs []fyne.CanvasObject, w float32) float32 {
	trail, below := l.split(objs, w)
	if below {
		return heightFor(objs[0], w) + S8 + heightFor(objs[1], w)
	}
	return fyne.Max(heightFor(objs[0], w-trail-S16), heightFor(objs[1], trail))
}

func (l trailLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(80, fyne.Max(objs[0].MinSize().Height, objs[1].MinSize().Height))
}

func (l trailLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	trail, below := l.split(objs, s.Width)
	if below {
		h := heightFor(objs[0], s.Width)
		objs[0].Move(fyne.Position{})
		objs[0].Resize(fyne.NewSize(s.Width, h))
		objs[1].Move(fyne.NewPos(0, h+S8))
		objs[1].Resize(fyne.NewSize(s.Width, heightFor(objs[1], s.Width)))
		return
	}
	for i, w := range []float32{s.Width - trail - S16, trail} {
		h := heightFor(objs[i], w)
		objs[i].Resize(fyne.NewSize(w, h))
		objs[i].Move(fyne.NewPos(float32(i)*(s.Width-trail), whole((s.Height-h)/2)))
	}
}
