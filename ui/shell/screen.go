package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Screen can be in front: a page, a ceremony, the sign-in form.
type Screen interface {
	Page() PageID         // its entry in the rail, "" for none
	Enter(s *Scope)       // it comes to the front and stays there until s is left
	OnTopic(topic string) // something changed on the server; "" means anything
	Draw() View
}

// unsaved is a screen that may show something that can't be shown again. The
// user is asked before another page opens. Unsaved is the key of the question,
// or "" if nothing would be lost.
type unsaved interface{ Unsaved() string }

// A View is a screen ready to be shown.
type View struct {
	Content  fyne.CanvasObject
	First    fyne.Focusable // focused when the screen comes to the front
	Bindings control.Bindings
	Heading  string // for the window's title; "" takes the page's title
	Ready    bool   // everything is loaded
}

// ShowScreen brings a screen to the front. Its first widget gets the focus, unless
// the focus is in the rail: the person may want to go on to the next page.
func (c *Console) ShowScreen(s Screen) {
	if c.halted() { // an answer came after the server had stopped
		return
	}
	c.putInFront(s)
	if c.rail != nil {
		c.rail.Select(string(s.Page()))
	}
	s.Enter(c.scope)
	if c.front == s { // Enter may have shown another screen
		c.Redraw()
	}
}

// ReturnTo shows a screen again as it was left. One with Resume is not loaded again: it may
// show something that can't be shown twice.
func (c *Console) ReturnTo(s Screen) {
	if c.halted() {
		return
	}
	c.putInFront(s)
	if r, ok := s.(interface{ Resume(*Scope) }); ok {
		r.Resume(c.scope)
	} else {
		s.Enter(c.scope)
	}
	c.Redraw()
}

func (c *Console) putInFront(s Screen) {
	if c.scope != nil {
		c.scope.Leave()
	}
	c.scope, c.front, c.trouble, c.entering = c.root.Child(), s, nil, true
}

// Redraw draws the screen in front from its state. The focus and the scroll
// position stay where they were, except that a new refusal is scrolled into view.
func (c *Console) Redraw() {
	if c.front == nil || c.opening {
		return
	}
	v := c.front.Draw()
	at := c.window.Canvas().Focused()
	inRail := c.inRail(at) && at != c.parked // nobody chose to be there
	before, known := c.snapshot(c.slot), control.NewsIn(c.slot)
	if c.entering {
		before.offset, known = fyne.Position{}, nil // a repeated refusal is news too
	}
	c.tips.End()
	c.slot.Objects = []fyne.CanvasObject{v.Content}
	c.slot.Refresh()
	c.bindings = v.Bindings
	before.scroll(c.slot)
	switch {
	case c.entering && v.Ready && !inRail:
		c.focus(c.safeFirst(v))
	case before.name != "":
		if f := before.find(v.Content); f != nil {
			control.Succeed(c.window.Canvas(), before.widget, f)
		} else {
			c.focus(c.safeFirst(v))
		}
	}
	control.RevealNews(c.slot, known)
	c.Toast.Place()
	if v.Ready {
		c.entering = false
		c.setTitle(v)
	}
}

// RedrawIf redraws the window if s is the screen in front.
func (c *Console) RedrawIf(s Screen) {
	if c.front == s {
		c.Redraw()
	}
}

// Refocus makes the next Redraw focus the screen's first widget, as when the
// screen came to the front.
func (c *Console) Refocus() { c.entering = true }

// ScrollToTop scrolls the page in front to its top.
func (c *Console) ScrollToTop() {
	if s := ScrollIn(c.slot); s != nil {
		s.ScrollToTop()
	}
}

// setTitle sets the title of the window to that of the screen in front,
// because window lists and screen readers use only the title.
func (c *Console) setTitle(v View) {
	title := v.Heading
	if title == "" {
		look.Walk(v.Content, func(o fyne.CanvasObject) bool {
			if t, ok := o.(*look.Text); ok && t.Role == look.Title {
				title = t.Words
			}
			return title == ""
		})
	}
	if title == "" {
		c.window.SetTitle(windowName)
		return
	}
	c.window.SetTitle(title + " – " + windowName)
}

// windowName is the window's title when there is nothing to add.
const windowName = "Nightlatch"

// Page finishes a page: the last refusal goes above its body.
func (c *Console) Page(p kit.Page) fyne.CanvasObject {
	p.Margin = c.Margin()
	if t := c.trouble; t != nil {
		if c.banner == nil {
			c.banner = kit.NewBanner(look.Refused, t.What, t.Why, t.Next)
		} else {
			c.banner.SetState(kit.BannerState{Tone: look.Refused, What: t.What, Why: t.Why, Next: t.Next})
		}
		p.Body = append([]fyne.CanvasObject{c.banner}, p.Body...)
	}
	return p.Build()
}

// Margin is the space beside a page's column, in points: less of it with the
// panel shown.
func (c *Console) Margin() float32 {
	if c.PanelShown() {
		return look.S24
	}
	return look.S32
}
