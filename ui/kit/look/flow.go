package look

import "fyne.io/fyne/v2"

// flow places its children side by side at their minimum size and starts a new line
// when one does not fit: for links, chips, the buttons under a code.
type flow struct {
	gap, between float32
	align        fyne.TextAlign
}

// Flow places objects side by side with a gap, on as many lines as they need.
func Flow(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return Lay(&flow{gap: gap, between: S8}, objs...)
}

// FlowCentred is Flow with centred lines.
func FlowCentred(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return Lay(&flow{gap: gap, between: S8, align: fyne.TextAlignCenter}, objs...)
}

// FlowTrailing is Flow with lines at the right edge.
func FlowTrailing(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return Lay(&flow{gap: gap, between: S8, align: fyne.TextAlignTrailing}, objs...)
}

// lines divides the objects into lines at a width; heights and widths are those of
// the lines.
func (f *flow) lines(objs []fyne.CanvasObject, w float32) (lines [][]fyne.CanvasObject, heights, widths []float32) {
	used := float32(0)
	for _, o := range visible(objs) {
		m := o.MinSize()
		if n := len(lines); n == 0 || used+f.gap+m.Width > w+.5 {
			lines, heights, widths, used = append(lines, nil), append(heights, 0), append(widths, 0), -f.gap
		}
		n := len(lines) - 1
		used += f.gap + fyne.Min(m.Width, w)
		lines[n], heights[n], widths[n] = append(lines[n], o), fyne.Max(heights[n], HeightFor(o, fyne.Min(m.Width, w))), used
	}
	return lines, heights, widths
}

func (f *flow) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	_, heights, _ := f.lines(objs, w)
	sum := f.between * float32(max(len(heights)-1, 0))
	for _, h := range heights {
		sum += h
	}
	return sum
}

// MinSize is as wide as the widest child, because a flow can always start a new
// line.
func (f *flow) MinSize(objs []fyne.CanvasObject) (s fyne.Size) {
	for _, o := range visible(objs) {
		s = s.Max(o.MinSize())
	}
	return s
}

func (f *flow) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	lines, heights, widths := f.lines(objs, s.Width)
	y := float32(0)
	for i, line := range lines {
		x := float32(0)
		switch f.align {
		case fyne.TextAlignCenter:
			x = Whole((s.Width - widths[i]) / 2)
		case fyne.TextAlignTrailing:
			x = Whole(s.Width - widths[i])
		}
		for _, o := range line {
			w := fyne.Min(o.MinSize().Width, s.Width)
			h := HeightFor(o, w)
			o.Move(fyne.NewPos(x, y+Whole((heights[i]-h)/2)))
			o.Resize(fyne.NewSize(w, h))
			x += w + f.gap
		}
		y += heights[i] + f.between
	}
}

// beside places two objects side by side, or the second below the first when its
// width would be less than need.
type beside struct {
	gap, need float32
	drop      bool // the first is left out then
}

// Beside gives left its own width and right the rest. If right would get less than
// need, it goes below left.
func Beside(gap, need float32, left, right fyne.CanvasObject) *fyne.Container {
	return Lay(&beside{gap: gap, need: need}, left, right)
}

// Adorned is Beside for a left part that only adorns the right one: it is left out where
// there is no room beside it.
func Adorned(gap, need float32, left, right fyne.CanvasObject) *fyne.Container {
	return Lay(&beside{gap: gap, need: need, drop: true}, left, right)
}

func (b *beside) stacked(objs []fyne.CanvasObject, w float32) bool {
	return w-objs[0].MinSize().Width-b.gap < b.need
}

func (b *beside) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	left := fyne.Min(objs[0].MinSize().Width, w)
	if b.stacked(objs, w) {
		if b.drop {
			return HeightFor(objs[1], w)
		}
		return HeightFor(objs[0], left) + b.gap + HeightFor(objs[1], w)
	}
	return fyne.Max(HeightFor(objs[0], left), HeightFor(objs[1], w-left-b.gap))
}

func (b *beside) MinSize(objs []fyne.CanvasObject) fyne.Size {
	if b.drop {
		return fyne.NewSize(40, objs[1].MinSize().Height)
	}
	return objs[0].MinSize().Max(fyne.NewSize(40, objs[1].MinSize().Height))
}

func (b *beside) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	if b.drop {
		show(objs[0], !b.stacked(objs, s.Width))
		if b.stacked(objs, s.Width) {
			objs[1].Move(fyne.Position{})
			objs[1].Resize(fyne.NewSize(s.Width, HeightFor(objs[1], s.Width)))
			return
		}
	}
	left := fyne.Min(objs[0].MinSize().Width, s.Width)
	h := HeightFor(objs[0], left)
	objs[0].Move(fyne.Position{})
	objs[0].Resize(fyne.NewSize(left, h))
	if b.stacked(objs, s.Width) {
		objs[1].Move(fyne.NewPos(0, h+b.gap))
		objs[1].Resize(fyne.NewSize(s.Width, HeightFor(objs[1], s.Width)))
		return
	}
	w := s.Width - left - b.gap
	objs[1].Move(fyne.NewPos(left+b.gap, 0))
	objs[1].Resize(fyne.NewSize(w, HeightFor(objs[1], w)))
}

// show shows or hides an object, and does nothing if it is so already.
func show(o fyne.CanvasObject, yes bool) {
	switch {
	case yes == o.Visible():
	case yes:
		o.Show()
	default:
		o.Hide()
	}
}

// FlowWidth is the width of a flow when it is on one line.
func FlowWidth(o fyne.CanvasObject, gap float32) float32 {
	w := -gap
	for _, o := range visible(o.(*fyne.Container).Objects) {
		w += gap + o.MinSize().Width
	}
	return fyne.Max(0, w)
}
