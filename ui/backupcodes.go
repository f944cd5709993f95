package ui

import (
	"context"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

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
	kept   map[int]bool        // the numbers of made that were printed, saved or checked
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

// Unsaved is the question while there are new codes of which there is no copy.
func (p *backupCodesPage) Unsaved() string {
	if len(p.unkept()) > 0 {
		return "ui.codes.leave"
	}
	return ""
}

// unkept returns the numbers of the new codes that are active and have no copy yet.
func (p *backupCodesPage) unkept() (numbers []int) {
	for _, m := range p.made {
		over := slices.ContainsFunc(p.src.Value.Codes, func(e api.BackupCodeEntry) bool { return e.Number == m.Number && e.State != "active" })
		if !p.kept[m.Number] && !over {
			numbers = append(numbers, m.Number)
		}
	}
	return numbers
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

// noteSheet returns a function that records what was done with the new codes of now.
func (p *backupCodesPage) noteSheet() func(how func(*wizard.Saved)) {
	made := p.made
	return func(how func(*wizard.Saved)) {
		how(&p.saved)
		for _, m := range made {
			p.keep(m.Number, how)
		}
		p.c.RedrawIf(p)
	}
}

// keep marks a code as kept if how says so.
func (p *backupCodesPage) keep(number int, how func(*wizard.Saved)) {
	var did wizard.Saved
	if how(&did); did.Kept() {
		if p.kept == nil {
			p.kept = map[int]bool{}
		}
		p.kept[number] = true
	}
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

// free is how many codes can still be generated (R71).
func (p *backupCodesPage) free() int {
	return max(p.c.About().Limits.BackupCodes-p.src.Value.Account.BackupCodes.Active, 0)
}

// generate fills the sheet, with one notice.
func (p *backupCodesPage) generate() {
	if p.free() == 0 {
		return
	}
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		codes, err := server.NewBackupCodes(ctx, p.free())
		return func() { p.showNew(codes) }, err
	})
}

// showNew shows codes that were just made.
func (p *backupCodesPage) showNew(made []api.NewBackupCode) {
	p.made, p.saved, p.kept = made, wizard.Saved{}, nil
	p.c.Refocus()
	p.c.Redraw()
	p.c.ScrollToTop()
	p.load()
}

func (p *backupCodesPage) replace() {
	c := p.c
	active, count := p.src.Value.Account.BackupCodes.Active, c.About().Limits.BackupCodes
	c.Confirm("ui.codes.replace", []string{c.Catalog.N("ui.codes.replace.void", active), c.Catalog.N("ui.codes.replace.new", count)}, func() {
		c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			codes, err := server.ReplaceAllBackupCodes(ctx, count)
			return func() { p.showNew(codes) }, err
		})
	})
}

// check asks the person to type a code from the copy. The code is not used up (R77).
func (p *backupCodesPage) check() {
	p.sheets.checkCopy(p.scope, func(number int) {
		how := func(s *wizard.Saved) { s.Checked = true }
		if p.keep(number, how); len(p.made) > 0 && len(p.unkept()) == 0 {
			how(&p.saved)
		}
		p.c.Redraw()
	})
}

// store copies, saves, prints or checks the new codes.
func (p *backupCodesPage) store(how wizard.Keeping) {
	switch how {
	case wizard.OnClipboard:
		p.c.CopySecret(plainCodes(p.made))
		p.noteSheet()(func(s *wizard.Saved) { s.Copied = true })
	case wizard.InFile:
		p.sheets.save(p.sheet(), p.noteSheet())
	case wizard.OnPaper:
		p.sheets.print(p, p.sheet(), p.noteSheet())
	case wizard.Checked:
		p.check()
	}
}

// lost returns the code that sign-in asks for next, if there is no copy of it and it can't
// be shown: then the codes after it are of no use (R72).
func (p *backupCodesPage) lost() (api.BackupCodeEntry, bool) {
	for _, e := range p.src.Value.Codes {
		if e.State != "active" {
			continue
		}
		shown := slices.ContainsFunc(p.made, func(m api.NewBackupCode) bool { return m.Number == e.Number })
		return e, e.Kept == "" && !p.kept[e.Number] && !shown
	}
	return api.BackupCodeEntry{}, false
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
	v := shell.View{Ready: true}
	check := control.NewButton(w.T("ui.codes.check"), "verify", control.Secondary, p.check)
	if do := p.primary(); do != nil {
		page.Actions = []fyne.CanvasObject{do}
		v.First, v.Bindings = do, control.Bindings{Enter: func() { do.Tapped(nil) }}
	} else {
		v.First = check
	}
	if a.BackupCodes.Low {
		page.Aside = kit.Badge(kit.Caution, shell.Counted(w, "ui.codes.left", a.BackupCodes.Active))
	}
	if e, lost := p.lost(); lost {
		page.Body = append(page.Body, p.drawLost(e))
	}
	if len(p.made) > 0 {
		page.Lead = ""
		made, first := p.drawMade()
		page.Body = append(page.Body, made)
		v.First = first
	}
	if len(p.src.Value.Codes) == 0 && len(p.made) == 0 {
		page.Body = append(page.Body, kit.EmptyState("backup-codes", look.Info, w.T("ui.codes.none"), w.T("ui.codes.none-why")))
	} else {
		page.Body = append(page.Body, p.drawList(check)...)
	}
	v.Content = c.Page(page)
	return v
}

// drawList draws the codes, the rule about their order, and the buttons below.
func (p *backupCodesPage) drawList(check fyne.CanvasObject) (body []fyne.CanvasObject) {
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
	if a.BackupCodes.Active == 0 {
		if v := lastVoid(list); v != nil {
			body = append([]fyne.CanvasObject{kit.NewBanner(look.Attention, w.T("ui.codes.all-void"), voidWords(w, p.c.Now(), *v), w.T("ui.codes.all-void-next"))}, body...)
		}
		return append(body, look.H(0, check, look.Gap()))
	}
	tools := look.Flow(look.S12, check, control.NewButton(w.T("ui.codes.replace-do"), "reset", control.Destroy, p.replace))
	if full := p.c.WhyNot(a, api.ActBackupCode); full != nil {
		return append(body, full, tools)
	}
	tools.Add(look.NewText(w.N("ui.codes.most", p.c.About().Limits.BackupCodes), look.Caption, look.Ink2))
	return append(body, tools)
}

// drawNeedsTwoFactor draws a page that needs two-factor authentication while it is off.
func drawNeedsTwoFactor(c *shell.Console, p kit.Page, body fyne.CanvasObject) shell.View {
	setUp := func() { c.Visit(shell.TwoFactor) }
	b := control.NewButton(c.Catalog.T("ui.codes.set-up"), "two-factor", control.Primary, setUp)
	p.Lead, p.Body, p.Actions = "", []fyne.CanvasObject{body}, []fyne.CanvasObject{b}
	return shell.View{Content: c.Page(p), First: b, Bindings: control.Bindings{Enter: setUp}, Ready: true}
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
		title, badge = voidWords(w, now, api.VoidedCodes{At: e.Voided, By: e.VoidedBy, Number: e.VoidedByNumber}), kit.Badge(kit.Void, w.T("ui.codes.state.void"))
	case e.Number == next:
		ink, title, sub, badge = look.Ink, p.madeAndKept(e), w.T("ui.codes.next"), kit.Badge(kit.Next, w.T("ui.codes.state.next"))
	default:
		ink, title, sub, badge = look.Ink, p.madeAndKept(e), w.T("ui.codes.after", e.Number-1), kit.Badge(kit.On, w.T("ui.codes.state.active"))
	}
	number := look.Scaled(40, 40, look.Z(look.NewBox(look.ChipFill, "", 10), look.Centre(look.NewText(strconv.Itoa(e.Number), look.CodeM, ink))))
	return look.Inset(look.S16, look.S12, look.S16, look.S12, look.H(look.S16, number,
		look.Grow(look.V(2, look.NewText(title, look.Strong, ink).Wrapped(), look.NewText(sub, look.Caption, look.Ink2).Wrapped())), badge))
}
