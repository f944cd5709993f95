package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

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
