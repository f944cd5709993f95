package ui

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/print"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// sheets save and print backup codes that are shown once, and check copies of
// them (R77).
type sheets struct {
	c       *shell.Console
	printer Printer
}

// sheet is the sheet with codes that were just made.
func (s sheets) sheet(codes ...api.SaveBackupCode) print.Sheet {
	host, err := os.Hostname()
	if err != nil {
		host = "" // the sheet leaves it out
	}
	a := s.c.Account()
	sheet := print.Sheet{
		Account: a.Username, Host: host, Date: s.c.Now(), Words: s.c.Catalog,
		Strict: a.Policy != api.PolicyHardened, Paper: print.UsualPaper(s.c.Catalog.Region()),
	}
	for _, code := range codes {
		sheet.Codes = append(sheet.Codes, print.Code{Number: code.Number, Code: code.Code})
	}
	return sheet
}

// plainCodes are codes for the clipboard, one per line.
func plainCodes(made []api.NewBackupCode) string {
	var lines []string
	for _, m := range made {
		lines = append(lines, m.Code)
	}
	return strings.Join(lines, "\n")
}

// Save is part of ceremony.Sheets.
func (s sheets) Save(code api.SaveBackupCode, done func(func(*wizard.Saved))) {
	s.save(s.sheet(code), done)
}

// Print is part of ceremony.Sheets.
func (s sheets) Print(from shell.Screen, code api.SaveBackupCode, done func(func(*wizard.Saved))) {
	s.print(from, s.sheet(code), done)
}

// Check is part of ceremony.Sheets.
func (s sheets) Check(scope *shell.Scope, right func(number int)) { s.checkCopy(scope, right) }

// keepLimit limits how long the server takes to record that codes were kept.
const keepLimit = time.Minute

// recorded returns done, which also tells the server that the codes of the sheet were
// printed or saved (R77). It does so after the page was left, too: a printer takes its time.
func (s sheets) recorded(sheet print.Sheet, done func(func(*wizard.Saved))) func(func(*wizard.Saved)) {
	c, server := s.c, s.c.Server()
	return func(how func(*wizard.Saved)) {
		done(how)
		var did wizard.Saved
		how(&did)
		kept := api.KeptSaved
		switch {
		case did.Printed:
			kept = api.KeptPrinted
		case !did.Saved:
			return
		}
		c.Root().Go(func(ctx context.Context) func() {
			ctx, cancel := context.WithTimeout(ctx, keepLimit)
			defer cancel()
			for _, code := range sheet.Codes {
				_, err := server.KeepBackupCode(ctx, code.Number, kept)
				var p *api.Problem
				if err != nil && !errors.As(err, &p) { // a problem means that the code is no longer active, or the session has ended
					return func() { c.Warn(explain.Code(c.Catalog, "not_recorded")) }
				}
			}
			return nil
		})
	}
}

// print shows the print preview. It returns to from.
func (s sheets) print(from shell.Screen, sheet print.Sheet, done func(func(*wizard.Saved))) {
	s.c.ShowScreen(newPrintPage(s, from, sheet, s.recorded(sheet, done)))
}

// save asks where to save the codes, as text or PDF.
func (s sheets) save(sheet print.Sheet, done func(func(*wizard.Saved))) {
	done = s.recorded(sheet, done)
	s.c.SaveAs(shell.SaveRequest{
		Title: "ui.save.codes", Name: "nightlatch-backup-codes-" + sheet.Account,
		Forms: []shell.SaveForm{
			{Key: "ui.save.pdf", Ending: ".pdf", Make: func() ([]byte, error) { return print.PDF(sheet) }},
			{Key: "ui.save.text", Ending: ".txt", Make: func() ([]byte, error) {
				text, err := print.Text(sheet)
				return []byte(text), err
			}},
		},
		Done: func(string) { done(func(s *wizard.Saved) { s.Saved = true }) },
	})
}

// checkCopy asks the person to type codes from the copy, and calls right with the number of
// each that is active. The code is not used up, and the server records that it was kept (R77).
func (s sheets) checkCopy(scope *shell.Scope, right func(number int)) {
	c, w := s.c, s.c.Catalog
	code := control.NewBackupField("")
	field := control.NewField(w.T("ui.check.code"), w.T("wizard.backup.hint"), code)
	result := look.V(0)
	var dialog *control.Dialog
	show := func(o fyne.CanvasObject) {
		result.Objects = []fyne.CanvasObject{o}
		result.Refresh()
		dialog.Refresh()
		dialog.Do().Enable()
		control.Focus(code)
		dialog.Tell()
	}
	refuse := func(t explain.Explanation) {
		if t.Field != "code" {
			show(kit.NewBanner(look.Refused, t.What, t.Why, t.Next))
			return
		}
		show(look.V(0))
		field.Refuse(t.Sentence())
		dialog.Tell()
	}
	code.OnChanged = func(string) {
		field.Clear()
		if len(result.Objects) > 0 {
			result.Objects = nil
			result.Refresh()
			dialog.Refresh()
		}
	}
	asked, server := scope.Child(), c.Server()
	dialog = c.Dialog(control.DialogConfig{
		Title: w.T("ui.codes.check"), Words: w.T("ui.check.why"), Icon: "verify", Body: []fyne.CanvasObject{field, result},
		Do: w.T("ui.check.do"), Cancel: w.T("kit.close"), Keep: true, OnClose: asked.Leave,
		OnDo: func() {
			if code.Code() == "" {
				field.Refuse(w.T("error.empty.backup.what"))
				return
			}
			dialog.Do().Disable()
			asked.Go(func(ctx context.Context) func() {
				got, err := server.CheckBackupCode(ctx, code.Code())
				next := 0
				if a, err := server.Account(ctx); err == nil {
					next = a.BackupCodes.Next
				}
				return func() {
					if err != nil {
						refuse(explain.Error(w, err))
						return
					}
					if got.State == "active" {
						code.Clear() // for the next one
					}
					if result := s.drawCheck(got, next); result != nil {
						show(result.AsNews())
					} else {
						refuse(explain.Explanation{Field: "code", What: w.T("ui.check.unknown"), Why: w.T("ui.check.unknown-why"), Next: w.T("ui.check.unknown-next")})
					}
					if got.State == "active" {
						right(got.Number)
					}
				}
			})
		},
	})
}

// drawCheck draws the state of a code that was typed from the copy, nil if it is no code of
// the account. next is the number that sign-in asks for next, 0 if that is not known.
func (s sheets) drawCheck(got api.BackupCodeCheck, next int) *kit.Banner {
	w := s.c.Catalog
	switch got.State {
	case "active":
		why := w.T("ui.check.active-why")
		if next > 0 && got.Number != next {
			why = w.T("ui.check.active-later", got.Number-1)
		}
		return kit.NewBanner(look.Info, w.T("ui.check.active", got.Number), why, "")
	case "used", "void":
		return kit.NewBanner(look.Attention, w.T("ui.check."+got.State, got.Number), w.T("ui.check."+got.State+"-why"), "")
	}
	return nil
}
