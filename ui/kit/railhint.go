package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// A railHint shows the name of an icon beside a folded rail. It is above the page and
// ignores the mouse.
type railHint struct {
	widget.BaseWidget
	of    *RailItem
	words *Text
	plate fyne.CanvasObject
	at    fyne.Position
}

func newRailHint() *railHint {
	h := &railHint{words: NewText("", Strong, Ink)}
	box := NewBox(Raised, Hairline, RadiusControl)
	box.Shadow = true
	h.plate = Z(box, Inset(S12, S8, S12, S8, h.words))
	h.ExtendBaseWidget(h)
	h.Hide()
	return h
}

// show shows the name of an item. The rail is at the left edge of the window.
func (h *railHint) show(of *RailItem, in *SideRail) {
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(of).Y - d.AbsolutePositionForObject(in).Y
	h.of = of
	h.words.SetWords(of.Name)
	h.at = fyne.NewPos(in.Size().Width+S8, top+whole((of.Size().Height-h.plate.MinSize().Height)/2))
	h.Show()
	h.Refresh()
}

func (h *railHint) place(fyne.Size) {
	h.plate.Resize(h.plate.MinSize())
	h.plate.Move(h.at)
}

func (h *railHint) MinSize() fyne.Size { return fyne.Size{} }
func (h *railHint) CreateRenderer() fyne.WidgetRenderer {
	return newPlaced(h.place, h.plate)
}
