package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/print"
	"nightlatch/ui/wizard"
)

// newSheet is the sheet that keeps codes which were just made (R77).
func (c *Console) newSheet(codes ...api.SaveBackupCode) print.Sheet {
	s := print.Sheet{
		Account: c.account.Username, Host: c.place, Date: c.now(), Words: c.words,
		Strict: c.account.Policy != "hardened", Paper: print.UsualPaper(c.words.Tag()),
	}
	for _, code := range codes {
		s.Codes = append(s.Codes, print.Code{Number: code.Number, Code: code.Code})
	}
	return s
}

// plainCodes are codes for the clipboard, one a line.
func plainCodes(made []api.NewBackupCode) string {
	var lines []string
	for _, m := range made {
		lines = append(lines, m.Code)
	}
	return strings.Join(lines, "\n")
}

// A sheetHost keeps a backup code that a wizard shows once.
type sheetHost struct {
	c    *Console
	page screen // where the print preview goes back to
}

func (h sheetHost) save(_ *Scope, code api.SaveBackupCode, done func(func(*wizard.Saved))) {
	h.c.saveSheet(h.c.newSheet(code), done)
}

func (h sheetHost) print(_ *Scope, code api.SaveBackupCode, done func(func(*wizard.Saved))) {
	h.c.show(newPrintPage(h.c, h.page, h.c.newSheet(code), done))
}

func (h sheetHost) check(s *Scope, _ api.SaveBackupCode, done func(func(*wizard.Saved))) {
	h.c.checkCopy(s, func() { done(func(s *wizard.Saved) { s.Checked = true }) })
}

// saveSheet asks where to save the codes, as text or PDF.
func (c *Console) saveSheet(s print.Sheet, done func(func(*wizard.Saved))) {
	c.saveAs(saveRequest{
		title: "ui.save.codes", name: "nightlatch-backup-codes-" + s.Account,
		forms: []saveForm{
			{"ui.save.pdf", ".pdf", func() ([]byte, error) { return print.PDF(s) }},
			{"ui.save.text", ".txt", func() ([]byte, error) {
				text, err := print.Text(s)
				return []byte(text), err
			}},
		},
		done: func(string) { done(func(s *wizard.Saved) { s.Saved = true }) },
	})
}

// checkCopy lets the person type a code back; it isn't used up (R77).
func (c *Console) checkCopy(s *Scope, right func()) {
	w := c.words
	code := kit.NewBackupField("")
	field := kit.NewField(w.T("ui.check.code"), w.T("wizard.backup.hint"), code)
	verdict := kit.V(0)
	var dialog *kit.Dialog
	show := func(o fyne.CanvasObject) {
		verdict.Objects = []fyne.CanvasObject{o}
		verdict.Refresh()
		dialog.Refresh()
		dialog.Do().Enable()
		kit.Focus(code)
	}
	code.OnChanged = func(string) {
		field.Clear()
		if len(verdict.Objects) > 0 {
			verdict.Objects = nil
			verdict.Refresh()
			dialog.Refresh()
		}
	}
	asked, server := s.Child(), c.server
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: w.T("ui.codes.check"), Words: w.T("ui.check.why"), Icon: "verify", Body: []fyne.CanvasObject{field, verdict},
		Do: w.T("ui.check.do"), Cancel: w.T("kit.close"), Keep: true, OnClose: asked.Leave,
		OnDo: func() {
			if code.Value == "" {
				field.Refuse(w.T("error.empty.backup.what"))
				return
			}
			dialog.Do().Disable()
			asked.Go(func(ctx context.Context) func() {
				got, err := server.CheckBackupCode(ctx, code.Value)
				return func() {
					if err != nil {
						t := explain.Error(w, err)
						show(kit.NewBanner(kit.Refused, t.What, t.Why, t.Next))
						return
					}
					show(c.verdict(got))
					if got.State == "active" {
						right()
					}
				}
			})
		},
	})
}

// verdict says what a code is that was typed back.
func (c *Console) verdict(got api.BackupCodeCheck) fyne.CanvasObject {
	w := c.words
	switch got.State {
	case "active":
		return kit.NewBanner(kit.Info, w.T("ui.check.active", got.Number), w.T("ui.check.active-why"), "")
	case "used", "void":
		return kit.NewBanner(kit.Attention, w.T("ui.check."+got.State, got.Number), w.T("ui.check."+got.State+"-why"), "")
	}
	return kit.NewBanner(kit.Refused, w.T("ui.check.unknown"), w.T("ui.check.unknown-why"), w.T("ui.check.unknown-next"))
}
