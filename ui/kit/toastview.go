package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A ToastView shows the messages of a toaster over a page or a dialog. Only the button of
// a message takes the mouse and the keyboard.
type ToastView struct {
	widget.BaseWidget
	toaster *Toaster
	under   fyne.CanvasObject
	shown   message
	plate   *fyne.Container
}

func newToastView(t *Toaster, under fyne.CanvasObject) *ToastView {
	v := &ToastView{toaster: t, under: under, plate: look.Z()}
	v.ExtendBaseWidget(v)
	v.Hide()
	return v
}

// Remove takes the view from its toaster. Messages appear on the one before it again.
func (v *ToastView) Remove() {
	t := v.toaster
	t.views = slices.DeleteFunc(t.views, func(o *ToastView) bool { return o == v })
	t.draw()
}

func (v *ToastView) show(m message) {
	if m.says == v.shown.says && m.action == v.shown.action {
		v.shown = m
		return
	}
	v.shown = m
	v.plate.Objects = nil
	if m.says != "" {
		box := look.NewBox(look.Ink, "", look.RadiusControl)
		box.Shadow = true
		row := []fyne.CanvasObject{look.NewIcon(m.icon, 18, look.Window), look.Grow(look.NewText(m.says, look.Body, look.Window).Wrapped())}
		if m.action != "" {
			row = append(row, control.NewButton(m.action, "", control.Secondary, func() { v.toaster.Act() }))
		}
		v.plate.Objects = append(v.plate.Objects, box, look.Inset(look.S16, 10, look.S16, 10, look.H(10, row...)))
	}
	look.ShowIf(v, m.says != "")
	v.Refresh()
}

func (v *ToastView) place(s fyne.Size) {
	if v.shown.says == "" {
		return
	}
	const most float32 = 480
	w := fyne.Min(look.Points(most), s.Width-2*look.S16)
	if natural := v.naturalWidth(); natural < w {
		w = natural
	}
	h := look.HeightFor(v.plate, w)
	x := look.Whole((s.Width - w) / 2)
	v.plate.Resize(fyne.NewSize(w, h))
	v.plate.Move(fyne.NewPos(x, v.freeBand(x, w, h, s.Height)))
}

// naturalWidth is the width of the plate with its words on one line.
func (v *ToastView) naturalWidth() float32 {
	w := 2*look.S16 + look.Points(18) + 10 + look.RoundUp(look.Body.TextWidth(v.shown.says)) + 2
	look.Walk(v.plate, func(o fyne.CanvasObject) bool {
		if b, ok := o.(*control.Button); ok {
			w += 10 + b.MinSize().Width
		}
		return true
	})
	return w
}

// Bands are tried from the bottom up in steps of bandStep. A band that covers a code costs
// more than any number of controls.
const bandStep float32 = 8

const (
	codeCost  = 1000
	focusCost = 10
)

// freeBand returns the y at which a plate of a size covers least: no code, and if possible no
// control. The lowest one is chosen.
func (v *ToastView) freeBand(x, w, h, height float32) float32 {
	type rect struct {
		top, bottom float32
		cost        int
	}
	var taken []rect
	look.WalkPlaces(v.under, func(o fyne.CanvasObject, at fyne.Position) bool {
		if o == fyne.CanvasObject(v) {
			return false
		}
		cost := 0
		switch t := o.(type) {
		case *look.Text:
			if t.Role.Mono {
				cost = codeCost
			}
		case fyne.Focusable:
			cost = focusCost
		}
		if size := o.Size(); cost > 0 && at.X < x+w && at.X+size.Width > x {
			taken = append(taken, rect{at.Y, at.Y + size.Height, cost})
		}
		return true
	})
	lowest := height - h - look.S12
	best, least := lowest, -1
	for y := lowest; y >= look.S12; y -= bandStep {
		cost := 0
		for _, r := range taken {
			if r.top < y+h && r.bottom > y {
				cost += r.cost
			}
		}
		if least < 0 || cost < least {
			best, least = y, cost
		}
	}
	return best
}

// AccessibilityLabel is the message.
func (v *ToastView) AccessibilityLabel() string { return v.shown.says }

// AccessibilityRole is text.
func (v *ToastView) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// MinSize is zero: a toast is above the other objects.
func (v *ToastView) MinSize() fyne.Size { return fyne.Size{} }

// Held implements look.Holder.
func (v *ToastView) Held() []fyne.CanvasObject { return []fyne.CanvasObject{v.plate} }

// CreateRenderer implements fyne.Widget.
func (v *ToastView) CreateRenderer() fyne.WidgetRenderer { return look.NewPlaced(v.place, v.plate) }
