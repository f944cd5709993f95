package lab

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
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
		role, dot := kit.Body, kit.Clear
		if !p.state.Read[MailID(m)] {
			role, dot = kit.Strong, kit.Accent
		}
		row := kit.NewTapRow(kit.Inset(kit.S12, kit.S8, kit.S12, kit.S8, kit.H(kit.S8, kit.Sized(8, 8, kit.NewDisc(dot, "")),
			kit.Grow(kit.NewText(m.Subject, role, kit.Ink)), kit.NewText(w.Moment(now, m.At), kit.Caption, kit.Ink2))), func() { p.readMail(m) })
		row.Name = m.Subject
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return kit.Card(kit.Pad(kit.S12, kit.NewText(w.T("lab.no-mail"), kit.Caption, kit.Ink2).Wrapped()))
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
	c.Dialog(kit.DialogConfig{
		Title: m.Subject, Words: c.Catalog.T("lab.mail.head", m.To, c.Catalog.DayAndClock(c.Now(), m.At)), Icon: "mail",
		Body: []fyne.CanvasObject{kit.Para(strings.TrimSpace(m.Text), kit.Ink)}, Cancel: c.Catalog.T("kit.close"),
	})
}
