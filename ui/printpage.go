package ui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/ui/kit"
	"nightlatch/ui/print"
	"nightlatch/ui/wizard"
)

// A printPage shows the sheet as it will be, and prints it (R77). The codes are
// on it, so it is left for good when it is left.
type printPage struct {
	c     *Console
	scope *Scope
	back  screen
	done  func(func(*wizard.Saved))
	view  printView
}

// unsaved is what the page behind it says: nothing is printed yet.
func (p *printPage) unsaved() bool {
	k, ok := p.back.(keeper)
	return ok && k.unsaved()
}

// A printView is what the page is drawn from.
type printView struct {
	sheet    print.Sheet
	nameless bool // without the account's name
	printers []print.Printer
	asked    bool // the system told its printers
	printer  int
	copies   string
	busy     bool
}

func newPrintPage(c *Console, back screen, s print.Sheet, done func(func(*wizard.Saved))) *printPage {
	return &printPage{c: c, back: back, done: done, view: printView{sheet: s, copies: "1"}}
}

func (p *printPage) place() string { return p.back.place() }
func (p *printPage) hear(string)   {}

func (p *printPage) enter(s *Scope) {
	p.scope = s
	s.Go(func(ctx context.Context) func() {
		printers, err := p.c.cfg.Printer.Printers(ctx)
		return func() {
			p.view.asked = true
			if err == nil { // no printer and no print system come to the same: the sheet is saved
				p.view.printers = printers
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
		save:    p.save,
		print:   p.print,
	})
}

// save saves the sheet as PDF; where there is no printer it is opened as well.
func (p *printPage) save() {
	c, sheet := p.c, p.view.shown()
	c.saveAs(saveRequest{
		title: "ui.save.codes", name: "nightlatch-backup-codes-" + c.account.Username,
		forms: []saveForm{{"ui.save.pdf", ".pdf", func() ([]byte, error) { return print.PDF(sheet) }}},
		done: func(path string) {
			p.done(func(s *wizard.Saved) { s.Saved = true })
			if len(p.view.printers) == 0 {
				c.root.Go(func(ctx context.Context) func() {
					if c.cfg.Printer.Open(ctx, path) != nil {
						return func() { c.toast.Say(c.words.T("ui.print.no-viewer", path)) }
					}
					return func() { c.toast.Say(c.words.T("ui.print.opening", path)) }
				})
			}
			c.comeBack(p.back)
		},
	})
}

func (p *printPage) print() {
	c := p.c
	copies, err := strconv.Atoi(strings.TrimSpace(p.view.copies))
	if err != nil || copies < 1 || copies > maxCopies {
		c.warn(explain.Explanation{Code: "copies", What: c.words.T("error.copies.what"), Why: c.words.T("error.copies.why", maxCopies), Next: c.words.T("error.copies.next")})
		return
	}
	printer, sheet := p.view.printers[p.view.printer], p.view.shown()
	p.view.busy = true
	c.redraw()
	p.scope.Go(func(ctx context.Context) func() {
		job := ""
		document, err := print.PDF(sheet)
		if err == nil {
			job, err = c.cfg.Printer.Print(ctx, printer.Name, document, copies)
		}
		return func() {
			p.view.busy = false
			if err != nil {
				c.warn(explain.Explanation{Code: "print", What: c.words.T("error.print.what"), Why: c.words.T("error.print.why", printer.Description), Next: c.words.T("error.print.next")})
				return
			}
			c.forgetJob(job)
			p.done(func(s *wizard.Saved) { s.Printed = true })
			c.comeBack(p.back)
			c.toast.Say(c.words.T("ui.print.done", printer.Description))
		}
	})
}

// forgetTime is how long the print system gets before we no longer wait to
// delete what it kept of a sheet.
const forgetTime = 10 * time.Minute

// forgetJob deletes what the print system keeps of a job, once it is printed.
func (c *Console) forgetJob(job string) {
	c.root.Follow(func(ctx context.Context, tell func(func())) {
		ctx, cancel := context.WithTimeout(ctx, forgetTime)
		defer cancel()
		if err := c.cfg.Printer.Forget(ctx, job); err != nil && ctx.Err() == nil {
			tell(func() { c.toast.Say(c.words.T("ui.print.kept")) })
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
	var printers, papers []string
	for _, p := range v.printers {
		printers = append(printers, p.Description)
	}
	paperAt := 0
	for i, p := range print.Papers() {
		papers = append(papers, p.Name)
		if p.Name == v.sheet.Paper.Name {
			paperAt = i
		}
	}
	printer := kit.NewSelector(kit.SelectorConfig{Icon: "printer", Options: printers, Selected: v.printer, OnPick: func(i int) { v.printer = i }})
	paper := kit.NewSelector(kit.SelectorConfig{Options: papers, Selected: paperAt, OnPick: func(i int) { v.sheet.Paper = print.Papers()[i]; in.changed() }})
	copies := kit.NewTextField(w.T("ui.print.copies"), "", kit.InputConfig{Text: v.copies, Limit: 3, OnChanged: func(s string) { v.copies = s }})
	large := kit.NewToggle(kit.CheckForm, v.sheet.Large, kit.NewText(w.T("ui.print.large"), kit.Body, kit.Ink).Wrapped())
	large.OnChanged = func(on bool) { v.sheet.Large = on; in.changed() }
	nameless := kit.NewToggle(kit.CheckForm, v.nameless, kit.NewText(w.T("ui.print.nameless"), kit.Body, kit.Ink).Wrapped())
	nameless.OnChanged = func(on bool) { v.nameless = on; in.changed() }

	save := kit.NewButton(w.T("ui.print.save"), "save", kit.Secondary, in.save)
	do := kit.NewButton(w.T("ui.print.do"), "printer", kit.Primary, in.print)
	side := []fyne.CanvasObject{}
	switch {
	case len(v.printers) > 0:
		side = append(side, kit.NewField(w.T("ui.print.printer"), "", printer), kit.NewField(w.T("ui.print.paper"), "", paper), copies, large, nameless)
	case v.asked:
		side = append(side, kit.NewBanner(kit.Attention, w.T("ui.print.none"), w.T("ui.print.none-why"), w.T("ui.print.none-next")), kit.NewField(w.T("ui.print.paper"), "", paper), large, nameless)
	}
	if v.busy {
		do.Disable()
		side = append(side, kit.NewProgress(kit.ProgressConfig{Clock: c.clock(c.scope), Words: w.T("ui.print.sending")}))
	}
	side = append(side, kit.NewBanner(kit.Info, w.T("ui.print.once"), w.T("ui.print.once-why"), ""))
	p := kit.Page{
		Crumbs: c.crumbs(c.crumb(placeBackup), kit.Crumb{Name: w.T("ui.print.do")}), Title: w.T("ui.print.title"),
		Body:    []fyne.CanvasObject{kit.Beside(kit.S32, 220, drawPaper(v.shown()), kit.V(kit.S20, side...))},
		Left:    []fyne.CanvasObject{kit.NewButton(w.T("wizard.cancel"), "", kit.Quiet, in.leave)},
		Actions: []fyne.CanvasObject{save, do},
	}
	primary := do
	if v.asked && len(v.printers) == 0 {
		primary = kit.NewButton(w.T("ui.print.save-open"), "save", kit.Primary, in.save)
		p.Actions = []fyne.CanvasObject{primary}
	}
	return drawn{content: c.page(p), first: primary, keys: kit.Bindings{Enter: func() { primary.Tapped(nil) }, Escape: in.leave}, ready: v.asked}
}

// shown is the sheet as it will be printed.
func (v *printView) shown() print.Sheet {
	s := v.sheet
	if v.nameless {
		s.Account = ""
	}
	return s
}
