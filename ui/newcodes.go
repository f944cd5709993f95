package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// primary is the button of the page, nil if nothing needs to be done: to fill the sheet, or,
// if the next code is lost, what helps then.
func (p *backupCodesPage) primary() *control.Button {
	w := p.c.Catalog
	e, lost := p.lost()
	switch {
	case lost && e.KeptUnknown:
		return control.NewButton(w.T("ui.codes.check"), "verify", control.Primary, p.check)
	case lost:
		return control.NewButton(w.T("ui.codes.replace-all"), "reset", control.Primary, p.replace)
	case p.free() == 0:
		return nil
	case p.src.Value.Account.BackupCodes.Active == 0:
		return control.NewButton(w.T("ui.codes.generate"), "plus", control.Primary, p.generate)
	}
	return control.NewButton(shell.Counted(w, "ui.codes.generate-more", p.src.Value.Account.BackupCodes.Active+p.free()), "plus", control.Primary, p.generate)
}

// drawLost says what it means that there is no copy of the next code.
func (p *backupCodesPage) drawLost(e api.BackupCodeEntry) fyne.CanvasObject {
	w, key := p.c.Catalog, "ui.codes.lost"
	if e.KeptUnknown {
		key = "ui.codes.maybe-lost"
	}
	return kit.NewBanner(look.Attention, w.T(key, e.Number), w.T(key+"-why", e.Number), w.T(key+"-next"))
}

// madeAndKept says when a code was generated, and how it was kept.
func (p *backupCodesPage) madeAndKept(e api.BackupCodeEntry) string {
	w, now := p.c.Catalog, p.c.Now()
	made := shell.When(w, now, e.Created)
	switch {
	case e.Kept != "" && e.KeptAt != nil:
		return w.T("ui.codes.kept."+string(e.Kept), made, shell.When(w, now, *e.KeptAt))
	case e.KeptUnknown:
		return w.T("ui.codes.made-on", made)
	}
	return w.T("ui.codes.kept.no", made)
}

// voidWords says which event made codes void, and when.
func voidWords(w *assets.Catalog, now time.Time, v api.VoidedCodes) string {
	if v.At == nil || v.By == "" {
		return w.T("ui.codes.void")
	}
	return w.T("ui.codes.void."+string(v.By), assets.Args{"when": shell.When(w, now, *v.At), "number": v.Number})
}

// lastVoid is the event that made the newest code void; nil if it is not void.
func lastVoid(codes []api.BackupCodeEntry) *api.VoidedCodes {
	if len(codes) == 0 || codes[len(codes)-1].State != "void" {
		return nil
	}
	e := codes[len(codes)-1]
	return &api.VoidedCodes{At: e.Voided, By: e.VoidedBy, Number: e.VoidedByNumber}
}

// drawMade draws the sheet with the new codes, which are shown once, and the buttons to keep
// them.
func (p *backupCodesPage) drawMade() (fyne.CanvasObject, fyne.Focusable) {
	w := p.c.Catalog
	unkept := p.unkept()
	parts := []fyne.CanvasObject{look.V(2, look.NewText(w.N("ui.codes.made", len(p.made)), look.Heading, look.Ink).Wrapped(), look.Para(w.T("ui.codes.made-why"), look.Ink2))}
	var rows []fyne.CanvasObject
	for _, m := range p.made {
		name := w.T("wizard.save.number", assets.Args{"number": m.Number})
		code := control.NewSecret(control.SecretConfig{Name: name, Groups: strings.Split(m.Code, "-"), Join: "-", Role: look.CodeM, PerLine: 4, Copy: p.c.CopySecret})
		mark := fyne.CanvasObject(look.Sized(16, 16, look.V(0)))
		if p.kept[m.Number] {
			mark = look.NewIcon("check", 16, look.Accent)
		}
		rows = append(rows, look.H(look.S12, look.Scaled(32, 0, look.NewText(w.T("ui.codes.number", m.Number), look.CodeM, look.Ink2).Trailing()), code, mark, look.Gap()))
	}
	parts = append(parts, look.Z(look.NewBox(look.Sunken, look.Hairline, look.RadiusCard), look.Inset(look.S16, look.S12, look.S16, look.S12, look.V(look.S4, rows...))))
	tools := wizard.CodeTools(w, p.saved, p.store)
	parts = append(parts, tools)
	switch {
	case len(unkept) == 0:
		parts = append(parts, kit.Note("check", w.N("ui.codes.all-kept", len(p.made))))
	case len(unkept) < len(p.made):
		parts = append(parts, kit.NewBanner(look.Attention, w.N("ui.codes.some-kept", len(p.made)-len(unkept), len(p.made)), w.T("ui.codes.not-yet-why"), ""))
	default:
		parts = append(parts, kit.NewBanner(look.Attention, w.T("wizard.save.not-yet"), w.T("ui.codes.not-yet-why"), ""))
	}
	first, _ := tools.Objects[0].(fyne.Focusable)
	return kit.Card(look.Pad(look.S20, look.V(look.S12, parts...))), first
}
