package look

import "fyne.io/fyne/v2"

// placed is the renderer of a widget that places its parts itself.
type placed struct {
	layout func(fyne.Size)
	size   fyne.Size
	objs   []fyne.CanvasObject
}

// NewPlaced makes a renderer that calls layout with the size of the widget.
func NewPlaced(layout func(fyne.Size), objs ...fyne.CanvasObject) fyne.WidgetRenderer {
	return &placed{layout: layout, objs: objs}
}

func (r *placed) Layout(s fyne.Size) { r.size = s; r.layout(s) }
func (r *placed) MinSize() fyne.Size { return fyne.Size{} }
func (r *placed) Refresh() {
	r.layout(r.size)
	for _, o := range r.objs {
		o.Refresh()
	}
}
func (r *placed) Objects() []fyne.CanvasObject { return r.objs }
func (r *placed) Destroy()                     {}
