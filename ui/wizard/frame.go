package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/ui/kit"
)

// Widths of a CentredCard: cardWidth for a step, methodsWidth for the list of methods.
const (
	cardWidth    float32 = 440
	methodsWidth float32 = 520
)

// A FramedStep is a step inside its frame, ready to be shown, with its key bindings.
type FramedStep struct {
	Heading  string // for the title of the window
	Content  fyne.CanvasObject
	First    fyne.Focusable // nil: do not move the keyboard focus
	Bindings kit.Bindings
}

// Page frames a step in a page with breadcrumbs, title, the list of steps, a card and an
// action bar.
func Page(s State, h Host, crumbs []kit.Crumb, margin float32) (kit.Page, FramedStep) {
	d := Draw(s, h)
	names, at := explain.Path(h.Words, s.View)
	p := kit.Page{Crumbs: crumbs, Title: h.Words.T("wizard.title." + string(s.View.Kind)), Margin: margin}
	if len(names) > 1 {
		p.Body = append(p.Body, kit.Inset(0, kit.S4, 0, kit.S4, kit.Steps(at, names...)))
	}
	p.Body = append(p.Body, kit.Card(kit.Pad(kit.S32, d.content())))
	f := d.framed(s, h)
	if d.Cancel && s.CanCancel {
		b := kit.NewButton(h.Words.T("wizard.cancel"), "", kit.Quiet, h.does(Cancel))
		p.Left = append(p.Left, b)
		if d.Careful {
			f.First = b
		}
	}
	if d.Back && s.CanGoBack {
		p.Actions = append(p.Actions, kit.NewButton(h.Words.T("wizard.back"), "", kit.Secondary, h.does(Back)))
	}
	if d.Next != nil {
		p.Actions = append(p.Actions, d.Next)
	}
	if len(p.Left)+len(p.Actions) == 0 {
		p.Actions = append(p.Actions, kit.Gap()) // an empty action bar keeps the layout
	}
	return p, f
}

// CentredCard frames a step as a card in the middle of the window, without the rail.
func CentredCard(s State, h Host, foot fyne.CanvasObject) FramedStep {
	d := Draw(s, h)
	width := cardWidth
	if s.ShowMethods {
		width = methodsWidth
	}
	parts := []fyne.CanvasObject{}
	if d.Picture == nil && !s.ShowMethods {
		parts = append(parts, kit.V(kit.S16, kit.H(0, kit.Mark(48), kit.Gap()), d.head()))
		parts = append(parts, d.Body...)
	} else {
		parts = append(parts, d.top()...)
	}
	switch {
	case len(d.Foot) > 0 && d.Picture != nil:
		parts = append(parts, kit.FlowCentred(kit.S24, d.Foot...))
	case len(d.Foot) > 0:
		parts = append(parts, kit.Flow(kit.S24, d.Foot...))
	}
	f := d.framed(s, h)
	line := []fyne.CanvasObject{}
	if d.Back && s.CanGoBack {
		line = append(line, kit.Flush(kit.NewButton(h.Words.T("wizard.back"), "", kit.Quiet, h.does(Back))))
	}
	line = append(line, kit.Gap())
	if d.Next != nil {
		line = append(line, d.Next)
	}
	if len(line) > 1 {
		parts = append(parts, kit.H(kit.S12, line...))
	}
	if foot != nil {
		foot = kit.Centre(foot)
	}
	f.Content = kit.CentredCard(width, foot, parts...)
	return f
}

// Dialog is the body of a step, for a dialog that has a title and buttons of its own.
func Dialog(s State, h Host) (body []fyne.CanvasObject, f FramedStep) {
	d := Draw(s, h)
	return d.Body, d.framed(s, h)
}

// Form returns a step without a frame: heading, lead and body, and separately its
// primary button.
func Form(s State, h Host) (content fyne.CanvasObject, next *kit.Button, f FramedStep) {
	d := Draw(s, h)
	return kit.V(kit.S20, append([]fyne.CanvasObject{d.head()}, d.Body...)...), d.Next, d.framed(s, h)
}

// framed has what all frames share: first focus, Enter and Escape.
func (d StepView) framed(s State, h Host) FramedStep {
	f := FramedStep{Heading: d.Heading, First: d.First}
	if next := d.Next; next != nil && !d.Careful {
		f.Bindings.Enter = func() { next.Tapped(nil) }
	}
	switch {
	case d.Back && s.CanGoBack:
		f.Bindings.Escape = h.does(Back)
	case d.Cancel && s.CanCancel:
		f.Bindings.Escape = h.does(Cancel)
	}
	return f
}

// head is the heading and the lead.
func (d StepView) head() fyne.CanvasObject {
	if d.Lead == "" {
		return kit.NewText(d.Heading, kit.Title, kit.Ink).Wrapped()
	}
	return kit.V(kit.S4, kit.NewText(d.Heading, kit.Title, kit.Ink).Wrapped(), kit.Para(d.Lead, kit.Ink2))
}

// top is the heading, the lead and the body for a card.
func (d StepView) top() []fyne.CanvasObject {
	words := []fyne.CanvasObject{}
	if d.Heading != "" {
		words = append(words, kit.NewText(d.Heading, kit.Heading, kit.Ink).Wrapped())
	}
	if d.Lead != "" {
		words = append(words, kit.Para(d.Lead, kit.Ink2))
	}
	switch {
	case d.Picture != nil:
		lead := kit.Para(d.Lead, kit.Ink2).Centered()
		return append([]fyne.CanvasObject{
			kit.Inset(0, kit.S16, 0, 0, kit.Centre(d.Picture)),
			kit.V(kit.S8, kit.NewText(d.Heading, kit.Title, kit.Ink).Wrapped().Centered(), lead),
		}, d.Body...)
	case len(words) == 0:
		return d.Body
	case d.Tile != "":
		return append([]fyne.CanvasObject{kit.HTop(kit.S16, kit.Tile(d.Tile, true), kit.Grow(kit.V(kit.S4, words...)))}, d.Body...)
	}
	return append([]fyne.CanvasObject{kit.V(kit.S4, words...)}, d.Body...)
}

// content is the content of the card of a page.
func (d StepView) content() fyne.CanvasObject {
	parts := d.top()
	if len(d.Foot) > 0 {
		links := kit.Flow(kit.S24, d.Foot...)
		if d.Picture != nil {
			links = kit.FlowCentred(kit.S24, d.Foot...)
		}
		parts = append(parts, kit.Rule(0), links)
	}
	return kit.V(kit.S24, parts...)
}
