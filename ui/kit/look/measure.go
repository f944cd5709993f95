package look

import (
	"slices"
	"sync/atomic"

	"fyne.io/fyne/v2"
)

// changes counts the changes of sizes in the process: of text, and of objects shown,
// hidden or added.
//
// Before each frame Fyne asks every object of a window for its minimum size, and our
// layouts ask their children for the height at a width. Without a cache the cost grows
// with the square of the depth or worse, so each layout caches its answers until
// changes differs. One counter serves the process, because an object does not know
// its parent.
var changes atomic.Uint64

// remeasure invalidates the caches of all layouts.
func remeasure() { changes.Add(1) }

// A cachedLayout is a layout that caches its sizes.
type cachedLayout struct {
	FlowLayout
	at      uint64 // the value of changes that the cache belongs to
	factor  float32
	objs    []fyne.CanvasObject // the children at that time
	shown   []bool
	min     fyne.Size
	hasMin  bool
	heights [4]struct{ width, height float32 }
	n       int // how many heights were computed; the oldest is replaced
}

// Lay makes a container with a caching layout. Unlike Fyne's containers, it is not
// laid out before it has a size.
func Lay(l FlowLayout, objs ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &cachedLayout{FlowLayout: l}, Objects: objs}
}

// inner is the layout of a container made by Lay, nil for other containers.
func inner(c *fyne.Container) FlowLayout {
	if k, ok := c.Layout.(*cachedLayout); ok {
		return k.FlowLayout
	}
	return nil
}

// check clears the cache if it is out of date.
func (k *cachedLayout) check(objs []fyne.CanvasObject) {
	if !k.same(objs) {
		if k.objs != nil {
			remeasure() // also for the layouts around it
		}
		k.objs, k.shown = append([]fyne.CanvasObject{}, objs...), make([]bool, len(objs)) // not nil, even without children
		for i, o := range objs {
			k.shown[i] = o.Visible()
		}
	}
	if now, f := changes.Load(), currentTheme().factor(); now != k.at || f != k.factor {
		k.at, k.factor, k.hasMin, k.n = now, f, false, 0
	}
}

func (k *cachedLayout) same(objs []fyne.CanvasObject) bool {
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

// MinSize caches the answer of the layout.
func (k *cachedLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	k.check(objs)
	if !k.hasMin {
		k.min = k.FlowLayout.MinSize(objs)
		k.hasMin = true
	}
	return k.min
}

func (k *cachedLayout) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	k.check(objs)
	for _, h := range k.heights[:min(k.n, len(k.heights))] {
		if h.width == w {
			return h.height
		}
	}
	h := k.FlowLayout.HeightFor(objs, w)
	k.heights[k.n%len(k.heights)] = struct{ width, height float32 }{w, h}
	k.n++
	return h
}

// Layout clears the minimum size, which may depend on the new width: the height of a
// column is that of its text at its width.
func (k *cachedLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	k.check(objs)
	k.hasMin = false
	k.FlowLayout.Layout(objs, s)
}

// ShowIf shows or hides an object, and invalidates cached sizes if this is a
// change.
func ShowIf(o fyne.CanvasObject, on bool) {
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
