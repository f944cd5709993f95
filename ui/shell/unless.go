package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// Unless prepares the button of an action for the case that the server would refuse it. If
// something else has to be done first, the button says so and offers that. Otherwise it is
// disabled, and the reason is returned, to be shown beside it. The reason is nil if the
// action is possible.
func (c *Console) Unless(a api.Account, what api.Action, b *control.Button) (reason fyne.CanvasObject) {
	u := a.Refuses(what)
	switch {
	case u == nil:
		return nil
	case u.First != nil:
		b.OnTap = func() { c.doFirst(*u) }
		return nil
	}
	b.Disable()
	return c.WhyNot(a, what)
}

// WhyNot says why an action would be refused, with a link to what helps; nil if it would not.
func (c *Console) WhyNot(a api.Account, what api.Action) fyne.CanvasObject {
	u := a.Refuses(what)
	if u == nil {
		return nil
	}
	words := c.Because(*u)
	if u.Code != api.CannotSend { // the link says it
		words += " " + explain.Refused(c.Catalog, *u).Next
	}
	line := look.HTop(look.S8, look.NewIcon("attention", 16, look.Brass), look.Grow(look.NewText(words, look.Caption, look.Ink2).Wrapped()))
	if u.Code != api.CannotSend || !a.Owner {
		return line
	}
	link := control.NewLink(c.Catalog.T("ui.delivery.title"), func() { c.Visit(Delivery) })
	return look.V(look.S4, line, look.Inset(look.S24, 0, 0, 0, look.H(0, control.Flush(link), look.Gap())))
}

// Because is the reason why an action would be refused, as one text.
func (c *Console) Because(u api.RefusedAction) string {
	e := explain.Refused(c.Catalog, u)
	return c.Catalog.T("ui.because", e.What, e.Why)
}

// Blocked reports whether an action would be refused. If something else has to be done first,
// it says so in a dialog, which offers that.
func (c *Console) Blocked(a api.Account, what api.Action) bool {
	u := a.Refuses(what)
	if u != nil && u.First != nil {
		c.doFirst(*u)
	}
	return u != nil
}

// doFirst says what has to be done before an action, and offers it.
func (c *Console) doFirst(u api.RefusedAction) {
	w, e, from := c.Catalog, explain.Refused(c.Catalog, u), c.front.Page()
	c.Dialog(control.DialogConfig{
		Title: e.What, Words: e.Why + " " + e.Next, Icon: "attention", Tone: look.Attention, Destroy: true,
		Do:   w.T("ui.first." + string(u.First.Kind) + "." + string(u.First.Method)),
		OnDo: func() { c.BeginCeremony(*u.First, from) },
	})
}
