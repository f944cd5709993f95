package lab

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// shownMail is how many of the newest mails are listed.
const shownMail = 5

func (p *Panel) drawMail() fyne.CanvasObject {
	w, now := p.c.Catalog, p.c.Now()
	var rows []fyne.CanvasObject
	for _, m := range slices.Backward(p.state.Mail) {
		if len(rows) == shownMail {
			break
		}
		role, dot := look.Body, look.Clear
		if !p.state.Read[MailID(m)] {
			role, dot = look.Strong, look.Accent
		}
		row := control.NewTapRow(look.Inset(look.S12, look.S8, look.S12, look.S8, look.H(look.S8, look.Sized(8, 8, look.NewDisc(dot, "")),
			look.Grow(look.NewText(m.Subject, role, look.Ink)), look.NewText(w.Moment(now, m.At), look.Caption, look.Ink2))), func() { p.readMail(m) })
		row.Name = m.Subject
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return kit.Card(look.Pad(look.S12, look.NewText(w.T("lab.no-mail"), look.Caption, look.Ink2).Wrapped()))
	}
	return kit.List(28, rows...)
}

// MailID distinguishes mails, which have no ID.
func MailID(m api.LabMail) string {
	return m.To + "\n" + m.Subject + "\n" + m.At.Format(time.RFC3339Nano)
}

// readMail opens a mail.
func (p *Panel) readMail(m api.LabMail) {
	c := p.c
	p.state.Read[MailID(m)] = true
	p.Redraw()
	c.Dialog(control.DialogConfig{
		Title: m.Subject, Words: c.Catalog.T("lab.mail.head", m.To, c.Catalog.DayAndClock(c.Now(), m.At)), Icon: "mail",
		Body: []fyne.CanvasObject{look.Para(strings.TrimSpace(m.Text), look.Ink)}, Cancel: c.Catalog.T("kit.close"),
	})
}
