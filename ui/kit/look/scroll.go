package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// scroller gives the content of a scroll its height at the current width before
// Fyne asks for its minimum size.
type scroller struct {
	content *fyne.Container
	scroll  *container.Scroll
}

func (l *scroller) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(40, 40) }

// HeightFor is the height of the content. If there is less room, the content
// scrolls.
func (l *scroller) HeightFor(_ []fyne.CanvasObject, w float32) float32 {
	return HeightFor(l.content, w)
}

func (l *scroller) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	was := l.content.Size()
	l.content.Resize(fyne.NewSize(s.Width, fyne.Max(s.Height, HeightFor(l.content, s.Width))))
	objs[0].Resize(s)
	if l.content.Size() != was {
		l.scroll.Base.Refresh() // only the scroll bars, not the content
	}
}

// held has the minimum height that its content needs at the width of the last
// layout.
type held struct{ width float32 }

func (h *held) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(40, HeightFor(objs[0], h.width))
}

func (h *held) HeightFor(objs []fyne.CanvasObject, w float32) float32 { return HeightFor(objs[0], w) }

func (h *held) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	h.width = s.Width
	objs[0].Move(fyne.Position{})
	objs[0].Resize(s)
}

// Scroll scrolls vertically when its content is higher than the space. When it is
// lower, the content gets the whole height.
func Scroll(o fyne.CanvasObject) *fyne.Container {
	in := Lay(&held{width: ColumnWidth}, o)
	sc := container.NewVScroll(in)
	return Lay(&scroller{content: in, scroll: sc}, sc)
}
