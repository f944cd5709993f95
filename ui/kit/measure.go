package kit

import (
	"slices"
	"sync/atomic"

	"fyne.io/fyne/v2"
)

// Fyne asks every object of a window for its smallest size before every frame,
// and our layouts ask what is in them for its height at a width. Both would cost
// the square of the depth and worse; so every layout keeps its answers until
// something that was measured changes.
//
// changes counts those: words that take more or less room, things shown or
// hidden, things added. It is one number for the process because a thing does not
// know what is around it.
var changes atomic.Uint64

// remeasure makes every layout forget its answers.
func remeasure() { changes.Add(1) }

// A kept is a layout that keeps its answers.
type kept struct {
	flowLayout
	at      uint64 // the count of changes that the answers belong to
	factor  float32
	objs    []fyne.CanvasObject // as they were then
	shown   []bool
	min     fyne.Size
	hasMin  bool
	heights [4]struct{ width, height float32 }
	n       int
}

// lay makes a container of ours. Unlike Fyne's it isn't laid out before it has a
// size.
func lay(l flowLayout, objs ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &kept{flowLayout: l}, Objects: objs}
}

// inner is the layout of a container of ours, nil for others.
func inner(c *fyne.Container) flowLayout {
	if k, ok := c.Layout.(*kept); ok {
		return k.flowLayout
	}
	return nil
}

// check forgets the answers if they are no longer right.
func (k *kept) check(objs []fyne.CanvasObject) {
	if !k.same(objs) {
		if k.objs != nil {
			remeasure() // around it, too
		}
		k.objs, k.shown = append([]fyne.CanvasObject{}, objs...), make([]bool, len(objs)) // not nil: it was looked at
		for i, o := range objs {
			k.shown[i] = o.Visible()
		}
	}
	if now, f := changes.Load(), inForce().factor(); now != k.at || f != k.factor {
		k.at, k.factor, k.hasMin, k.n = now, f, false, 0
	}
}

func (k *kept) same(objs []fyne.CanvasObject) bool {
	if k.objs == nil || !slices.Equal(k.objs, objs) {
		return false
	}
	for i, o := range objs {
		if o.Visible() != k.shown[i] {
			return false
		}
		if t, ok := o.(*Text); ok {
			t.measure()
		}
	}
	return true
}

// MinSize asks once.
func (k *kept) MinSize(objs []fyne.CanvasObject) fyne.Size {
	k.check(objs)
	if !k.hasMin {
		k.min = k.flowLayout.MinSize(objs)
		k.hasMin = true
	}
	return k.min
}

func (k *kept) heightFor(objs []fyne.CanvasObject, w float32) float32 {
	k.check(objs)
	for _, h := range k.heights[:min(k.n, len(k.heights))] {
		if h.width == w {
			return h.height
		}
	}
	h := k.flowLayout.heightFor(objs, w)
	k.heights[k.n%len(k.heights)] = struct{ width, height float32 }{w, h}
	k.n++
	return h
}

// Layout may change what MinSize says: a column is as high as its words at its
// width.
func (k *kept) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	k.check(objs)
	k.hasMin = false
	k.flowLayout.Layout(objs, s)
}

func showIf(o fyne.CanvasObject, on bool) {
	if o.Visible() == on {
		return
	}
	remeasure()
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}
