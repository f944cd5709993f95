package kit

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// windowLayout places the rail, the page and a docked panel side by side. If the
// window is too narrow, first the rail folds, then the panel covers the page.
type windowLayout struct {
	rail *control.SideRail // may be nil
	edge fyne.CanvasObject
	page fyne.CanvasObject
	dock fyne.CanvasObject // may be nil
	rim  fyne.CanvasObject
}

const (
	foldBelow float32 = 900  // width below which the rail folds, at text size 100 %
	dockBelow float32 = 1180 // the same with a docked panel
	leastPage float32 = 520  // minimum width of a page beside a docked panel
)

// NewWindow places the rail (may be nil), the page and at most one docked panel side by
// side. It has no background, because Fyne clears the canvas with the colour Window,
// and painting it a second time costs as much as everything else.
func NewWindow(rail *control.SideRail, page fyne.CanvasObject, docked ...fyne.CanvasObject) *fyne.Container {
	l := &windowLayout{rail: rail, edge: look.NewBox(look.Hairline, "", 0), page: page, rim: look.NewBox(look.Hairline, "", 0)}
	var objs []fyne.CanvasObject
	if rail != nil {
		objs = append(objs, rail, l.edge)
	}
	objs = append(objs, page)
	if len(docked) > 0 && docked[0] != nil {
		l.dock = docked[0]
		objs = append(objs, l.rim, l.dock)
	}
	if rail != nil {
		objs = append(objs, rail.Hint())
	}
	return &fyne.Container{Layout: l, Objects: objs}
}

// MinSize is the size of the smallest window; its content scrolls.
func (l *windowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(400, 320) }

func (l *windowLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	docked := l.dock != nil && l.dock.Visible()
	x := float32(0)
	if l.rail != nil {
		narrow := s.Width < look.Points(foldBelow) || docked && s.Width < look.Points(dockBelow)
		l.rail.Fold(narrow)
		x = l.rail.MinSize().Width
		l.rail.Resize(fyne.NewSize(x, s.Height))
		l.edge.Move(fyne.NewPos(x, 0))
		l.edge.Resize(fyne.NewSize(1, s.Height))
		l.rail.Hint().Resize(s)
		x++
	}
	room := s.Width - x
	if l.dock != nil {
		look.ShowIf(l.rim, docked)
	}
	if docked {
		w := l.dock.MinSize().Width
		if room-w-1 < look.Points(leastPage) { // the panel covers the page, which keeps its state
			l.page.Hide()
			l.rim.Hide()
			l.put(l.dock, x, room, s.Height)
			return
		}
		l.put(l.dock, s.Width-w, w, s.Height)
		l.put(l.rim, s.Width-w-1, 1, s.Height)
		room -= w + 1
	}
	l.page.Show()
	l.put(l.page, x, room, s.Height)
}

func (l *windowLayout) put(o fyne.CanvasObject, x, w, h float32) {
	o.Move(fyne.NewPos(x, 0))
	o.Resize(fyne.NewSize(w, h))
}

// Middle centres an object that is at most width points wide at text size 100 %. Its
// top edge stays in one place when its height changes, as long as it fits. It scrolls if
// the object is higher than the space.
func Middle(width float32, o fyne.CanvasObject) *fyne.Container {
	return look.Scroll(look.Lay(&middle{width: width}, o))
}

// CentredCard is a page without the rail: a card of a width in the middle of the
// window, and a line below it (may be nil).
func CentredCard(width float32, foot fyne.CanvasObject, objs ...fyne.CanvasObject) *fyne.Container {
	column := look.V(look.S20, Card(look.Pad(look.S32, look.V(look.S24, objs...))))
	if foot != nil {
		column.Add(look.Centre(foot))
	}
	return NewWindow(nil, Middle(width, column))
}

// middle centres an object horizontally, with a margin, and places its top edge as if it
// were usualHeight high.
type middle struct{ width float32 }

// usualHeight is the height of the sign-in form with the line below it.
const usualHeight float32 = 460

func (m *middle) inner(w float32) float32 { return fyne.Min(look.Points(m.width), w-2*look.S16) }
func (m *middle) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, objs[0].MinSize().Height)
}

func (m *middle) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	return look.HeightFor(objs[0], m.inner(w)) + 2*look.S16
}

func (m *middle) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	w := m.inner(s.Width)
	h := look.HeightFor(objs[0], w)
	top := fyne.Min(look.Whole((s.Height-look.Points(usualHeight))/2), s.Height-h-look.S16)
	objs[0].Move(fyne.NewPos(look.Whole((s.Width-w)/2), fyne.Max(look.S16, top)))
	objs[0].Resize(fyne.NewSize(w, h))
}
