package ui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/print"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A Printer reaches the print system of this computer; print.System is one.
type Printer interface {
	Printers(ctx context.Context) ([]print.Printer, error)
	Print(ctx context.Context, printer string, pdf []byte, copies int) (jobID string, err error)
	// Follow calls tell for each state of a job until one is final.
	Follow(ctx context.Context, jobID string, tell func(print.Job)) error
	Remove(ctx context.Context, jobID string) error // deletes a job with its documents
	Open(ctx context.Context, path string) error    // in the program that shows such files
}

// A printPage shows a sheet of backup codes as it will be printed, and prints it
// (R77). Leaving the page drops it: the sheet contains the codes.
type printPage struct {
	sheets
	scope *shell.Scope
	back  shell.Screen
	done  func(func(*wizard.Saved))

	sheet    print.Sheet
	nameless bool // leave out the account's name
	printers []print.Printer
	asked    bool // the system has listed its printers
	chosen   int  // index of the printer
	copies   string
	wrong    bool      // the number of copies was refused
	busy     bool      // the sheet is being sent
	job      *printJob // the last one that was sent; nil for none
}

func newPrintPage(s sheets, back shell.Screen, sheet print.Sheet, done func(func(*wizard.Saved))) *printPage {
	return &printPage{sheets: s, back: back, done: done, sheet: sheet, copies: "1"}
}

// Unsaved is the question of the page that opened the preview. Nothing is printed yet.
func (p *printPage) Unsaved() string {
	if b, ok := p.back.(interface{ Unsaved() string }); ok {
		return b.Unsaved()
	}
	return ""
}

func (p *printPage) Page() shell.PageID { return p.back.Page() }
func (p *printPage) OnTopic(string)     {}

func (p *printPage) Enter(s *shell.Scope) {
	p.scope = s
	s.Go(func(ctx context.Context) func() {
		printers, err := p.printer.Printers(ctx)
		return func() {
			p.asked = true
			if err == nil { // without a print system the sheet can be saved, as without a printer
				p.printers = printers
			}
			p.c.Refocus()
			p.c.Redraw()
		}
	})
}

func (p *printPage) leave() { p.c.ReturnTo(p.back) }

// maxCopies is the largest number of copies.
const maxCopies = 20

// savePDF saves the sheet as PDF. Without a printer it is opened as well.
func (p *printPage) savePDF() {
	c, sheet := p.c, p.printed()
	c.SaveAs(shell.SaveRequest{
		Title: "ui.save.codes", Name: "nightlatch-backup-codes-" + c.Account().Username,
		Forms: []shell.SaveForm{{Key: "ui.save.pdf", Ending: ".pdf", Make: func() ([]byte, error) { return print.PDF(sheet) }}},
		Done: func(path string) {
			p.done(func(s *wizard.Saved) { s.Saved = true })
			if len(p.printers) == 0 {
				c.Root().Go(func(ctx context.Context) func() {
					if p.printer.Open(ctx, path) != nil {
						return func() { c.Toast.Say(c.Catalog.T("ui.print.no-viewer", path)) }
					}
					return func() { c.Toast.Say(c.Catalog.T("ui.print.opening", path)) }
				})
			}
			p.leave()
		},
	})
}

// sendLimit limits how long the print system takes to accept a sheet.
const sendLimit = time.Minute

// sending reports whether a sheet is being sent or printed.
func (p *printPage) sending() bool { return p.busy || p.job != nil && p.job.running() }

func (p *printPage) send() {
	c := p.c
	if p.sending() || p.chosen >= len(p.printers) {
		return
	}
	copies, err := strconv.Atoi(strings.TrimSpace(p.copies))
	if err != nil || copies < 1 || copies > maxCopies {
		p.wrong = true
		c.Redraw()
		return
	}
	printer, sheet := p.printers[p.chosen], p.printed()
	p.busy = true
	c.Redraw()
	c.Root().Go(func(ctx context.Context) func() { // continues after the page is left, to follow the codes
		ctx, cancel := context.WithTimeout(ctx, sendLimit)
		defer cancel()
		job := ""
		document, err := print.PDF(sheet)
		if err == nil {
			job, err = p.printer.Print(ctx, printer.Name, document, copies)
		}
		return func() {
			p.busy = false
			if err != nil {
				if c.Front() == shell.Screen(p) {
					c.Warn(explain.Explanation{Code: "print", What: c.Catalog.T("error.print.what"), Why: c.Catalog.T("error.print.why", printer.Description), Next: c.Catalog.T("error.print.next")})
				}
				return
			}
			p.job = &printJob{sheets: p.sheets, id: job, printer: printer, changed: p.jobChanged, done: p.done}
			p.job.follow()
			c.RedrawIf(p)
		}
	})
}

// jobChanged draws the page again, and leaves it when the sheet is printed.
func (p *printPage) jobChanged() {
	switch {
	case p.c.Front() != shell.Screen(p):
	case p.job.state.State == print.Printed && !p.job.running():
		p.leave()
	default:
		p.c.Redraw()
	}
}

// Draw draws the preview and the choices beside it.
func (p *printPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	do := control.NewButton(w.T("ui.print.do"), "printer", control.Primary, p.send)
	if p.sending() || len(p.printers) == 0 {
		do.Disable()
	}
	page := kit.Page{
		Crumbs: c.Breadcrumbs(shell.BackupCodes, w.T("ui.print.do")), Title: w.T("ui.print.title"),
		Body:    []fyne.CanvasObject{look.Beside(look.S24, look.Points(220), drawPaper(p.printed(), p.paperWidth()), look.V(look.S20, p.drawChoices()...))},
		Left:    []fyne.CanvasObject{control.NewButton(w.T("wizard.cancel"), "", control.Quiet, p.leave)},
		Actions: []fyne.CanvasObject{control.NewButton(w.T("ui.print.save"), "save", control.Secondary, p.savePDF), do},
	}
	if p.job != nil && !p.busy { // above the sheet, where it is seen
		page.Body = append([]fyne.CanvasObject{p.job.draw().AsNews()}, page.Body...)
	}
	primary := do
	if p.asked && len(p.printers) == 0 {
		primary = control.NewButton(w.T("ui.print.save-open"), "save", control.Primary, p.savePDF)
		page.Actions = []fyne.CanvasObject{primary}
	}
	return shell.View{Content: c.Page(page), First: primary, Bindings: control.Bindings{Enter: func() { primary.Tapped(nil) }, Escape: p.leave}, Ready: p.asked}
}

// roomyWindow is the least width of a window whose pages have room for the large preview.
const roomyWindow = 1000

// paperWidth is the width of the preview.
func (p *printPage) paperWidth() float32 {
	if p.c.PanelShown() || p.c.Window().Canvas().Size().Width < roomyWindow {
		return paperNarrow
	}
	return paperWidth
}

// drawChoices draws the choices: printer, paper, copies, and the contents of the sheet.
func (p *printPage) drawChoices() (side []fyne.CanvasObject) {
	c, w := p.c, p.c.Catalog
	var printers, papers []string
	for _, one := range p.printers {
		printers = append(printers, one.Description)
	}
	paperAt := 0
	for i, one := range print.Papers() {
		papers = append(papers, one.Name)
		if one.Name == p.sheet.Paper.Name {
			paperAt = i
		}
	}
	printer := control.NewSelector(control.SelectorConfig{Icon: "printer", Options: printers, Selected: p.chosen, OnPick: func(i int) { p.chosen = i }})
	paper := control.NewSelector(control.SelectorConfig{Options: papers, Selected: paperAt, OnPick: func(i int) { p.sheet.Paper = print.Papers()[i]; c.Redraw() }})
	copies := control.NewTextField(w.T("ui.print.copies"), "", control.InputConfig{Text: p.copies, Limit: 3, OnChanged: func(s string) { p.copies, p.wrong = s, false }})
	if p.wrong {
		copies.Refuse(explain.Explanation{What: w.T("error.copies.what"), Why: w.T("error.copies.why", maxCopies), Next: w.T("error.copies.next")}.Sentence())
	}
	large := control.NewToggle(control.CheckForm, p.sheet.Large, look.NewText(w.T("ui.print.large"), look.Body, look.Ink).Wrapped())
	large.OnChanged = func(on bool) { p.sheet.Large = on; c.Redraw() }
	nameless := control.NewToggle(control.CheckForm, p.nameless, look.NewText(w.T("ui.print.nameless"), look.Body, look.Ink).Wrapped())
	nameless.OnChanged = func(on bool) { p.nameless = on; c.Redraw() }
	switch {
	case len(p.printers) > 0:
		side = append(side, control.NewField(w.T("ui.print.printer"), "", printer), control.NewField(w.T("ui.print.paper"), "", paper), copies, large, nameless)
	case p.asked:
		side = append(side, kit.NewBanner(look.Attention, w.T("ui.print.none"), w.T("ui.print.none-why"), w.T("ui.print.none-next")), control.NewField(w.T("ui.print.paper"), "", paper), large, nameless)
	}
	if p.busy {
		side = append(side, kit.NewProgress(kit.ProgressConfig{Clock: c.Clock(c.Scope()), Words: w.T("ui.print.sending")}))
	}
	return append(side, kit.NewBanner(look.Info, w.T("ui.print.once"), w.T("ui.print.once-why"), ""))
}

// printed is the sheet as it will be printed.
func (p *printPage) printed() print.Sheet {
	s := p.sheet
	if p.nameless {
		s.Account = ""
	}
	return s
}
