package ui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A sheetLook is how a sheet is set.
type sheetLook struct {
	Large    bool // larger type
	Nameless bool // without the account's name
	Letter   bool // US Letter, not A4
}

// A printPage shows the sheet as it will be, and prints it (R77). The codes are
// on it, so it is left for good when it is left.
type printPage struct {
	c     *Console
	scope *Scope
	back  screen
	sheet sheet
	done  func(func(*wizard.Saved))
	view  printView
}

// A printView is what the page is drawn from.
type printView struct {
	sheet    sheet
	look     sheetLook
	printers []string
	asked    bool // the system told its printers
	printer  int
	copies   string
	busy     bool
	began    time.Time
}

func newPrintPage(c *Console, back screen, s sheet, done func(func(*wizard.Saved))) *printPage {
	return &printPage{c: c, back: back, sheet: s, done: done, view: printView{sheet: s, copies: "1"}}
}

func (p *printPage) place() string { return p.back.place() }
func (p *printPage) hear(string)   {}

func (p *printPage) enter(s *Scope) {
	p.scope = s
	s.Go(func(ctx context.Context) func() {
		names, standard, err := p.c.cfg.Printer.Printers(ctx)
		return func() {
			p.view.asked = true
			if err == nil {
				p.view.printers, p.view.printer = names, max(0, standard)
			}
			p.c.refocus()
			p.c.redraw()
		}
	})
}

// maxCopies is more than anyone has places to hide them.
const maxCopies = 20

func (p *printPage) draw() drawn {
	c := p.c
	return c.drawPrint(&p.view, printInputs{
		changed: c.redraw,
		leave:   func() { c.comeBack(p.back) },
		save: func() {
			c.saveAs(saveRequest{
				title: "ui.save.codes", name: "nightlatch-backup-codes-" + p.sheet.account,
				forms: []saveForm{{"ui.save.pdf", ".pdf", func() ([]byte, error) { return c.sheetPDF(p.sheet, p.view.look) }}},
				done: func() {
					p.done(func(s *wizard.Saved) { s.Saved = true })
					c.comeBack(p.back)
				},
			})
		},
		print: p.print,
	})
}

func (p *printPage) print() {
	c := p.c
	copies, err := strconv.Atoi(strings.TrimSpace(p.view.copies))
	if err != nil || copies < 1 || copies > maxCopies {
		c.warn(wizard.Said{Code: "copies", What: c.words.T("error.copies.what"), Why: c.words.T("error.copies.why", maxCopies), Next: c.words.T("error.copies.next")})
		return
	}
	printer, look := p.view.printers[p.view.printer], p.view.look
	p.view.busy, p.view.began = true, c.now()
	c.redraw()
	p.scope.Go(func(ctx context.Context) func() {
		document, err := c.sheetPDF(p.sheet, look)
		if err == nil {
			err = c.cfg.Printer.Print(ctx, printer, copies, document)
		}
		return func() {
			p.view.busy = false
			if err != nil {
				c.warn(wizard.Said{Code: "print", What: c.words.T("error.print.what"), Why: c.words.T("error.print.why", printer), Next: c.words.T("error.print.next")})
				return
			}
			p.done(func(s *wizard.Saved) { s.Printed = true })
			c.comeBack(p.back)
			c.toast.Say(c.words.T("ui.print.done", printer))
		}
	})
}

// comeBack shows a screen again as it was left, without loading it anew.
func (c *Console) comeBack(s screen) {
	if c.scope != nil {
		c.scope.Leave()
	}
	c.scope, c.front, c.trouble, c.still = c.root.Child(), s, nil, true
	if r, ok := s.(interface{ resumeIn(*Scope) }); ok {
		r.resumeIn(c.scope)
	}
	c.redraw()
}

type printInputs struct{ changed, leave, save, print func() }

func (c *Console) drawPrint(v *printView, in printInputs) drawn {
	w := c.words
	printer := kit.NewSelector(kit.SelectorConfig{Icon: "printer", Options: v.printers, Selected: v.printer, OnPick: func(i int) { v.printer = i }})
	paper := kit.NewSelector(kit.SelectorConfig{Options: []string{"A4", "US Letter"}, Selected: map[bool]int{true: 1}[v.look.Letter], OnPick: func(i int) { v.look.Letter = i == 1; in.changed() }})
	copies := kit.NewTextField(w.T("ui.print.copies"), "", kit.InputConfig{Text: v.copies, Limit: 3, OnChanged: func(s string) { v.copies = s }})
	large := kit.NewTick(kit.CheckForm, v.look.Large, kit.NewText(w.T("ui.print.large"), kit.Body, kit.Ink).Wrapped())
	large.Name, large.OnChanged = w.T("ui.print.large"), func(on bool) { v.look.Large = on; in.changed() }
	nameless := kit.NewTick(kit.CheckForm, v.look.Nameless, kit.NewText(w.T("ui.print.nameless"), kit.Body, kit.Ink).Wrapped())
	nameless.Name, nameless.OnChanged = w.T("ui.print.nameless"), func(on bool) { v.look.Nameless = on; in.changed() }

	save := kit.NewButton(w.T("ui.print.save"), "save", kit.Secondary, in.save)
	do := kit.NewButton(w.T("ui.print.do"), "printer", kit.Primary, in.print)
	side := []fyne.CanvasObject{}
	switch {
	case len(v.printers) > 0:
		side = append(side, kit.NewField(w.T("ui.print.printer"), "", printer), kit.NewField(w.T("ui.print.paper"), "", paper), copies, large, nameless)
	case v.asked:
		side = append(side, kit.Banner(kit.Attention, w.T("ui.print.none"), w.T("ui.print.none-why"), w.T("ui.print.none-next")), kit.NewField(w.T("ui.print.paper"), "", paper), large, nameless)
		do.Disable()
	}
	if v.busy {
		do.Disable()
		side = append(side, kit.NewProgress(kit.ProgressConfig{Clock: c.clock(c.scope), Words: w.T("ui.print.sending")}))
	}
	side = append(side, kit.Banner(kit.Info, w.T("ui.print.once"), w.T("ui.print.once-why"), ""))
	p := kit.Page{
		Crumbs: c.crumbs(c.crumb(placeBackup), kit.Crumb{Name: w.T("ui.print.do")}), Title: w.T("ui.print.title"),
		Body:    []fyne.CanvasObject{kit.Beside(kit.S32, 220, c.drawSheet(v.sheet, v.look), kit.V(kit.S20, side...))},
		Left:    []fyne.CanvasObject{kit.NewButton(w.T("wizard.cancel"), "", kit.Quiet, in.leave)},
		Actions: []fyne.CanvasObject{save, do},
	}
	first := fyne.Focusable(do)
	enter := do
	if len(v.printers) == 0 {
		first, enter = save, save
	}
	return drawn{content: c.page(p), first: first, keys: kit.Keys{Enter: func() { enter.Tapped(nil) }, Escape: in.leave}, ready: v.asked}
}

// drawSheet is the page as it will be printed: black on white in both themes.
func (c *Console) drawSheet(s sheet, look sheetLook) fyne.CanvasObject {
	w := c.words
	code, small := kit.CodeM, kit.Caption
	if look.Large {
		code, small = kit.Role{Size: 20, Line: 26, Strong: true, Mono: true}, kit.Body
	}
	code, small = code.Fixed(), small.Fixed()
	rule := func() fyne.CanvasObject { return kit.Sized(0, 1, kit.NewBox(kit.PaperInk, "", 0)) }
	line := func(one api.SaveBackupCode) fyne.CanvasObject {
		return kit.Inset(0, kit.S8, 0, kit.S8, kit.H(kit.S12, kit.Sized(24, 0, kit.NewText(strconv.Itoa(one.Number), code, kit.PaperInk)),
			kit.NewText(strings.ReplaceAll(one.Code, "-", " "), code, kit.PaperInk), kit.Gap(), kit.Sized(18, 18, kit.NewBox(kit.Paper, kit.PaperInk, 3)),
			kit.NewText(w.T("ui.sheet.used"), small, kit.PaperInk)))
	}
	head := w.T("ui.sheet.head", s.account, s.date)
	if look.Nameless {
		head = s.date
	}
	parts := []fyne.CanvasObject{
		kit.H(kit.S12, kit.Mark(32), kit.Grow(kit.V(0, kit.NewText(w.T("ui.sheet.title"), kit.Heading.Fixed(), kit.PaperInk), kit.NewText(head, kit.Caption.Fixed(), kit.PaperInk)))),
		rule(),
	}
	for _, one := range s.codes {
		parts = append(parts, line(one))
	}
	parts = append(parts, rule())
	heading, rules := c.sheetRules()
	words := []fyne.CanvasObject{kit.NewText(heading, kit.Strong.Fixed(), kit.PaperInk).Wrapped()}
	for _, r := range rules {
		words = append(words, kit.NewText(r, small, kit.PaperInk).Wrapped())
	}
	parts = append(parts, kit.V(kit.S8, words...))
	paper := kit.NewBox(kit.Paper, kit.Hairline, 2)
	paper.Shadow = true
	width, height := float32(420), float32(594)
	if look.Letter {
		height = 544
	}
	return kit.Sized(width, height, kit.Z(paper, kit.Pad(kit.S32, kit.V(kit.S16, parts...))))
}
