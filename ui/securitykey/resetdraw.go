package securitykey

import (
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// Draw draws the stage.
func (r *resetPage) Draw() shell.View {
	c, w := r.c, r.c.Catalog
	name := r.entry.Label
	if name == "" {
		name = modelOf(w, r.device, known{info: r.info})
	}
	args := assets.Args{"key": name}
	transport := ""
	if r.device.Transport == fido.NFC {
		transport = "-nfc"
	}
	cancel := control.NewButton(w.T("wizard.cancel"), "", control.Quiet, r.stop)
	p := kit.Page{Crumbs: c.Breadcrumbs(shell.SecurityKeys, w.T("ui.key.reset.title", args)), Title: w.T("ui.key.reset.title", args), Left: []fyne.CanvasObject{cancel}}
	v := shell.View{First: cancel, Bindings: control.Bindings{Escape: r.stop}, Ready: true}
	steps := []string{w.T("ui.key.reset.step.read"), w.T("ui.key.reset.step.out" + transport), w.T("ui.key.reset.step.in" + transport), w.T("ui.key.reset.step.touch")}
	at := int(r.stage)
	if r.stage == resetDone || r.stage == resetFailed {
		at = len(steps)
	}
	if r.stage == resetFailed {
		at = int(resetTouch)
	}
	p.Body = []fyne.CanvasObject{look.Inset(0, look.S4, 0, look.S4, kit.Steps(at, steps...))}
	card := func(parts ...fyne.CanvasObject) {
		p.Body = append(p.Body, kit.Card(look.Pad(look.S32, look.V(look.S24, parts...))))
	}
	switch r.stage {
	case resetRead:
		begin := control.NewButton(w.T("ui.key.reset.begin"), "", control.Destroy, r.begin)
		if !r.agreed {
			begin.Disable()
		}
		p.Actions = []fyne.CanvasObject{begin}
		card(r.drawLosses(args), r.drawAgreement())
	case resetOut, resetIn, resetTouch:
		card(r.drawWaiting(transport, args)...)
	case resetDone:
		done := control.NewButton(w.T("wizard.done"), "", control.Primary, r.stop)
		p.Left, p.Actions = nil, []fyne.CanvasObject{done}
		v.First, v.Bindings = done, control.Bindings{Enter: r.stop, Escape: r.stop}
		say := w.T("ui.key.reset.done-why")
		if r.entry.Label != "" { // its entry is useless now, and would still count as a way to get in
			say = w.T("ui.key.reset.done-mine", args)
			keep := control.NewButton(w.T("ui.key.reset.keep"), "", control.Quiet, r.stop)
			p.Left = []fyne.CanvasObject{keep}
			p.Actions = []fyne.CanvasObject{control.NewButton(w.T("ui.key.reset.remove"), "", control.Destroy, r.removeEntry)}
			v.First, v.Bindings.Enter = keep, nil
		}
		card(look.HTop(look.S16, kit.Tile("check", true), look.Grow(look.V(look.S4,
			look.NewText(w.T("ui.key.reset.done"), look.Heading, look.Ink).Wrapped(), look.Para(say, look.Ink2)))))
	case resetFailed:
		p.Actions = []fyne.CanvasObject{control.NewButton(w.T("wizard.key.retry"), "", control.Destroy, r.begin)} // it erases the key
		why := wizard.ExplainKey(w, r.err, nil)
		if errors.Is(r.err, fido.ErrNotAllowed) { // it had been plugged in for too long
			why = explain.Code(w, "key_reset_late")
		}
		card(look.NewText(w.T("ui.key.reset.failed"), look.Heading, look.Ink).Wrapped(), kit.NewBanner(look.Refused, why.What, why.Why, why.Next))
	}
	v.Content = c.Page(p)
	return v
}

// drawLosses draws what a reset erases.
func (r *resetPage) drawLosses(args assets.Args) fyne.CanvasObject {
	w := r.c.Catalog
	lines := []string{w.T("ui.key.reset.loses.accounts")}
	if r.info.PIN == fido.PINSet {
		lines = append(lines, w.T("ui.key.reset.loses.pin"))
	}
	if r.entry.Label != "" {
		lines = append(lines, w.T("ui.key.reset.loses.mine", args))
	}
	lines = append(lines, w.T("ui.key.reset.loses.back"))
	var rows []fyne.CanvasObject
	for _, l := range lines {
		rows = append(rows, look.HTop(look.S12, look.Inset(0, 2, 0, 0, look.NewIcon("attention", 16, look.Brass)), look.Grow(look.Para(l, look.Ink))))
	}
	return look.V(look.S12, look.V(look.S4, look.NewText(w.T("ui.key.reset.what"), look.Heading, look.Ink).Wrapped(), look.Para(w.T("ui.key.reset.what-why"), look.Ink2)), look.V(look.S8, rows...))
}

// drawAgreement draws the box that enables the reset.
func (r *resetPage) drawAgreement() fyne.CanvasObject {
	tick := control.NewToggle(control.CheckForm, r.agreed, look.NewText(r.c.Catalog.T("ui.key.reset.agree"), look.Body, look.Ink).Wrapped())
	tick.Name = r.c.Catalog.T("ui.key.reset.agree")
	tick.OnChanged = r.agree
	return tick
}

// drawWaiting draws what the person must do now.
func (r *resetPage) drawWaiting(transport string, args assets.Args) []fyne.CanvasObject {
	w := r.c.Catalog
	clock := r.c.Clock(r.c.Scope())
	key := map[resetStage]string{resetOut: "out", resetIn: "in", resetTouch: "touch"}[r.stage]
	heading := "ui.key.reset." + key + transport
	if r.stage == resetTouch && !r.touching {
		heading = "ui.key.reset.ready"
	}
	parts := []fyne.CanvasObject{
		look.Centre(kit.NewTouchPicture(kit.TouchConfig{Clock: clock, Lit: r.stage == resetTouch && r.touching, Reader: transport != "", Apart: r.stage == resetIn})),
		look.V(look.S8, look.NewText(w.T(heading, args), look.Title, look.Ink).Wrapped().Centered(), look.Para(w.T(heading+"-why", args), look.Ink2).Centered()),
	}
	if r.stage == resetTouch {
		parts = append(parts, look.Centre(kit.NewCountdown(kit.CountdownConfig{
			Clock: clock, Ends: r.until, Total: resetWindow, Before: w.T("wizard.key.waiting"), After: w.T("wizard.key.waiting-left"),
		})))
	}
	if r.other {
		parts = append(parts, kit.NewBanner(look.Attention, w.T("ui.key.reset.other"), w.T("ui.key.reset.other-why", args), w.T("ui.key.reset.other-next", args)))
	}
	return parts
}
