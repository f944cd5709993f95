package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// scroller gives a flowing page its true height before Fyne's Scroll asks for it.
type scroller struct {
	content *fyne.Container
	scroll  *container.Scroll
}

func (l *scroller) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(40, 40) }

// heightFor is what the content would like; it scrolls where it gets less.
func (l *scroller) heightFor(_ []fyne.CanvasObject, w float32) float32 {
	return heightFor(l.content, w)
}

func (l *scroller) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	was := l.content.Size()
	l.content.Resize(fyne.NewSize(s.Width, fyne.Max(s.Height, heightFor(l.content, s.Width))))
	objs[0].Resize(s)
	if l.content.Size() != was {
		l.scroll.Base.Refresh() // the bars, and not all that scrolls
	}
}

// held answers MinSize with the height that scroller gave it.
type held struct{ width float32 }

func (h *held) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(40, heightFor(objs[0], h.width))
}

func (h *held) heightFor(objs []fyne.CanvasObject, w float32) float32 { return heightFor(objs[0], w) }

func (h *held) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	h.width = s.Width
	objs[0].Move(fyne.Position{})
	objs[0].Resize(s)
}

// Scroll lets a flowing page scroll up and down where it is higher than its room;
// where it is lower it takes the whole height.
func Scroll(o fyne.CanvasObject) *fyne.Container {
	in := lay(&held{width: ColumnWidth}, o)
	sc := container.NewVScroll(in)
	return lay(&scroller{content: in, scroll: sc}, sc)
}

// clip cuts what doesn't fit instead of asking for more room.
func clip(o fyne.CanvasObject) *fyne.Container {
	return lay(&clipLayout{}, container.NewClip(o))
}

type clipLayout struct{}

func (clipLayout) MinSize([]fyne.CanvasObject) fyne.Size          { return fyne.Size{} }
func (clipLayout) heightFor([]fyne.CanvasObject, float32) float32 { return 0 }
func (clipLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	c := objs[0].(*container.Clip)
	c.Resize(s)
	c.Content.Resize(fyne.NewSize(s.Width, heightFor(c.Content, s.Width)))
}
