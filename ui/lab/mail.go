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

// shownMail is how many of the newest mails are listed at first.
const shownMail = 5

// drawMailbox draws the mailbox: how many mails are unread, and the newest ones.
func (p *Panel) drawMailbox() fyne.CanvasObject {
	w, unread := p.c.Catalog, 0
	for _, m := range p.state.Mail {
		if !p.state.Read[MailID(m)] {
			unread++
		}
	}
	head := look.H(look.S8, kit.Section(w.T("lab.mailbox")), look.Gap())
	if unread > 0 {
		head.Add(look.NewText(w.N("lab.mail.unread", unread), look.Caption, look.Ink2))
	}
	box := look.V(look.S8, head, p.drawMail())
	if older := len(p.state.Mail) - p.listed; older > 0 {
		box.Add(look.H(0, control.NewLink(w.N("lab.mail.older", older), func() {
			p.use(inPanel)
			p.listed += 20
			p.Redraw()
		}), look.Gap()))
	}
	p.mailbox = box
	return box
}

func (p *Panel) drawMail() fyne.CanvasObject {
	w, now := p.c.Catalog, p.c.Now()
	var rows []fyne.CanvasObject
	p.newest = nil
	for _, m := range slices.Backward(p.state.Mail) {
		if len(rows) == p.listed {
			break
		}
		role, dot := look.Body, look.Clear
		if !p.state.Read[MailID(m)] {
			role, dot = look.Strong, look.Accent
		}
		row := control.NewTapRow(look.Inset(look.S12, look.S8, look.S12, look.S8, look.H(look.S8, look.Sized(8, 8, look.NewDisc(dot, "")),
			look.Grow(look.NewText(m.Subject, role, look.Ink)), look.NewText(w.Moment(now, m.At), look.Caption, look.Ink2))), func() { p.readMail(m) })
		row.Name = m.Subject
		if len(rows) == 0 {
			p.newest = row
		}
		p.mark(MailID(m), row)
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
	p.use(inPanel)
	p.state.Read[MailID(m)] = true
	p.Redraw()
	c.Dialog(control.DialogConfig{
		Title: m.Subject, Words: c.Catalog.T("lab.mail.head", m.To, c.Catalog.DayAndClock(c.Now(), m.At)), Icon: "mail",
		Body: []fyne.CanvasObject{look.Para(strings.TrimSpace(m.Text), look.Ink)}, Cancel: c.Catalog.T("kit.close"),
	})
}
