package securitykey

import (
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/ui/kit"
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
	cancel := kit.NewButton(w.T("wizard.cancel"), "", kit.Quiet, r.stop)
	p := kit.Page{Crumbs: append(c.Breadcrumbs(c.Breadcrumb(shell.TwoFactor)), c.Breadcrumb(shell.SecurityKeys)), Title: w.T("ui.key.reset.title", args), Left: []fyne.CanvasObject{cancel}}
	v := shell.View{First: cancel, Bindings: kit.Bindings{Escape: r.stop}, Ready: true}
	steps := []string{w.T("ui.key.reset.step.read"), w.T("ui.key.reset.step.out" + transport), w.T("ui.key.reset.step.in" + transport), w.T("ui.key.reset.step.touch")}
	at := int(r.stage)
	if r.stage == resetDone || r.stage == resetFailed {
		at = len(steps)
	}
	if r.stage == resetFailed {
		at = int(resetTouch)
	}
	p.Body = []fyne.CanvasObject{kit.Inset(0, kit.S4, 0, kit.S4, kit.Steps(at, steps...))}
	card := func(parts ...fyne.CanvasObject) {
		p.Body = append(p.Body, kit.Card(kit.Pad(kit.S32, kit.V(kit.S24, parts...))))
	}
	switch r.stage {
	case resetRead:
		begin := kit.NewButton(w.T("ui.key.reset.begin"), "", kit.Destroy, r.begin)
		if !r.agreed {
			begin.Disable()
		}
		p.Actions = []fyne.CanvasObject{begin}
		card(r.drawLosses(args), r.drawAgreement())
	case resetOut, resetIn, resetTouch:
		card(r.drawWaiting(transport, args)...)
	case resetDone:
		done := kit.NewButton(w.T("wizard.done"), "", kit.Primary, r.stop)
		p.Left, p.Actions = nil, []fyne.CanvasObject{done}
		v.First, v.Bindings = done, kit.Bindings{Enter: r.stop, Escape: r.stop}
		say := w.T("ui.key.reset.done-why")
		if r.entry.Label != "" { // its entry is useless now, and would still count as a way to get in
			say = w.T("ui.key.reset.done-mine", args)
			remove := kit.NewButton(w.T("ui.key.reset.remove"), "", kit.Primary, r.removeEntry)
			p.Left = []fyne.CanvasObject{kit.NewButton(w.T("ui.key.reset.keep"), "", kit.Quiet, r.stop)}
			p.Actions = []fyne.CanvasObject{remove}
			v.First, v.Bindings.Enter = remove, r.removeEntry
		}
		card(kit.HTop(kit.S16, kit.Tile("check", true), kit.Grow(kit.V(kit.S4,
			kit.NewText(w.T("ui.key.reset.done"), kit.Heading, kit.Ink).Wrapped(), kit.Para(say, kit.Ink2)))))
	case resetFailed:
		again := kit.NewButton(w.T("wizard.key.retry"), "", kit.Primary, r.begin)
		p.Actions = []fyne.CanvasObject{again}
		v.First, v.Bindings.Enter = again, r.begin
		why := wizard.ExplainKey(w, r.err)
		if errors.Is(r.err, fido.ErrNotAllowed) { // it had been plugged in for too long
			why = explain.Code(w, "key_reset_late")
		}
		card(kit.NewText(w.T("ui.key.reset.failed"), kit.Heading, kit.Ink).Wrapped(), kit.NewBanner(kit.Refused, why.What, why.Why, why.Next))
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
		rows = append(rows, kit.HTop(kit.S12, kit.Inset(0, 2, 0, 0, kit.NewIcon("attention", 16, kit.Brass)), kit.Grow(kit.Para(l, kit.Ink))))
	}
	return kit.V(kit.S12, kit.V(kit.S4, kit.NewText(w.T("ui.key.reset.what"), kit.Heading, kit.Ink).Wrapped(), kit.Para(w.T("ui.key.reset.what-why"), kit.Ink2)), kit.V(kit.S8, rows...))
}

// drawAgreement draws the box that enables the reset.
func (r *resetPage) drawAgreement() fyne.CanvasObject {
	tick := kit.NewToggle(kit.CheckForm, r.agreed, kit.NewText(r.c.Catalog.T("ui.key.reset.agree"), kit.Body, kit.Ink).Wrapped())
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
		kit.Centre(kit.NewTouchPicture(kit.TouchConfig{Clock: clock, Lit: r.stage == resetTouch && r.touching, Reader: transport != "", Apart: r.stage == resetIn})),
		kit.V(kit.S8, kit.NewText(w.T(heading, args), kit.Title, kit.Ink).Wrapped().Centered(), kit.Para(w.T(heading+"-why", args), kit.Ink2).Centered()),
	}
	if r.stage == resetTouch {
		parts = append(parts, kit.Centre(kit.NewCountdown(kit.CountdownConfig{
			Clock: clock, Ends: r.until, Total: resetWindow, Before: w.T("wizard.key.waiting"), After: w.T("wizard.key.waiting-left"),
		})))
	}
	if r.other {
		parts = append(parts, kit.NewBanner(kit.Attention, w.T("ui.key.reset.other"), w.T("ui.key.reset.other-why", args), w.T("ui.key.reset.other-next", args)))
	}
	return parts
}
