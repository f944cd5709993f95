package control

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// tipDelay is how long the mouse rests on a button until its tip is shown.
const tipDelay = 500 * time.Millisecond

// A TipLayer shows the names of buttons that have only an icon, while the mouse or the
// keyboard focus is on them. Place one above everything in a window, and one in each
// dialog. It ignores the mouse.
type TipLayer struct {
	widget.BaseWidget
	every func(d time.Duration, tick func()) (stop func()) // nil: tips are shown at once
	of    fyne.CanvasObject
	stop  func()
	words *look.Text
	plate fyne.CanvasObject
}

// NewTipLayer makes a layer. every calls tick once per d until stop is called.
func NewTipLayer(every func(d time.Duration, tick func()) (stop func())) *TipLayer {
	l := &TipLayer{every: every, words: look.NewText("", look.Strong, look.Ink)}
	box := look.NewBox(look.Raised, look.Hairline, look.RadiusControl)
	box.Shadow = true
	l.plate = look.Z(box, look.Inset(look.S12, look.S8, look.S12, look.S8, l.words))
	l.ExtendBaseWidget(l)
	l.Hide()
	return l
}

// Every is the function that the layer was made with.
func (l *TipLayer) Every() func(d time.Duration, tick func()) (stop func()) { return l.every }

// tipLayer finds the layer of the window or the dialog that an object is in; nil for none.
func tipLayer(o fyne.CanvasObject) (found *TipLayer) {
	way := look.PathTo(o)
	if way == nil {
		return nil
	}
	look.Walk(way[0], func(o fyne.CanvasObject) bool {
		if l, ok := o.(*TipLayer); ok {
			found = l
		}
		return found == nil
	})
	return found
}

// showTip shows the name of an object, at once or after the delay.
func showTip(o fyne.CanvasObject, name string, wait bool) {
	l := tipLayer(o)
	if l == nil {
		return
	}
	if tipping != nil {
		tipping.End()
	}
	l.of, tipping = o, l
	show := func() {
		l.End()
		l.of, tipping = o, l
		l.words.SetWords(name)
		l.Show()
		l.Refresh()
	}
	if !wait || l.every == nil {
		show()
		return
	}
	l.stop = l.every(tipDelay, show)
}

// hideTip hides the tip of an object.
func hideTip(o fyne.CanvasObject) {
	if l := tipping; l != nil && l.of == o {
		l.End()
	}
}

// tipping is the layer that shows or awaits a tip; nil for none. It is only used on Fyne's
// thread.
var tipping *TipLayer

// End hides the tip. The caller calls it when the page is drawn again.
func (l *TipLayer) End() {
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
	l.of, tipping = nil, nil
	l.Hide()
}

// place puts the tip below the button, or above it at the lower edge of the window.
func (l *TipLayer) place(s fyne.Size) {
	if l.of == nil {
		return
	}
	d := fyne.CurrentApp().Driver()
	at := d.AbsolutePositionForObject(l.of).Subtract(d.AbsolutePositionForObject(l))
	size := l.plate.MinSize()
	x := at.X + look.Whole((l.of.Size().Width-size.Width)/2)
	x = fyne.Max(look.S8, fyne.Min(x, s.Width-size.Width-look.S8))
	y := at.Y + l.of.Size().Height + look.S4
	if y+size.Height > s.Height-look.S8 {
		y = at.Y - size.Height - look.S4
	}
	l.plate.Resize(size)
	l.plate.Move(fyne.NewPos(x, y))
}

// MinSize is zero: tips are above the other objects.
func (l *TipLayer) MinSize() fyne.Size { return fyne.Size{} }

// Held implements look.Holder.
func (l *TipLayer) Held() []fyne.CanvasObject { return []fyne.CanvasObject{l.plate} }

// CreateRenderer implements fyne.Widget.
func (l *TipLayer) CreateRenderer() fyne.WidgetRenderer { return look.NewPlaced(l.place, l.plate) }
