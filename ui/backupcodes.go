package ui

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/print"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A backupCodesPage lists the backup codes by number and state, makes new ones,
// and shows new codes, once, until the page is left (R70-R78).
type backupCodesPage struct {
	c      *shell.Console
	sheets sheets
	scope  *shell.Scope
	src    shell.Source[backupState]
	made   []api.NewBackupCode // since the page was opened
	saved  wizard.Saved        // what was done with made
	all    bool                // show old codes too
	then   string              // what to do once the codes are loaded
}

type backupState struct {
	Account api.Account
	Codes   []api.BackupCodeEntry
}

// Arguments of a route to the backup codes.
const (
	generateCode = "generate"
	checkCode    = "check"
	replaceCodes = "replace"
)

func newBackupCodes(c *shell.Console, s sheets, then string) *backupCodesPage {
	return &backupCodesPage{c: c, sheets: s, then: then}
}

func (p *backupCodesPage) Page() shell.PageID { return shell.BackupCodes }

func (p *backupCodesPage) Enter(s *shell.Scope) { p.scope = s; p.load() }

// Resume continues after the print preview.
func (p *backupCodesPage) Resume(s *shell.Scope) { p.scope = s }

// Unsaved is the question while there is no copy of the new codes.
func (p *backupCodesPage) Unsaved() string {
	if len(p.made) > 0 && !p.saved.Any() {
		return "ui.codes.leave"
	}
	return ""
}

func (p *backupCodesPage) OnTopic(topic string) {
	switch topic {
	case "", api.TopicBackupCodes, api.TopicAccount:
		p.load()
	}
}

func (p *backupCodesPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (s backupState, err error) {
		if s.Account, err = server.Account(ctx); err != nil {
			return s, err
		}
		s.Codes, err = server.BackupCodes(ctx)
		return s, err
	}, func() {
		p.c.Redraw()
		then := p.then
		p.then = ""
		switch {
		case !p.src.Ready:
		case then == generateCode:
			p.generate()
		case then == checkCode:
			p.check()
		case then == replaceCodes:
			p.replace()
		}
	})
}

// note records what was done with the new codes.
func (p *backupCodesPage) note(how func(*wizard.Saved)) {
	how(&p.saved)
	p.c.Redraw()
}

// sheet returns the codes that were made since the page was opened, for
// printing and saving.
func (p *backupCodesPage) sheet() print.Sheet {
	var codes []api.SaveBackupCode
	for _, m := range p.made {
		codes = append(codes, api.SaveBackupCode(m))
	}
	return p.sheets.sheet(codes...)
}

func (p *backupCodesPage) generate() {
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		code, err := server.NewBackupCode(ctx)
		return func() { p.showNew(append(p.made, code)) }, err
	})
}

// showNew shows codes that were just made.
func (p *backupCodesPage) showNew(made []api.NewBackupCode) {
	p.made, p.saved = made, wizard.Saved{}
	p.c.Refocus()
	p.c.Redraw()
	p.c.ScrollToTop()
	p.load()
}

func (p *backupCodesPage) replace() {
	c := p.c
	active := p.src.Value.Account.BackupCodes.Active
	c.Confirm("ui.codes.replace", []string{c.Catalog.N("ui.codes.replace.void", active), c.Catalog.T("ui.codes.replace.new")}, func() {
		c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			code, err := server.ReplaceBackupCodes(ctx)
			return func() { p.showNew([]api.NewBackupCode{code}) }, err
		})
	})
}

// check asks the user to type a code from the copy. The code is not used up
// (R77).
func (p *backupCodesPage) check() {
	p.sheets.checkCopy(p.scope, func() { p.note(func(s *wizard.Saved) { s.Checked = true }) })
}

// keep copies, saves, prints or checks the new codes.
func (p *backupCodesPage) keep(how wizard.Keeping) {
	switch how {
	case wizard.OnClipboard:
		p.c.CopySecret(plainCodes(p.made))
		p.note(func(s *wizard.Saved) { s.Copied = true })
	case wizard.InFile:
		p.sheets.save(p.sheet(), p.note)
	case wizard.OnPaper:
		p.sheets.print(p, p.sheet(), p.note)
	case wizard.Checked:
		p.check()
	}
}

// shownCodes is how many of the newest codes are listed at first.
const shownCodes = 7

// Draw draws the new codes, the list and the actions.
func (p *backupCodesPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	page := kit.Page{Crumbs: c.Breadcrumbs(shell.BackupCodes), Title: w.T("ui.rail.backup-codes"), Lead: w.T("ui.codes.lead")}
	if !p.src.Ready {
		return p.src.Waiting(c, page.Title, page.Crumbs, p.load)
	}
	a := p.src.Value.Account
	if !a.TwoFactor {
		return drawNeedsTwoFactor(c, page, kit.EmptyState("backup-codes", look.Info, w.T("ui.codes.off"), w.T("ui.codes.off-why")))
	}
	generate := control.NewButton(w.T("ui.codes.generate"), "plus", control.Primary, p.generate)
	page.Actions = []fyne.CanvasObject{generate}
	v := shell.View{First: generate, Bindings: control.Bindings{Enter: func() { generate.Tapped(nil) }}, Ready: true}
	if full := c.Unless(a, api.ActBackupCode, generate); full != nil {
		page.Body = append(page.Body, full)
		v.First = nil
	}
	if a.BackupCodes.Low {
		page.Aside = kit.Badge(kit.Caution, shell.Counted(w, "ui.codes.left", a.BackupCodes.Active))
	}
	if len(p.made) > 0 {
		made, first := p.drawMade()
		page.Body = append(page.Body, made)
		v.First = first
	}
	if len(p.src.Value.Codes) == 0 && len(p.made) == 0 {
		page.Body = append(page.Body, kit.EmptyState("backup-codes", look.Info, w.T("ui.codes.none"), w.T("ui.codes.none-why")))
	} else {
		page.Body = append(page.Body, p.drawList()...)
	}
	v.Content = c.Page(page)
	return v
}

// drawList draws the codes, the rule about their order, and the buttons below.
func (p *backupCodesPage) drawList() (body []fyne.CanvasObject) {
	w, a := p.c.Catalog, p.src.Value.Account
	list := p.src.Value.Codes
	if !p.all && len(list) > shownCodes {
		older := control.NewLink(w.N("ui.codes.older", len(list)-shownCodes), func() { p.all = true; p.c.Redraw() })
		body = append(body, look.H(0, older, look.Gap()))
		list = list[len(list)-shownCodes:]
	}
	var rows []fyne.CanvasObject
	for _, e := range list {
		rows = append(rows, p.drawCode(e, a.BackupCodes.Next))
	}
	if len(rows) > 0 {
		body = append(body, kit.List(72, rows...))
	}
	if a.BackupCodes.Next > 0 {
		body = append(body, kit.NewBanner(look.Info, w.T("ui.codes.order"), w.T("ui.codes.order."+a.Policy, a.BackupCodes.Next), ""))
	}
	return append(body, look.Flow(look.S12, control.NewButton(w.T("ui.codes.check"), "verify", control.Secondary, p.check),
		control.NewButton(w.T("ui.codes.replace-do"), "reset", control.Destroy, p.replace),
		look.NewText(w.T("ui.codes.most"), look.Caption, look.Ink2)))
}

// drawNeedsTwoFactor draws a page that needs two-factor authentication while it is off.
func drawNeedsTwoFactor(c *shell.Console, p kit.Page, body fyne.CanvasObject) shell.View {
	setUp := func() { c.Visit(shell.TwoFactor) }
	b := control.NewButton(c.Catalog.T("ui.codes.set-up"), "two-factor", control.Primary, setUp)
	p.Lead, p.Body, p.Actions = "", []fyne.CanvasObject{body}, []fyne.CanvasObject{b}
	return shell.View{Content: c.Page(p), First: b, Bindings: control.Bindings{Enter: setUp}, Ready: true}
}

// drawMade draws the card with new codes, which are shown once.
func (p *backupCodesPage) drawMade() (fyne.CanvasObject, fyne.Focusable) {
	w := p.c.Catalog
	parts := []fyne.CanvasObject{look.V(look.S4, look.NewText(w.N("ui.codes.made", len(p.made)), look.Heading, look.Ink).Wrapped(), look.Para(w.T("ui.codes.made-why"), look.Ink2))}
	for _, m := range p.made {
		parts = append(parts, wizard.CodePlate(w.T("wizard.save.number", assets.Args{"number": m.Number}), m.Code))
	}
	tools := wizard.CodeTools(w, p.saved, p.keep)
	parts = append(parts, tools)
	if !p.saved.Any() {
		parts = append(parts, kit.NewBanner(look.Attention, w.T("wizard.save.not-yet"), w.T("ui.codes.not-yet-why"), ""))
	}
	first, _ := tools.Objects[0].(fyne.Focusable)
	return kit.Card(look.Pad(look.S24, look.V(look.S16, parts...))), first
}

// drawCode draws one code: its number, its history and its state. next is the
// number of the code to use next.
func (p *backupCodesPage) drawCode(e api.BackupCodeEntry, next int) fyne.CanvasObject {
	w, now := p.c.Catalog, p.c.Now()
	ink, title, sub := look.Ink2, "", w.T("ui.codes.made-on", shell.OnDay(w, now, e.Created))
	var badge fyne.CanvasObject
	switch {
	case e.State == "used":
		title, badge = w.T("ui.codes.used"), kit.Badge(kit.Used, w.T("ui.codes.state.used"))
		if e.Used != nil {
			title = w.T("ui.codes.used-at", shell.When(w, now, *e.Used))
		}
	case e.State == "void":
		title, badge = w.T("ui.codes.void"), kit.Badge(kit.Void, w.T("ui.codes.state.void"))
	case e.Number == next:
		ink, title, sub, badge = look.Ink, w.T("ui.codes.made-on", shell.When(w, now, e.Created)), w.T("ui.codes.next"), kit.Badge(kit.Next, w.T("ui.codes.state.next"))
	default:
		ink, title, sub, badge = look.Ink, w.T("ui.codes.made-on", shell.When(w, now, e.Created)), w.T("ui.codes.after", e.Number-1), kit.Badge(kit.On, w.T("ui.codes.state.active"))
	}
	number := look.Scaled(40, 40, look.Z(look.NewBox(look.ChipFill, "", 10), look.Centre(look.NewText(strconv.Itoa(e.Number), look.CodeM, ink))))
	return look.Inset(look.S16, look.S12, look.S16, look.S12, look.H(look.S16, number,
		look.Grow(look.V(2, look.NewText(title, look.Strong, ink), look.NewText(sub, look.Caption, look.Ink2))), badge))
}
