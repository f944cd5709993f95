package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A DialogConfig is a question that must be answered before anything else.
type DialogConfig struct {
	Title        string
	Words        string              // may be empty
	Consequences []string            // what will happen, one line each
	Body         []fyne.CanvasObject // a field to fill in, a code to look at; may be empty
	Icon         string              // beside the title; may be empty
	Tone         look.Tone           // colours the icon

	Cancel  string // label; "" is the usual word, "-" leaves the button out
	Do      string // label; "" leaves the button out
	Destroy bool   // Do deletes or weakens something: danger colour, and not focused first
	OnDo    func() // called after the dialog was closed; with Keep, while it is open
	Keep    bool   // Do leaves the dialog open; the caller closes it
	OnClose func() // called when the dialog was closed without Do
	OnGone  func() // called when the dialog is no longer shown, before OnDo and OnClose
}

// A Dialog covers the page until it is answered. Tab stays inside it, Escape is
// Cancel, Enter is Do unless Destroy is set. When it closes, the keyboard focus
// returns to where it was before.
type Dialog struct {
	widget.BaseWidget
	config DialogConfig
	over   *overlay
	scrim  *look.Box
	card   fyne.CanvasObject
	above  *fyne.Container // the messages above the card
	cancel *Button
	do     *Button
	had    focusMemory // the focus when the mouse was pressed
}

// dialogWidth is the width of the card, if the window is wide enough.
const dialogWidth float32 = 440

// ShowDialog opens a dialog on a canvas.
func ShowDialog(c fyne.Canvas, config DialogConfig) *Dialog {
	d := &Dialog{config: config, scrim: look.NewBox(look.Scrim, "", 0), above: look.Z()}
	d.card = d.build()
	d.ExtendBaseWidget(d)
	d.over = openOverlay(c, d, d.Dismiss)
	d.over.gone = config.OnGone
	scroll := func(by float32) func() { return func() { d.scroll(by) } }
	keys := Bindings{Escape: d.Dismiss, Other: map[fyne.KeyName]func(){
		fyne.KeyUp: scroll(-scrollStep), fyne.KeyDown: scroll(scrollStep),
		fyne.KeyPageUp: scroll(-scrollPage), fyne.KeyPageDown: scroll(scrollPage),
	}}
	if d.do != nil && !config.Destroy {
		keys.Enter = d.act
	}
	keys.Attach(c)
	d.focusFirst()
	d.Tell()
	return d
}

// How far a key scrolls a dialog that is higher than the window, in points.
const (
	scrollStep float32 = 48
	scrollPage float32 = 240
)

// scroll scrolls the text of the dialog, for users of the keyboard.
func (d *Dialog) scroll(by float32) {
	look.Walk(d.card, func(o fyne.CanvasObject) bool {
		s, ok := o.(*container.Scroll)
		if ok {
			s.ScrollToOffset(fyne.NewPos(0, s.Offset.Y+by))
		}
		return !ok
	})
}

func (d *Dialog) build() fyne.CanvasObject {
	c := d.config
	title := fyne.CanvasObject(look.NewText(c.Title, look.Heading, look.Ink).Wrapped())
	if c.Icon != "" {
		ink := map[look.Tone]fyne.ThemeColorName{look.Info: look.Accent, look.Attention: look.Brass, look.Refused: look.Danger}[c.Tone]
		title = look.HTop(look.S12, look.Inset(0, 2, 0, 0, look.NewIcon(c.Icon, 20, ink)), look.Grow(title))
	}
	parts := []fyne.CanvasObject{title}
	if c.Words != "" {
		parts = append(parts, look.Para(c.Words, look.Ink2))
	}
	if len(c.Consequences) > 0 {
		var lines []fyne.CanvasObject
		for _, words := range c.Consequences {
			lines = append(lines, look.HTop(look.S8, look.Scaled(16, 20, look.Centre(look.Scaled(5, 5, look.NewBox(look.Ink3, "", 3)))), look.Grow(look.Para(words, look.Ink))))
		}
		parts = append(parts, look.V(look.S8, lines...))
	}
	parts = append(parts, c.Body...)
	buttons := []fyne.CanvasObject{}
	if c.Cancel != "-" {
		label := c.Cancel
		if label == "" {
			label = look.Words().T("kit.cancel")
		}
		d.cancel = NewButton(label, "", Secondary, d.Dismiss)
		buttons = append(buttons, d.cancel)
	}
	if c.Do != "" {
		kind := Primary
		if c.Destroy {
			kind = Destroy
		}
		d.do = NewButton(c.Do, "", kind, d.act)
		buttons = append(buttons, d.do)
	}
	return look.Z(look.NewBox(look.Surface, look.Hairline, look.RadiusSheet),
		// 4 points are for focus rings. The scroll bar is beside the text.
		look.Inset(look.S20, look.S20, look.S8, look.S20, look.V(look.S20,
			look.Grow(look.Scroll(look.Inset(look.S4, look.S4, look.S16, look.S4, look.V(look.S12, parts...)))),
			look.Inset(look.S4, 0, look.S16, 0, look.FlowTrailing(look.S12, buttons...)))))
}

// focusFirst focuses the first part of the body that can be filled in, else the safe
// button.
func (d *Dialog) focusFirst() {
	var first fyne.Focusable
	for _, o := range d.config.Body {
		look.Walk(o, func(o fyne.CanvasObject) bool {
			f, ok := o.(fyne.Focusable)
			if ok && o.Visible() && !Harmful(o) {
				first = f
			}
			return first == nil
		})
		if first != nil {
			break
		}
	}
	if first == nil && d.do != nil && !d.config.Destroy {
		first = d.do
	}
	if first == nil && d.cancel != nil {
		first = d.cancel
	}
	if first != nil {
		d.over.canvas.Focus(first)
	}
}

func (d *Dialog) act() {
	if d.do.Disabled() || !d.over.open {
		return
	}
	if !d.config.Keep {
		d.over.close()
	}
	if d.config.OnDo != nil {
		d.config.OnDo()
	}
}

// Dismiss closes the dialog as Cancel does.
func (d *Dialog) Dismiss() {
	if !d.over.open {
		return
	}
	d.over.close()
	if d.config.OnClose != nil {
		d.config.OnClose()
	}
}

// Close closes the dialog without calling OnDo or OnClose.
func (d *Dialog) Close() { d.over.close() }

// Tell scrolls to the news in the body. The caller calls it after a change of
// the body.
func (d *Dialog) Tell() { RevealNews(d.card, nil) }

// Lay places an object above the dialog, of the size of the window.
func (d *Dialog) Lay(o fyne.CanvasObject) {
	d.above.Add(o)
	d.Refresh()
}

// Do is the button labelled Do, nil if there is none. A caller may disable it until
// a field is filled in.
func (d *Dialog) Do() *Button { return d.do }

func (d *Dialog) place(s fyne.Size) {
	d.scrim.Resize(s)
	w := fyne.Min(look.Points(dialogWidth), s.Width-2*look.S16)
	h := fyne.Min(d.heightFor(w), s.Height-2*look.S16)
	d.card.Move(fyne.NewPos(look.Whole((s.Width-w)/2), look.Whole((s.Height-h)/2)))
	d.card.Resize(fyne.NewSize(w, h))
	d.above.Resize(s)
}

func (d *Dialog) heightFor(w float32) float32 { return look.HeightFor(d.card, w) }

// Tapped keeps a press beside the card from reaching the page. It does not close the
// dialog, because something may have been typed. Fyne removes the keyboard focus
// with such a press; it is restored.
func (d *Dialog) Tapped(*fyne.PointEvent) {
	act()
	if d.had.giveBack(); d.over.open && d.over.canvas.Focused() == nil {
		d.focusFirst()
	}
}

// MouseDown notes the keyboard focus before Fyne removes it.
func (d *Dialog) MouseDown(*desktop.MouseEvent) {
	mouseUsed()
	d.had.note(d.over.canvas)
}

// MouseUp is part of desktop.Mouseable.
func (d *Dialog) MouseUp(*desktop.MouseEvent) {}

// MouseIn, MouseMoved and MouseOut keep the page below from showing hover.
func (d *Dialog) MouseIn(*desktop.MouseEvent) {}

// MouseMoved is part of desktop.Hoverable.
func (d *Dialog) MouseMoved(*desktop.MouseEvent) { act() }

// MouseOut is part of desktop.Hoverable.
func (d *Dialog) MouseOut() {}

// MinSize is zero: a dialog covers the canvas.
func (d *Dialog) MinSize() fyne.Size { return fyne.Size{} }

// Held implements look.Holder.
func (d *Dialog) Held() []fyne.CanvasObject { return []fyne.CanvasObject{d.card, d.above} }

// CreateRenderer implements fyne.Widget.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer {
	return look.NewPlaced(d.place, d.scrim, d.card, d.above)
}
