package lab

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// draw draws the panel. It reuses the widgets of the phone and the clock.
func (p *Panel) draw() fyne.CanvasObject {
	w, v := p.c.Catalog, p.state
	p.close = control.NewButton("", "close", control.Quiet, p.c.TogglePanel).Named(w.T("lab.close"))
	head := look.H(look.S8, look.NewIcon("lab", 20, look.Accent), look.Grow(look.V(0, look.NewText(w.T("ui.rail.lab"), look.Strong, look.Ink), look.NewText(w.T("lab.what"), look.Caption, look.Ink2))),
		control.NewButton(w.T("lab.reset-do"), "reset", control.Destroy, func() { p.c.ConfirmLeaving("lab.reset", p.reset) }), p.close)
	parts := []fyne.CanvasObject{head}
	if v.Trouble != nil {
		parts = append(parts, kit.NewBanner(look.Refused, v.Trouble.What, v.Trouble.Why, v.Trouble.Next))
	}
	p.rows = nil
	carrier := look.V(look.S12, p.drawCarrier()...)
	p.carrier = []fyne.CanvasObject{carrier}
	numbers := p.drawNumbers()
	p.carrier, p.numbers = append(p.carrier, numbers), numbers
	p.mark("phone", p.phone)
	parts = append(parts, numbers,
		look.HTop(look.S16, p.phone, look.Grow(look.V(look.S12, append([]fyne.CanvasObject{carrier}, p.drawClock()...)...))),
	)
	parts = append(parts, p.drawApps()...)
	parts = append(parts, p.drawMailbox(), p.drawKeys())
	if len(v.Accounts) > 0 {
		parts = append(parts, look.V(look.S8, kit.Section(w.T("lab.accounts")), p.drawAccounts()))
	}
	column := look.Narrow(look.LabWidth+120, look.Inset(look.S16, look.S12, look.S16, look.S16, look.V(look.S16, parts...)))
	return container.New(dockLayout{}, look.NewBox(look.Rail, "", 0), look.V(0, look.Grow(look.Scroll(column)), p.news))
}

// dockLayout is at least as wide as the docked panel, and wider where the panel
// covers the page.
type dockLayout struct{}

func (dockLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return look.Scaled(look.LabWidth, 0, look.Space(1, 1)).MinSize()
}

func (dockLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		o.Resize(s)
	}
}

func (p *Panel) drawClock() []fyne.CanvasObject {
	w := p.c.Catalog
	return []fyne.CanvasObject{
		kit.Section(w.T("lab.clock")), look.V(0, p.clock, p.date),
		look.V(look.S8,
			control.NewButton(w.T("lab.minute"), "", control.Secondary, func() { p.advance(time.Minute) }),
			control.NewButton(w.T("lab.hour"), "", control.Secondary, func() { p.advance(time.Hour) }),
			control.NewButton(w.T("lab.other"), "", control.Secondary, p.askAdvance)),
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
			does = look.NewIcon("copy", 16, look.Ink3)
		}
		row := control.NewTapRow(look.Inset(look.S12, look.S8, look.S12, look.S8, look.H(look.S8, look.Grow(look.V(0,
			look.NewText(a.Username, look.Strong, look.Ink), look.NewText(story, look.Caption, look.Ink2).Wrapped())), does)), func() { p.useAccount(a) })
		row.Name = w.T("lab.use-name", a.Username)
		p.mark("account "+a.Username, row)
		rows = append(rows, look.V(0, row, p.drawSecrets(a)))
	}
	return kit.List(look.S12, rows...)
}

// drawSecrets draws the codes for the second step of a demo account: the current code
// of its app, and its backup codes by number.
func (p *Panel) drawSecrets(a api.LabAccount) fyne.CanvasObject {
	w := p.c.Catalog
	var lines []fyne.CanvasObject
	line := func(label, shown, code string) {
		lines = append(lines, look.H(look.S8, look.Grow(look.NewText(label, look.Caption, look.Ink2)), look.NewText(shown, look.Code, look.Ink),
			control.NewLink(w.T("wizard.copy"), func() { p.c.Copy(code) }).Named(w.T("lab.account.copy-name", label, a.Username))))
	}
	if len(a.AppCode) == 6 {
		line(w.T("lab.account.app"), a.AppCode[:3]+" "+a.AppCode[3:], a.AppCode)
	}
	for i, code := range a.BackupCodes {
		line(w.T("lab.account.backup", i+1), code, code)
	}
	if len(lines) == 0 {
		return look.Space(0, 0)
	}
	return look.Inset(look.S12, 0, look.S12, look.S8, look.V(look.S4, lines...))
}

// isTrue is the value of an optional flag.
func isTrue(b *bool) bool { return b != nil && *b }
