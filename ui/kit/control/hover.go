package control

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// hover is an object that the mouse can press, such as a segment or a line of
// a list. The keyboard reaches it through the widget around it.
type hover struct {
	widget.BaseWidget
	over    bool
	content fyne.CanvasObject
	tap     func()
	paint   func()
	self    fyne.CanvasObject
	stray   bool // the mouse press belongs to a double click on another object
}

func (h *hover) init(self fyne.Widget, content fyne.CanvasObject, tap, paint func()) {
	h.self, h.content, h.tap, h.paint = self, content, tap, paint
	h.ExtendBaseWidget(self)
	paint()
}

func (h *hover) MouseIn(*desktop.MouseEvent)    { h.over = true; h.Refresh() }
func (h *hover) MouseMoved(*desktop.MouseEvent) { act() }
func (h *hover) MouseOut()                      { h.over = false; h.Refresh() }
func (h *hover) MouseUp(*desktop.MouseEvent)    {}
func (h *hover) MouseDown(e *desktop.MouseEvent) {
	mouseUsed()
	h.stray = clicks.stray(h.self, e.AbsolutePosition, time.Now())
}

func (h *hover) Tapped(*fyne.PointEvent) {
	act()
	if stray := h.stray; stray {
		h.stray = false
		return
	}
	h.tap()
}
func (h *hover) Cursor() desktop.Cursor      { return desktop.PointerCursor }
func (h *hover) HeightFor(w float32) float32 { return look.HeightFor(h.content, w) }
func (h *hover) MinSize() fyne.Size          { return h.content.MinSize() }
func (h *hover) Refresh()                    { h.paint(); h.content.Refresh() }
func (h *hover) Held() []fyne.CanvasObject   { return []fyne.CanvasObject{h.content} }
func (h *hover) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(h.content)
}
