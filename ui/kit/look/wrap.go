package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
)

// wrapOne is a layout of one child that grows, or has margins or a size.
type wrapOne struct {
	grow, full, centre bool
	withText           bool // w and h grow with the text size
	l, t, r, b         float32
	w, h               float32
	maxW, minH         float32 // grow with the text size
}

func one(l wrapOne, o fyne.CanvasObject) *fyne.Container { return Lay(&l, o) }

// Grow gives an object the remaining width of a row or height of a column.
func Grow(o fyne.CanvasObject) *fyne.Container { return one(wrapOne{grow: true}, o) }

// Full gives an object the whole height of a row.
func Full(o fyne.CanvasObject) *fyne.Container { return one(wrapOne{full: true}, o) }

// Gap is space that grows.
func Gap() *fyne.Container { return Grow(layout.NewSpacer()) }

// Space is space of a fixed size.
func Space(w, h float32) *fyne.Container { return one(wrapOne{w: w, h: h}, layout.NewSpacer()) }

// Inset puts margins around an object: left, top, right, bottom.
func Inset(l, t, r, b float32, o fyne.CanvasObject) *fyne.Container {
	return one(wrapOne{l: l, t: t, r: r, b: b}, o)
}

// Pad puts the same margin on all sides.
func Pad(p float32, o fyne.CanvasObject) *fyne.Container { return Inset(p, p, p, p, o) }

// Sized gives an object a width, a height, or both, the same at every text size. Zero
// leaves a dimension free.
func Sized(w, h float32, o fyne.CanvasObject) *fyne.Container { return one(wrapOne{w: w, h: h}, o) }

// Scaled is Sized for an object with text or icons: it grows with the text size.
func Scaled(w, h float32, o fyne.CanvasObject) *fyne.Container {
	return one(wrapOne{w: w, h: h, withText: true}, o)
}

// AtLeast gives an object a least height, which grows with the text size.
func AtLeast(h float32, o fyne.CanvasObject) *fyne.Container { return one(wrapOne{minH: h}, o) }

// Narrow centres an object in a column at most w wide, which grows with the text size.
func Narrow(w float32, o fyne.CanvasObject) *fyne.Container { return one(wrapOne{maxW: w}, o) }

// Centre centres an object at its minimum size.
func Centre(o fyne.CanvasObject) *fyne.Container { return one(wrapOne{centre: true}, o) }

// CentreVertically centres an object vertically; it gets the whole width.
func CentreVertically(o fyne.CanvasObject) *fyne.Container { return H(0, Grow(o)) }

func isGrown(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	l, ok := inner(c).(*wrapOne)
	return ok && l.grow
}

func isFull(c *fyne.Container) bool {
	l, ok := inner(c).(*wrapOne)
	return ok && l.full
}

// wide and high are the fixed width and height, 0 where they are free.
func (l *wrapOne) wide() float32 {
	if l.withText {
		return Points(l.w)
	}
	return l.w
}

func (l *wrapOne) high() float32 {
	if l.withText {
		return Points(l.h)
	}
	return l.h
}

func (l *wrapOne) inner(w float32) float32 {
	if l.w > 0 {
		w = l.wide()
	}
	if l.maxW > 0 {
		w = fyne.Min(w, Points(l.maxW))
	}
	return w - l.l - l.r
}

func (l *wrapOne) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	if l.h > 0 {
		return l.high()
	}
	in := l.inner(w)
	if l.centre {
		in = fyne.Min(in, objs[0].MinSize().Width)
	}
	return fyne.Max(HeightFor(objs[0], in)+l.t+l.b, Points(l.minH))
}

func (l *wrapOne) MinSize(objs []fyne.CanvasObject) fyne.Size {
	m := objs[0].MinSize().AddWidthHeight(l.l+l.r, l.t+l.b)
	if l.grow {
		m.Width = fyne.Min(m.Width, 40)
	}
	if l.w > 0 {
		m.Width = l.wide()
	}
	if l.h > 0 {
		m.Height = l.high()
	}
	m.Height = fyne.Max(m.Height, Points(l.minH))
	return m
}

func (l *wrapOne) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	o := objs[0]
	if l.centre {
		m := o.MinSize()
		m.Width = fyne.Min(m.Width, s.Width)
		m.Height = HeightFor(o, m.Width)
		o.Move(fyne.NewPos(Whole((s.Width-m.Width)/2), Whole((s.Height-m.Height)/2)))
		o.Resize(m)
		return
	}
	w := l.inner(s.Width)
	x := l.l
	if l.maxW > 0 {
		x = Whole((s.Width-w-l.l-l.r)/2) + l.l
	}
	o.Move(fyne.NewPos(x, l.t))
	o.Resize(fyne.NewSize(w, s.Height-l.t-l.b))
}
