package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
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

// askKey asks what kind of key to plug in.
func (l *labPanel) askKey() {
	c, w := l.c, l.c.words
	transport := 0
	name := kit.NewTextField(w.T("lab.plug.name"), "", kit.InputConfig{Text: w.T("lab.plug.name-text"), Limit: 64})
	pin := kit.NewTextField(w.T("lab.plug.pin"), w.T("lab.plug.pin-hint"), kit.InputConfig{Limit: 63})
	how := kit.Choices(0, func(i int) { transport = i }, w.T("transport.usb"), w.T("transport.nfc")).Named(w.T("lab.plug.transport"))
	var dialog *kit.Dialog
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: w.T("lab.plug"), Words: w.T("lab.plug.why"), Icon: "key",
		Body: []fyne.CanvasObject{name, kit.NewField(w.T("lab.plug.transport"), "", kit.H(0, how, kit.Gap())), pin},
		Do:   w.T("lab.plug.do"), Keep: true,
		OnDo: func() {
			k := api.LabKey{Name: strings.TrimSpace(name.Text()), Transport: []string{"usb", "nfc"}[transport], PIN: pin.Text()}
			if k.Name == "" {
				name.Refuse(w.T("error.empty.label.what"))
				return
			}
			if n := len([]rune(k.PIN)); n > 0 && n < 4 {
				pin.Refuse(w.T("lab.plug.pin-short"))
				return
			}
			dialog.Do().Disable()
			server := c.cfg.Client
			l.scope.Go(func(ctx context.Context) func() {
				_, err := server.PlugKey(ctx, k)
				return func() {
					if err != nil {
						dialog.Do().Enable()
						pin.Refuse(wizard.Explain(w, err).What)
						return
					}
					dialog.Close()
					l.look("")
				}
			})
		},
	})
}
