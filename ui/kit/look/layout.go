package look

import "fyne.io/fyne/v2"

// flowing objects have a height that depends on their width, like text that wraps.
// Fyne asks for the minimum size before it sets a width; the layouts of the kit ask
// for the height at a width.
type flowing interface{ HeightFor(width float32) float32 }

// A FlowLayout is a layout whose height depends on its width. HeightFor is the height
// of the objects at a width, in points. Lay makes a container with one.
type FlowLayout interface {
	fyne.Layout
	HeightFor(objs []fyne.CanvasObject, width float32) float32
}

// HeightFor is the height of an object at a width, in points.
func HeightFor(o fyne.CanvasObject, w float32) float32 {
	switch v := o.(type) {
	case flowing:
		return v.HeightFor(w)
	case *fyne.Container:
		if l, ok := v.Layout.(FlowLayout); ok {
			return l.HeightFor(v.Objects, w)
		}
	}
	return o.MinSize().Height
}

// visible are the visible objects. It copies nothing if all are visible, which is the
// usual case.
func visible(objs []fyne.CanvasObject) []fyne.CanvasObject {
	for i, o := range objs {
		if o.Visible() {
			continue
		}
		seen := append([]fyne.CanvasObject{}, objs[:i]...)
		for _, o := range objs[i+1:] {
			if o.Visible() {
				seen = append(seen, o)
			}
		}
		return seen
	}
	return objs
}

// column stacks its children. Children made by Grow share the remaining height.
type column struct {
	gap  float32
	last float32 // the width at the last layout, for MinSize
}

// V stacks objects vertically with a gap between them.
func V(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return Lay(&column{gap: gap}, objs...)
}

func (c *column) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	h := float32(0)
	for i, o := range visible(objs) {
		if i > 0 {
			h += c.gap
		}
		h += HeightFor(o, w)
	}
	return h
}

func (c *column) MinSize(objs []fyne.CanvasObject) fyne.Size {
	w := float32(0)
	for _, o := range visible(objs) {
		w = fyne.Max(w, o.MinSize().Width)
	}
	return fyne.NewSize(w, c.HeightFor(objs, fyne.Max(c.last, w)))
}

func (c *column) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	c.last = s.Width
	objs = visible(objs)
	spare, grown := s.Height-c.HeightFor(objs, s.Width), 0
	for _, o := range objs {
		if isGrown(o) {
			grown++
		}
	}
	y := float32(0)
	for _, o := range objs {
		h := HeightFor(o, s.Width)
		if isGrown(o) {
			h = fyne.Max(0, h+spare/float32(grown))
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(s.Width, h))
		y += h + c.gap
	}
}

// row places its children side by side, centred vertically or aligned at the top.
type row struct {
	gap float32
	top bool
}

// H places objects side by side, centred vertically.
func H(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return Lay(&row{gap: gap}, objs...)
}

// HTop places objects side by side, aligned at the top.
func HTop(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return Lay(&row{gap: gap, top: true}, objs...)
}

// A yielding object can be narrower than its minimum size: a text gets an
// ellipsis, the cells of a code shrink. Least is its minimum width then.
type yielding interface{ Least() float32 }

// widths divides the width of a row. Children made by Grow share what remains; when
// the width is too small, yielding children become narrower.
func (r *row) widths(objs []fyne.CanvasObject, w float32) []float32 {
	out, spare, grown, soft := make([]float32, len(objs)), w-r.gap*float32(max(len(objs)-1, 0)), 0, float32(0)
	for i, o := range objs {
		if isGrown(o) {
			grown++
			continue
		}
		out[i] = o.MinSize().Width
		spare -= out[i]
		if y, ok := o.(yielding); ok {
			soft += fyne.Max(0, out[i]-y.Least())
		}
	}
	if spare < 0 && soft > 0 && w > 0 {
		part := fyne.Min(1, -spare/soft)
		for i, o := range objs {
			if y, ok := o.(yielding); ok {
				out[i] = Whole(out[i] - fyne.Max(0, out[i]-y.Least())*part)
			}
		}
	}
	for i, o := range objs {
		if isGrown(o) { // whole points; the last one gets the rest
			out[i] = Whole(fyne.Max(0, spare/float32(grown)))
			spare -= out[i]
			grown--
		}
	}
	return out
}

func (r *row) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	objs = visible(objs)
	h, ws := float32(0), r.widths(objs, w)
	for i, o := range objs {
		h = fyne.Max(h, HeightFor(o, ws[i]))
	}
	return h
}

func (r *row) MinSize(objs []fyne.CanvasObject) fyne.Size {
	objs = visible(objs)
	var s fyne.Size
	for i, o := range objs {
		m := o.MinSize()
		if i > 0 {
			s.Width += r.gap
		}
		s.Width += m.Width
		s.Height = fyne.Max(s.Height, m.Height)
	}
	return s
}

func (r *row) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	objs = visible(objs)
	x, ws := float32(0), r.widths(objs, s.Width)
	for i, o := range objs {
		h, y := HeightFor(o, ws[i]), float32(0)
		if !r.top {
			y = Whole((s.Height - h) / 2)
		}
		if g, ok := o.(*fyne.Container); ok && isFull(g) {
			h, y = s.Height, 0
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(ws[i], h))
		x += ws[i] + r.gap
	}
}

// over places objects on top of one another and is as high as the highest.
type over struct{}

// Z places objects on top of one another, the first at the bottom.
func Z(objs ...fyne.CanvasObject) *fyne.Container { return Lay(over{}, objs...) }

func (over) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	h := float32(0)
	for _, o := range visible(objs) {
		h = fyne.Max(h, HeightFor(o, w))
	}
	return h
}

func (over) MinSize(objs []fyne.CanvasObject) (s fyne.Size) {
	for _, o := range visible(objs) {
		s = s.Max(o.MinSize())
	}
	return s
}

func (over) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(s)
	}
}
