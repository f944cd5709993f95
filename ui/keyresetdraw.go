package ui

import (
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

type resetInputs struct {
	agree             func(on bool)
	begin, stop, done func()
	remove            func() // the account's entry for it
}

func (c *Console) drawKeyReset(v resetView, in resetInputs) drawn {
	w := c.words
	name := v.label
	if name == "" {
		name = c.modelOf(v.device, looked{portrait: v.portrait})
	}
	args := assets.Args{"key": name}
	way := ""
	if v.device.Transport == fido.NFC {
		way = "-nfc"
	}
	cancel := kit.NewButton(w.T("wizard.cancel"), "", kit.Quiet, in.stop)
	p := kit.Page{Crumbs: append(c.crumbs(c.crumb(placeTwoFactor)), c.crumb(placeKeys)), Title: w.T("ui.key.reset.title", args), Left: []fyne.CanvasObject{cancel}}
	d := drawn{first: cancel, keys: kit.Bindings{Escape: in.stop}, ready: true}
	steps := []string{w.T("ui.key.reset.step.read"), w.T("ui.key.reset.step.out" + way), w.T("ui.key.reset.step.in" + way), w.T("ui.key.reset.step.touch")}
	at := int(v.stage)
	if v.stage == resetDone || v.stage == resetFailed {
		at = len(steps)
	}
	if v.stage == resetFailed {
		at = int(resetTouch)
	}
	p.Body = []fyne.CanvasObject{kit.Inset(0, kit.S4, 0, kit.S4, kit.Steps(at, steps...))}
	card := func(parts ...fyne.CanvasObject) {
		p.Body = append(p.Body, kit.Card(kit.Pad(kit.S32, kit.V(kit.S24, parts...))))
	}
	switch v.stage {
	case resetRead:
		begin := kit.NewButton(w.T("ui.key.reset.begin"), "", kit.Destroy, in.begin)
		if !v.agreed {
			begin.Disable()
		}
		p.Actions = []fyne.CanvasObject{begin}
		card(c.resetLoses(v, args), c.resetAgree(v, in))
	case resetOut, resetIn, resetTouch:
		card(c.resetWaits(v, way, args)...)
	case resetDone:
		done := kit.NewButton(w.T("wizard.done"), "", kit.Primary, in.done)
		p.Left, p.Actions = nil, []fyne.CanvasObject{done}
		d.first, d.keys = done, kit.Bindings{Enter: in.done, Escape: in.done}
		say := w.T("ui.key.reset.done-why")
		if v.label != "" { // it gets nobody in any more, and would still count as a way in
			say = w.T("ui.key.reset.done-mine", args)
			remove := kit.NewButton(w.T("ui.key.reset.remove"), "", kit.Primary, in.remove)
			p.Left = []fyne.CanvasObject{kit.NewButton(w.T("ui.key.reset.keep"), "", kit.Quiet, in.done)}
			p.Actions = []fyne.CanvasObject{remove}
			d.first, d.keys.Enter = remove, in.remove
		}
		card(kit.HTop(kit.S16, kit.Tile("check", true), kit.Grow(kit.V(kit.S4,
			kit.NewText(w.T("ui.key.reset.done"), kit.Heading, kit.Ink).Wrapped(), kit.Para(say, kit.Ink2)))))
	case resetFailed:
		again := kit.NewButton(w.T("wizard.key.retry"), "", kit.Primary, in.begin)
		p.Actions = []fyne.CanvasObject{again}
		d.first, d.keys.Enter = again, in.begin
		why := wizard.ExplainKey(w, v.err)
		if errors.Is(v.err, fido.ErrNotAllowed) { // it was plugged in for too long
			why = explain.Code(w, "key_reset_late")
		}
		card(kit.NewText(w.T("ui.key.reset.failed"), kit.Heading, kit.Ink).Wrapped(), kit.NewBanner(kit.Refused, why.What, why.Why, why.Next))
	}
	d.content = c.page(p)
	return d
}

// resetLoses is what is lost.
func (c *Console) resetLoses(v resetView, args assets.Args) fyne.CanvasObject {
	w := c.words
	lines := []string{w.T("ui.key.reset.loses.accounts")}
	if v.portrait.PIN == fido.PINSet {
		lines = append(lines, w.T("ui.key.reset.loses.pin"))
	}
	if v.label != "" {
		lines = append(lines, w.T("ui.key.reset.loses.mine", args))
	}
	lines = append(lines, w.T("ui.key.reset.loses.back"))
	var rows []fyne.CanvasObject
	for _, l := range lines {
		rows = append(rows, kit.HTop(kit.S12, kit.Inset(0, 2, 0, 0, kit.NewIcon("attention", 16, kit.Brass)), kit.Grow(kit.Para(l, kit.Ink))))
	}
	return kit.V(kit.S12, kit.V(kit.S4, kit.NewText(w.T("ui.key.reset.what"), kit.Heading, kit.Ink).Wrapped(), kit.Para(w.T("ui.key.reset.what-why"), kit.Ink2)), kit.V(kit.S8, rows...))
}

// resetAgree is the box without which nothing happens.
func (c *Console) resetAgree(v resetView, in resetInputs) fyne.CanvasObject {
	tick := kit.NewToggle(kit.CheckForm, v.agreed, kit.NewText(c.words.T("ui.key.reset.agree"), kit.Body, kit.Ink).Wrapped())
	tick.Name = c.words.T("ui.key.reset.agree")
	tick.OnChanged = in.agree
	return tick
}

// resetWaits is what the person does now.
func (c *Console) resetWaits(v resetView, way string, args assets.Args) []fyne.CanvasObject {
	w := c.words
	clock := c.clock(c.scope)
	key := map[resetStage]string{resetOut: "out", resetIn: "in", resetTouch: "touch"}[v.stage]
	heading := "ui.key.reset." + key + way
	if v.stage == resetTouch && !v.touching {
		heading = "ui.key.reset.ready"
	}
	parts := []fyne.CanvasObject{
		kit.Centre(kit.NewTouchPicture(kit.TouchConfig{Clock: clock, Lit: v.stage == resetTouch && v.touching, Reader: way != "", Apart: v.stage == resetIn})),
		kit.V(kit.S8, kit.NewText(w.T(heading, args), kit.Title, kit.Ink).Wrapped().Centered(), kit.Para(w.T(heading+"-why", args), kit.Ink2).Centered()),
	}
	if v.stage == resetTouch {
		parts = append(parts, kit.Centre(kit.NewCountdown(kit.CountdownConfig{
			Clock: clock, Ends: v.until, Total: resetWindow, Before: w.T("wizard.key.waiting"), After: w.T("wizard.key.waiting-left"),
		})))
	}
	if v.other {
		parts = append(parts, kit.NewBanner(kit.Attention, w.T("ui.key.reset.other"), w.T("ui.key.reset.other-why", args), w.T("ui.key.reset.other-next", args)))
	}
	return parts
}
