package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// readMail opens a mail.
func (l *labPanel) readMail(m api.LabMail) {
	c := l.c
	l.view.read[mailID(m)] = true
	l.redraw()
	kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: m.Subject, Words: c.words.T("lab.mail.head", m.To, c.words.DayAndClock(c.now(), m.At)), Icon: "mail",
		Body: []fyne.CanvasObject{kit.Para(strings.TrimSpace(m.Text), kit.Ink)}, Cancel: c.words.T("kit.close"),
	})
}

// askMove asks by how much to move the clock on.
func (l *labPanel) askMove() {
	c, w := l.c, l.c.words
	by := kit.NewTextField(w.T("lab.move.by"), w.T("lab.move.hint"), kit.InputConfig{Text: "59m59s", Limit: 32})
	var dialog *kit.Dialog
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: w.T("lab.move"), Words: w.T("lab.move.why"), Icon: "clock", Body: []fyne.CanvasObject{by}, Do: w.T("lab.move.do"), Keep: true,
		OnDo: func() {
			d, err := time.ParseDuration(strings.ReplaceAll(by.Text(), " ", ""))
			if err != nil || d <= 0 {
				by.Refuse(w.T("lab.move.malformed"))
				return
			}
			dialog.Close()
			l.advance(d)
		},
	})
}
