package control

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A Pressable can be pressed with the mouse, or with Space or Enter when it has the
// keyboard focus. It tracks hover, press and focus; paint draws them. Buttons, rail
// items, rows and links are Pressables.
type Pressable struct {
	widget.BaseWidget
	OnTap func()
	Name  string // for screen readers; the label unless set

	Hovered, Focused, Pressed bool

	tip      bool // Name is shown while the mouse or the focus is on it
	disabled bool
	self     fyne.CanvasObject
	content  fyne.CanvasObject
	ring     *look.Box
	out      float32 // distance of the focus ring outside the widget; negative: inside
	paint    func()
	arrow    func(k fyne.KeyName) bool // handles arrow keys, Home and End; may be nil
	role     fyne.AccessibleRole
	had      focusMemory // the focus when the mouse was pressed
	stray    bool        // the mouse press belongs to a double click on another object
}

func (p *Pressable) init(self fyne.Widget, content fyne.CanvasObject, radius, out float32, paint func()) {
	p.self, p.content, p.out, p.paint = self, content, out, paint
	p.ring = look.NewBox(look.Clear, look.Accent, radius+out)
	p.ring.Width = look.StrokeFocus
	p.ring.Hide()
	if p.role == "" {
		p.role = fyne.AccessibleRoleButton
	}
	p.ExtendBaseWidget(self)
	p.paint()
}

func (p *Pressable) changed() {
	p.paint()
	look.ShowIf(p.ring, p.Ringed())
	p.BaseWidget.Refresh()
}

// Disable disables the widget and takes it out of the tab order.
func (p *Pressable) Disable() { p.able(false) }

// Enable undoes Disable.
func (p *Pressable) Enable() { p.able(true) }

func (p *Pressable) able(yes bool) {
	if p.disabled == !yes {
		return
	}
	p.disabled = !yes
	if p.disabled {
		p.Hovered, p.Pressed = false, false
		if p.Focused {
			if c := fyne.CurrentApp().Driver().CanvasForObject(p.self); c != nil {
				c.Unfocus()
			}
		}
	}
	p.changed()
}

// Disabled reports whether the widget is disabled.
func (p *Pressable) Disabled() bool { return p.disabled }

// FocusGained shows the focus ring and scrolls the widget into view.
func (p *Pressable) FocusGained() {
	if f, ok := p.self.(fyne.Focusable); ok {
		arrives(f)
	}
	p.Focused, focused = true, p
	p.changed()
	reveal(p.self)
	if p.tip && p.Ringed() {
		showTip(p.self, p.Name, false)
	}
}

// FocusLost hides the focus ring.
func (p *Pressable) FocusLost() {
	p.Focused, p.Pressed = false, false
	if focused == p {
		focused = nil
	}
	hideTip(p.self)
	p.changed()
}

// Ringed reports whether the widget shows that it has the focus.
func (p *Pressable) Ringed() bool { return p.Focused && byKeyboard }

// MouseIn shows the hover state.
func (p *Pressable) MouseIn(*desktop.MouseEvent) {
	if !p.disabled {
		p.Hovered = true
		p.changed()
		if p.tip {
			showTip(p.self, p.Name, true)
		}
	}
}

// MouseMoved is part of desktop.Hoverable.
func (p *Pressable) MouseMoved(*desktop.MouseEvent) { act() }

// MouseOut ends the hover and pressed states.
func (p *Pressable) MouseOut() {
	hideTip(p.self)
	p.Hovered, p.Pressed = false, false
	p.changed()
}

// MouseDown shows the pressed state.
func (p *Pressable) MouseDown(e *desktop.MouseEvent) {
	mouseUsed()
	hideTip(p.self)
	p.stray = clicks.stray(p.self, e.AbsolutePosition, time.Now())
	p.had.note(fyne.CurrentApp().Driver().CanvasForObject(p.self))
	if !p.disabled && !p.stray {
		p.Pressed = true
		p.changed()
	}
}

// MouseUp ends the pressed state.
func (p *Pressable) MouseUp(*desktop.MouseEvent) { p.Pressed = false; p.changed() }

// TypedRune is part of fyne.Focusable.
func (p *Pressable) TypedRune(rune) {}

// KeyDown is part of desktop.Keyable.
func (p *Pressable) KeyDown(k *fyne.KeyEvent) { KeyDown(k) }

// KeyUp is part of desktop.Keyable.
func (p *Pressable) KeyUp(k *fyne.KeyEvent) { KeyUp(k) }

// TypedKey presses on Space and Enter, once while the key is held down. It
// passes other keys on to the page.
func (p *Pressable) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		if p.OnTap != nil {
			if !keys.repeats(k.Name) {
				p.Tapped(nil)
			}
			return
		}
	}
	if p.arrow != nil && p.arrow(k.Name) {
		return
	}
	passOn(p.self, k)
}

// Tapped presses the widget. A press with the mouse leaves the keyboard focus where it
// was.
func (p *Pressable) Tapped(*fyne.PointEvent) {
	act()
	p.had.giveBack()
	if p.stray {
		p.stray = false
		return
	}
	if !p.disabled && p.OnTap != nil {
		p.OnTap()
	}
}

// Cursor is a hand while the widget can be pressed.
func (p *Pressable) Cursor() desktop.Cursor {
	if p.disabled || p.OnTap == nil {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel is the name for screen readers.
func (p *Pressable) AccessibilityLabel() string { return p.Name }

// AccessibilityRole is a button or a link.
func (p *Pressable) AccessibilityRole() fyne.AccessibleRole { return p.role }

// HeightFor is the height of the content at a width.
func (p *Pressable) HeightFor(w float32) float32 { return look.HeightFor(p.content, w) }

// MinSize is the size of the content.
func (p *Pressable) MinSize() fyne.Size { return p.content.MinSize() }

// Refresh calls paint and draws again.
func (p *Pressable) Refresh() { p.paint(); p.BaseWidget.Refresh() }

// CreateRenderer implements fyne.Widget.
func (p *Pressable) CreateRenderer() fyne.WidgetRenderer {
	return &pressRenderer{p: p, objs: []fyne.CanvasObject{p.content, p.ring}}
}

// Held implements look.Holder.
func (p *Pressable) Held() []fyne.CanvasObject { return []fyne.CanvasObject{p.content} }

type pressRenderer struct {
	p    *Pressable
	objs []fyne.CanvasObject
}

func (r *pressRenderer) Layout(s fyne.Size) {
	r.p.content.Resize(s)
	r.p.ring.Move(fyne.NewPos(-r.p.out, -r.p.out))
	r.p.ring.Resize(s.AddWidthHeight(2*r.p.out, 2*r.p.out))
}
func (r *pressRenderer) MinSize() fyne.Size { return r.p.content.MinSize() }
func (r *pressRenderer) Refresh() {
	r.Layout(r.p.Size())
	r.p.content.Refresh()
	r.p.ring.Refresh()
}
func (r *pressRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *pressRenderer) Destroy()                     {}
