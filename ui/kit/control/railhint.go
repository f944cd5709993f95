package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A railHint shows the name of an icon beside a folded rail. It is above the page and
// ignores the mouse.
type railHint struct {
	widget.BaseWidget
	of    *RailItem
	words *look.Text
	plate fyne.CanvasObject
	at    fyne.Position
}

func newRailHint() *railHint {
	h := &railHint{words: look.NewText("", look.Strong, look.Ink)}
	box := look.NewBox(look.Raised, look.Hairline, look.RadiusControl)
	box.Shadow = true
	h.plate = look.Z(box, look.Inset(look.S12, look.S8, look.S12, look.S8, h.words))
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
	h.at = fyne.NewPos(in.Size().Width+look.S8, top+look.Whole((of.Size().Height-h.plate.MinSize().Height)/2))
	h.Show()
	h.Refresh()
}

func (h *railHint) place(fyne.Size) {
	h.plate.Resize(h.plate.MinSize())
	h.plate.Move(h.at)
}

func (h *railHint) MinSize() fyne.Size { return fyne.Size{} }
func (h *railHint) CreateRenderer() fyne.WidgetRenderer {
	return look.NewPlaced(h.place, h.plate)
}
