package lab

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// draw draws the panel. The phone and the clock are kept from drawing to drawing.
func (p *Panel) draw() fyne.CanvasObject {
	w, v := p.c.Catalog, p.state
	p.close = kit.NewButton("", "close", kit.Quiet, p.c.TogglePanel).Named(w.T("lab.close"))
	head := kit.H(kit.S8, kit.NewIcon("lab", 20, kit.Accent), kit.Grow(kit.V(0, kit.NewText(w.T("ui.rail.lab"), kit.Strong, kit.Ink), kit.NewText(w.T("lab.what"), kit.Caption, kit.Ink2))),
		kit.NewButton(w.T("lab.reset-do"), "reset", kit.Secondary, func() { p.c.Confirm("lab.reset", nil, p.reset) }), p.close)
	parts := []fyne.CanvasObject{head}
	if v.Trouble != nil {
		parts = append(parts, kit.NewBanner(kit.Refused, v.Trouble.What, v.Trouble.Why, v.Trouble.Next))
	}
	if len(v.Phones) > 1 {
		parts = append(parts, p.drawNumbers())
	}
	parts = append(parts,
		kit.HTop(kit.S16, p.phone, kit.Grow(kit.V(kit.S12, append(p.drawCarrier(), p.drawClock()...)...))),
		kit.V(kit.S8, kit.Section(w.T("lab.mailbox")), p.drawMail()),
		p.drawKeys(),
	)
	if len(v.Accounts) > 0 {
		parts = append(parts, kit.V(kit.S8, kit.Section(w.T("lab.accounts")), p.drawAccounts()))
	}
	column := kit.Narrow(kit.LabWidth+120, kit.Inset(kit.S16, kit.S12, kit.S16, kit.S16, kit.V(kit.S16, parts...)))
	return container.New(dockLayout{}, kit.NewBox(kit.Rail, "", 0), kit.Scroll(column))
}

// dockLayout is at least as wide as the docked panel, and wider where the panel
// covers the page.
type dockLayout struct{}

func (dockLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return kit.Scaled(kit.LabWidth, 0, kit.Space(1, 1)).MinSize()
}

func (dockLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		o.Resize(s)
	}
}

func (p *Panel) drawClock() []fyne.CanvasObject {
	w := p.c.Catalog
	return []fyne.CanvasObject{
		kit.Section(w.T("lab.clock")), kit.V(0, p.clock, p.date),
		kit.V(kit.S8,
			kit.NewButton(w.T("lab.minute"), "", kit.Secondary, func() { p.advance(time.Minute) }),
			kit.NewButton(w.T("lab.hour"), "", kit.Secondary, func() { p.advance(time.Hour) }),
			kit.NewButton(w.T("lab.other"), "", kit.Secondary, p.askAdvance)),
	}
}

func (p *Panel) drawAccounts() fyne.CanvasObject {
	w := p.c.Catalog
	var rows []fyne.CanvasObject
	for _, a := range p.state.Accounts {
		story := a.Password
		if key := "lab.story." + a.Story; a.Story != "" && w.Has(key) {
			story = w.T("lab.account", a.Password, w.T(key))
		}
		does := kit.Chevron()
		if p.state.SignedIn {
			does = kit.NewIcon("copy", 16, kit.Ink3)
		}
		row := kit.NewTapRow(kit.Inset(kit.S12, kit.S8, kit.S12, kit.S8, kit.H(kit.S8, kit.Grow(kit.V(0,
			kit.NewText(a.Username, kit.Strong, kit.Ink), kit.NewText(story, kit.Caption, kit.Ink2).Wrapped())), does)), func() { p.use(a) })
		row.Name = w.T("lab.use-name", a.Username)
		rows = append(rows, kit.V(0, row, p.drawSecrets(a)))
	}
	return kit.List(kit.S12, rows...)
}

// drawSecrets draws what the second step of a demo account takes: the current code
// of its app, and its backup codes by number.
func (p *Panel) drawSecrets(a api.LabAccount) fyne.CanvasObject {
	w := p.c.Catalog
	var lines []fyne.CanvasObject
	line := func(label, shown, code string) {
		lines = append(lines, kit.H(kit.S8, kit.Grow(kit.NewText(label, kit.Caption, kit.Ink2)), kit.NewText(shown, kit.Code, kit.Ink),
			kit.NewLink(w.T("wizard.copy"), func() { p.c.Copy(code) }).Named(w.T("lab.account.copy-name", label, a.Username))))
	}
	if len(a.AppCode) == 6 {
		line(w.T("lab.account.app"), a.AppCode[:3]+" "+a.AppCode[3:], a.AppCode)
	}
	for i, code := range a.BackupCodes {
		line(w.T("lab.account.backup", i+1), code, code)
	}
	if len(lines) == 0 {
		return kit.Space(0, 0)
	}
	return kit.Inset(kit.S12, 0, kit.S12, kit.S8, kit.V(kit.S4, lines...))
}

// isTrue is the value of an optional flag.
func isTrue(b *bool) bool { return b != nil && *b }
