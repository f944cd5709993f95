package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// A DialogConfig is a question that must be answered before anything else.
type DialogConfig struct {
	Title        string
	Words        string              // may be empty
	Consequences []string            // what will happen, one line each
	Body         []fyne.CanvasObject // a field to fill in, a code to look at; may be empty
	Icon         string              // beside the title; may be empty
	Tone         Tone                // colours the icon

	Cancel  string // label; "" is the usual word, "-" leaves the button out
	Do      string // label; "" leaves the button out
	Destroy bool   // Do deletes or weakens something: danger colour, and not focused first
	OnDo    func() // called after the dialog was closed; with Keep, while it is open
	Keep    bool   // Do leaves the dialog open; the caller closes it
	OnClose func() // called when the dialog was closed without Do
}

// A Dialog covers the page until it is answered. Tab stays inside it, Escape is
// Cancel, Enter is Do unless Destroy is set. When it closes, the keyboard focus
// returns to where it was before.
type Dialog struct {
	widget.BaseWidget
	config DialogConfig
	over   *overlay
	scrim  *Box
	card   fyne.CanvasObject
	cancel *Button
	do     *Button
	had    focusMemory // the focus when the mouse was pressed
}

// dialogWidth is the width of the card, if the window is wide enough.
const dialogWidth float32 = 440

// ShowDialog opens a dialog on a canvas.
func ShowDialog(c fyne.Canvas, config DialogConfig) *Dialog {
	d := &Dialog{config: config, scrim: NewBox(Scrim, "", 0)}
	d.card = d.build()
	d.ExtendBaseWidget(d)
	d.over = openOverlay(c, d, d.Dismiss)
	keys := Bindings{Escape: d.Dismiss}
	if d.do != nil && !config.Destroy {
		keys.Enter = d.act
	}
	keys.Attach(c)
	d.focusFirst()
	return d
}

func (d *Dialog) build() fyne.CanvasObject {
	c := d.config
	title := fyne.CanvasObject(NewText(c.Title, Heading, Ink).Wrapped())
	if c.Icon != "" {
		ink := map[Tone]fyne.ThemeColorName{Info: Accent, Attention: Brass, Refused: Danger}[c.Tone]
		title = HTop(S12, Inset(0, 2, 0, 0, NewIcon(c.Icon, 20, ink)), Grow(title))
	}
	parts := []fyne.CanvasObject{title}
	if c.Words != "" {
		parts = append(parts, Para(c.Words, Ink2))
	}
	if len(c.Consequences) > 0 {
		var lines []fyne.CanvasObject
		for _, words := range c.Consequences {
			lines = append(lines, HTop(S8, Scaled(16, 20, Centre(Scaled(5, 5, NewBox(Ink3, "", 3)))), Grow(Para(words, Ink))))
		}
		parts = append(parts, V(S8, lines...))
	}
	parts = append(parts, c.Body...)
	buttons := []fyne.CanvasObject{}
	if c.Cancel != "-" {
		label := c.Cancel
		if label == "" {
			label = words().T("kit.cancel")
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
	return Z(NewBox(Surface, Hairline, RadiusSheet),
		// 4 points are for focus rings. The scroll bar is beside the text.
		Inset(S20, S20, S8, S20, V(S20,
			Grow(Scroll(Inset(S4, S4, S16, S4, V(S12, parts...)))),
			Inset(S4, 0, S16, 0, FlowTrailing(S12, buttons...)))))
}

// focusFirst focuses the first part of the body that can be filled in, else the safe
// button.
func (d *Dialog) focusFirst() {
	var first fyne.Focusable
	for _, o := range d.config.Body {
		Walk(o, func(o fyne.CanvasObject) bool {
			f, ok := o.(fyne.Focusable)
			if ok && o.Visible() {
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
	if d.do.Disabled() {
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

// Do is the button labelled Do, nil if there is none. A caller may disable it until
// a field is filled in.
func (d *Dialog) Do() *Button { return d.do }

func (d *Dialog) place(s fyne.Size) {
	d.scrim.Resize(s)
	w := fyne.Min(scaled(dialogWidth), s.Width-2*S16)
	h := fyne.Min(d.heightFor(w), s.Height-2*S16)
	d.card.Move(fyne.NewPos(whole((s.Width-w)/2), whole((s.Height-h)/2)))
	d.card.Resize(fyne.NewSize(w, h))
}

func (d *Dialog) heightFor(w float32) float32 { return heightFor(d.card, w) }

// Tapped keeps a press beside the card from reaching the page. It does not close the
// dialog, because something may have been typed. Fyne removes the keyboard focus
// with such a press; it is restored.
func (d *Dialog) Tapped(*fyne.PointEvent) {
	if d.had.giveBack(); d.over.open && d.over.canvas.Focused() == nil {
		d.focusFirst()
	}
}

// MouseDown notes the keyboard focus before Fyne removes it.
func (d *Dialog) MouseDown(*desktop.MouseEvent) { d.had.note(d.over.canvas) }

// MouseUp is part of desktop.Mouseable.
func (d *Dialog) MouseUp(*desktop.MouseEvent) {}

// MouseIn, MouseMoved and MouseOut keep the page below from showing hover.
func (d *Dialog) MouseIn(*desktop.MouseEvent) {}

// MouseMoved is part of desktop.Hoverable.
func (d *Dialog) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (d *Dialog) MouseOut() {}

// MinSize is zero: a dialog covers the canvas.
func (d *Dialog) MinSize() fyne.Size { return fyne.Size{} }

// Held implements Holder.
func (d *Dialog) Held() []fyne.CanvasObject { return []fyne.CanvasObject{d.card} }

// CreateRenderer implements fyne.Widget.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer {
	return newPlaced(d.place, d.scrim, d.card)
}
