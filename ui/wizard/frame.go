package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// cardWidth is the width of a CentredCard. All steps have the same, so that the card
// stays where it is.
const cardWidth float32 = 440

// A FramedStep is a step inside its frame, ready to be shown, with its key bindings.
type FramedStep struct {
	Heading  string // for the title of the window
	Content  fyne.CanvasObject
	First    fyne.Focusable // nil: do not move the keyboard focus
	Bindings control.Bindings
}

// Page frames a step in a page with breadcrumbs, title, the list of steps, a card and an
// action bar.
func Page(s State, h Host, crumbs []control.Crumb, margin float32) (kit.Page, FramedStep) {
	d := Draw(s, h)
	names, at := explain.Path(h.Words, s.View)
	p := kit.Page{Crumbs: crumbs, Title: h.Words.T("wizard.title." + string(s.View.Kind)), Margin: margin}
	if len(names) > 1 {
		p.Body = append(p.Body, look.Inset(0, look.S4, 0, look.S4, kit.Steps(at, names...)))
	}
	p.Body = append(p.Body, kit.Card(look.Pad(look.S32, d.content())))
	f := d.framed(s, h)
	if d.Cancel && s.CanCancel {
		b := control.NewButton(h.Words.T("wizard.cancel"), "", control.Quiet, h.does(Cancel))
		p.Left = append(p.Left, b)
		if d.Careful {
			f.First = b
		}
	}
	if d.Back && s.CanGoBack {
		p.Actions = append(p.Actions, control.NewButton(h.Words.T("wizard.back"), "", control.Secondary, h.does(Back)))
	}
	if d.Next != nil {
		p.Actions = append(p.Actions, d.Next)
	}
	return p, f
}

// CentredCard frames a step as a card in the middle of the window, without the rail.
func CentredCard(s State, h Host, foot fyne.CanvasObject) FramedStep {
	d := Draw(s, h)
	parts := []fyne.CanvasObject{}
	if d.Picture == nil {
		parts = append(parts, look.V(look.S16, append([]fyne.CanvasObject{look.H(0, look.Mark(48), look.Gap()), d.head()}, who(s, h, look.Flow)...)...))
		parts = append(parts, d.Body...)
	} else {
		parts = append(parts, d.top()...)
		parts = append(parts, who(s, h, look.FlowCentred)...)
	}
	switch {
	case len(d.Foot) > 0 && d.Picture != nil:
		parts = append(parts, look.FlowCentred(look.S24, d.Foot...))
	case len(d.Foot) > 0:
		parts = append(parts, look.Flow(look.S24, d.Foot...))
	}
	f := d.framed(s, h)
	line := []fyne.CanvasObject{}
	if d.Back && s.CanGoBack {
		line = append(line, control.Flush(control.NewButton(h.Words.T("wizard.back"), "", control.Quiet, h.does(Back))))
	}
	line = append(line, look.Gap())
	if d.Next != nil {
		line = append(line, d.Next)
	}
	if len(line) > 1 {
		parts = append(parts, look.H(look.S12, line...))
	}
	if foot != nil {
		foot = look.Centre(foot)
	}
	f.Content = kit.CentredCard(cardWidth, foot, parts...)
	return f
}

// who says who is signing in, once the password was right. A person who finds another name
// there begins again.
func who(s State, h Host, flow func(float32, ...fyne.CanvasObject) *fyne.Container) []fyne.CanvasObject {
	switch s.View.Step.(type) {
	case nil, api.EnterCredentials, api.SignedIn:
		return nil
	}
	if s.View.Kind != api.SignIn || s.Gone || s.Draft.Username == "" {
		return nil
	}
	return []fyne.CanvasObject{flow(look.S12, look.H(look.S8, look.Avatar(control.Initial(s.Draft.Username), 24), look.NewText(s.Draft.Username, look.Strong, look.Ink)), control.NewLink(h.Words.T("wizard.sign-in.not-you"), h.does(NotYou)))}
}

// Dialog is the body of a step, for a dialog that has a title and buttons of its own.
func Dialog(s State, h Host) (body []fyne.CanvasObject, f FramedStep) {
	d := Draw(s, h)
	return d.Body, d.framed(s, h)
}

// Form returns a step without a frame: heading, lead and body, and separately its
// primary button.
func Form(s State, h Host) (content fyne.CanvasObject, next *control.Button, f FramedStep) {
	d := Draw(s, h)
	return look.V(look.S20, append([]fyne.CanvasObject{d.head()}, d.Body...)...), d.Next, d.framed(s, h)
}

// framed sets the common parts of all frames: the first focus, Enter and
// Escape.
func (d StepView) framed(s State, h Host) FramedStep {
	f := FramedStep{Heading: d.Heading, First: d.First}
	if next := d.Next; next != nil && !d.Careful && !next.Harmful() {
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
		return look.NewText(d.Heading, look.Title, look.Ink).Wrapped()
	}
	return look.V(look.S4, look.NewText(d.Heading, look.Title, look.Ink).Wrapped(), look.Para(d.Lead, look.Ink2))
}

// top is the heading, the lead and the body for a card.
func (d StepView) top() []fyne.CanvasObject {
	words := []fyne.CanvasObject{}
	if d.Heading != "" {
		words = append(words, look.NewText(d.Heading, look.Heading, look.Ink).Wrapped())
	}
	if d.Lead != "" {
		words = append(words, look.Para(d.Lead, look.Ink2))
	}
	switch {
	case d.Picture != nil:
		lead := look.Para(d.Lead, look.Ink2).Centered()
		return append([]fyne.CanvasObject{
			look.Inset(0, look.S16, 0, 0, look.Centre(d.Picture)),
			look.V(look.S8, look.NewText(d.Heading, look.Title, look.Ink).Wrapped().Centered(), lead),
		}, d.Body...)
	case len(words) == 0:
		return d.Body
	case d.Tile != "":
		return append([]fyne.CanvasObject{look.HTop(look.S16, kit.Tile(d.Tile, true), look.Grow(look.V(look.S4, words...)))}, d.Body...)
	}
	return append([]fyne.CanvasObject{look.V(look.S4, words...)}, d.Body...)
}

// content is the content of the card of a page.
func (d StepView) content() fyne.CanvasObject {
	parts := d.top()
	if len(d.Foot) > 0 {
		links := look.Flow(look.S24, d.Foot...)
		if d.Picture != nil {
			links = look.FlowCentred(look.S24, d.Foot...)
		}
		parts = append(parts, kit.Rule(0), links)
	}
	return look.V(look.S24, parts...)
}
