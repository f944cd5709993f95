package ui

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/print"
	"nightlatch/ui/wizard"
)

// A backupCodesPage lists the backup codes by number and state, makes more, and
// keeps those that were just made: they are shown this once (R70-R78).
type backupCodesPage struct {
	c     *Console
	scope *Scope
	src   source[backupState]
	made  []api.NewBackupCode // since the page was opened
	saved wizard.Saved
	all   bool // the old ones too
	then  backupIntent
}

type backupState struct {
	Account api.Account
	Codes   []api.BackupCodeEntry
}

// A backupIntent is what the page was opened for.
type backupIntent int

// The intents.
const (
	backupLook backupIntent = iota
	backupGenerate
	backupCheck
)

func newBackupCodes(c *Console) *backupCodesPage { return &backupCodesPage{c: c} }

// showBackup opens the page to do something at once.
func (c *Console) showBackup(then backupIntent) {
	p := newBackupCodes(c)
	p.then = then
	c.show(p)
}

func (p *backupCodesPage) place() string  { return placeBackup }
func (p *backupCodesPage) enter(s *Scope) { p.scope = s; p.load() }

func (p *backupCodesPage) unsaved() bool { return len(p.made) > 0 && !p.saved.Any() }

// resumeIn goes on after a print preview.
func (p *backupCodesPage) resumeIn(s *Scope) { p.scope = s }

func (p *backupCodesPage) hear(what string) {
	if what == "" || what == api.TopicBackupCodes || what == api.TopicAccount {
		p.load()
	}
}

func (p *backupCodesPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) (s backupState, err error) {
		if s.Account, err = server.Account(ctx); err != nil {
			return s, err
		}
		s.Codes, err = server.BackupCodes(ctx)
		return s, err
	}, func() {
		p.c.redraw()
		then := p.then
		p.then = backupLook
		switch {
		case !p.src.ready:
		case then == backupGenerate:
			p.generate()
		case then == backupCheck:
			p.check("")
		}
	})
}

func (p *backupCodesPage) draw() drawn {
	c := p.c
	crumbs := c.crumbs(kit.Crumb{Name: c.words.T("ui.rail.backup-codes")})
	if !p.src.ready {
		return loading(c, c.words.T("ui.rail.backup-codes"), crumbs, &p.src, p.load)
	}
	return c.drawBackupCodes(backupView{backupState: p.src.value, made: p.made, saved: p.saved, all: p.all}, backupInputs{
		generate: p.generate,
		replace:  p.replace,
		check:    func() { p.check("") },
		older:    func() { p.all = true; c.redraw() },
		setUp:    func() { c.visit(placeTwoFactor) },
		host: wizard.Host{
			Words: c.words,
			Copy:  func(string) { c.copySecret(plainCodes(p.made)); p.note(func(s *wizard.Saved) { s.Copied = true }) },
			Save:  func(api.SaveBackupCode) { c.saveSheet(p.sheet(), p.note) },
			Print: func(api.SaveBackupCode) { c.show(newPrintPage(c, p, p.sheet(), p.note)) },
			Check: func(api.SaveBackupCode) { p.check("") },
		},
	})
}

func (p *backupCodesPage) note(how func(*wizard.Saved)) {
	how(&p.saved)
	p.c.redraw()
}

// sheet is what is printed or saved: the codes made since the page was opened.
func (p *backupCodesPage) sheet() print.Sheet {
	var codes []api.SaveBackupCode
	for _, m := range p.made {
		codes = append(codes, api.SaveBackupCode(m))
	}
	return p.c.newSheet(codes...)
}

func (p *backupCodesPage) generate() {
	p.c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		code, err := server.NewBackupCode(ctx)
		return func() { p.fresh(append(p.made, code)) }, err
	})
}

// fresh shows codes that were just made.
func (p *backupCodesPage) fresh(made []api.NewBackupCode) {
	p.made, p.saved = made, wizard.Saved{}
	p.c.refocus()
	p.c.redraw()
	if s := scrollIn(p.c.slot); s != nil {
		s.ScrollToTop()
	}
	p.load()
}

func (p *backupCodesPage) replace() {
	c := p.c
	active := p.src.value.Account.BackupCodes.Active
	c.confirm("ui.codes.replace", []string{c.words.N("ui.codes.replace.void", active), c.words.T("ui.codes.replace.new")}, func() {
		c.act(func(ctx context.Context, server *client.Client) (func(), error) {
			code, err := server.ReplaceBackupCodes(ctx)
			return func() { p.fresh([]api.NewBackupCode{code}) }, err
		})
	})
}

// check lets the person type a code back without using it up (R77).
func (p *backupCodesPage) check(string) {
	p.c.checkCopy(p.scope, func() { p.note(func(s *wizard.Saved) { s.Checked = true }) })
}

type backupView struct {
	backupState
	made  []api.NewBackupCode
	saved wizard.Saved
	all   bool
}

type backupInputs struct {
	generate, replace, check, older, setUp func()
	host                                   wizard.Host
}

// shownCodes is how many of the newest codes are listed at first.
const shownCodes = 7

func (c *Console) drawBackupCodes(v backupView, in backupInputs) drawn {
	w, a := c.words, v.Account
	p := kit.Page{Crumbs: c.crumbs(kit.Crumb{Name: w.T("ui.rail.backup-codes")}), Title: w.T("ui.rail.backup-codes"), Lead: w.T("ui.codes.lead")}
	d := drawn{ready: true}
	if !a.TwoFactor {
		set := kit.NewButton(w.T("ui.codes.set-up"), "two-factor", kit.Primary, in.setUp)
		p.Body = []fyne.CanvasObject{kit.EmptyState("backup-codes", kit.Info, w.T("ui.codes.off"), w.T("ui.codes.off-why"))}
		p.Lead, p.Actions = "", []fyne.CanvasObject{set}
		d.first, d.keys, d.content = set, kit.Bindings{Enter: in.setUp}, c.page(p)
		return d
	}
	generate := kit.NewButton(w.T("ui.codes.generate"), "plus", kit.Primary, in.generate)
	p.Actions = []fyne.CanvasObject{generate}
	d.first, d.keys = generate, kit.Bindings{Enter: func() { generate.Tapped(nil) }}
	if wizard.FewCodes(a) {
		p.Aside = kit.Badge(kit.Caution, counted(w, "ui.codes.left", a.BackupCodes.Active))
	}
	if len(v.made) > 0 {
		made, first := c.madeCodes(v, in)
		p.Body = append(p.Body, made)
		d.first = first
	}
	if len(v.Codes) == 0 && len(v.made) == 0 {
		p.Body = append(p.Body, kit.EmptyState("backup-codes", kit.Info, w.T("ui.codes.none"), w.T("ui.codes.none-why")))
		d.content = c.page(p)
		return d
	}
	list := v.Codes
	if !v.all && len(list) > shownCodes {
		p.Body = append(p.Body, kit.H(0, kit.NewLink(w.N("ui.codes.older", len(list)-shownCodes), in.older), kit.Gap()))
		list = list[len(list)-shownCodes:]
	}
	var rows []fyne.CanvasObject
	for _, e := range list {
		rows = append(rows, c.codeRow(e, a.BackupCodes.Next))
	}
	if len(rows) > 0 {
		p.Body = append(p.Body, kit.List(72, rows...))
	}
	if a.BackupCodes.Next > 0 {
		key := "ui.codes.order." + a.Policy
		p.Body = append(p.Body, kit.NewBanner(kit.Info, w.T("ui.codes.order"), w.T(key, a.BackupCodes.Next), ""))
	}
	p.Body = append(p.Body, kit.Flow(kit.S12, kit.NewButton(w.T("ui.codes.check"), "verify", kit.Secondary, in.check),
		kit.NewButton(w.T("ui.codes.replace-do"), "reset", kit.Destroy, in.replace),
		kit.NewText(w.T("ui.codes.most"), kit.Caption, kit.Ink3)))
	d.content = c.page(p)
	return d
}

// madeCodes is the card with codes that are shown this once.
func (c *Console) madeCodes(v backupView, in backupInputs) (fyne.CanvasObject, fyne.Focusable) {
	w := c.words
	parts := []fyne.CanvasObject{kit.V(kit.S4, kit.NewText(w.N("ui.codes.made", len(v.made)), kit.Heading, kit.Ink).Wrapped(), kit.Para(w.T("ui.codes.made-why"), kit.Ink2))}
	for _, m := range v.made {
		parts = append(parts, wizard.CodePlate(w.T("wizard.save.number", assets.Args{"number": m.Number}), m.Code))
	}
	tools := wizard.CodeTools(in.host, v.saved, api.SaveBackupCode{})
	parts = append(parts, tools)
	if !v.saved.Any() {
		parts = append(parts, kit.NewBanner(kit.Attention, w.T("wizard.save.not-yet"), w.T("ui.codes.not-yet-why"), ""))
	}
	first, _ := tools.Objects[0].(fyne.Focusable)
	return kit.Card(kit.Pad(kit.S24, kit.V(kit.S16, parts...))), first
}

// codeRow is one code: its number, what became of it, and its state.
func (c *Console) codeRow(e api.BackupCodeEntry, next int) fyne.CanvasObject {
	w, now := c.words, c.now()
	ink, title, sub := kit.Ink3, "", ""
	var badge fyne.CanvasObject
	switch {
	case e.State == "used":
		title, badge = w.T("ui.codes.used"), kit.Badge(kit.Used, w.T("ui.codes.state.used"))
		if e.Used != nil {
			title = w.T("ui.codes.used-at", when(w, now, *e.Used))
		}
		sub = w.T("ui.codes.made-on", onDay(w, now, e.Created))
	case e.State == "void":
		title, sub, badge = w.T("ui.codes.void"), w.T("ui.codes.made-on", onDay(w, now, e.Created)), kit.Badge(kit.Void, w.T("ui.codes.state.void"))
	case e.Number == next:
		ink, title, sub, badge = kit.Ink, w.T("ui.codes.made-on", when(w, now, e.Created)), w.T("ui.codes.next"), kit.Badge(kit.Next, w.T("ui.codes.state.next"))
	default:
		ink, title, sub, badge = kit.Ink, w.T("ui.codes.made-on", when(w, now, e.Created)), w.T("ui.codes.after", e.Number-1), kit.Badge(kit.On, w.T("ui.codes.state.active"))
	}
	number := kit.Scaled(40, 40, kit.Z(kit.NewBox(kit.ChipFill, "", 10), kit.Centre(kit.NewText(strconv.Itoa(e.Number), kit.CodeM, ink))))
	return kit.Inset(kit.S16, kit.S12, kit.S16, kit.S12, kit.H(kit.S16, number,
		kit.Grow(kit.V(2, kit.NewText(title, kit.Strong, ink), kit.NewText(sub, kit.Caption, kit.Ink2))), badge))
}
