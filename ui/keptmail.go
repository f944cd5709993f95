package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// shownKept is how many of the newest mails are listed.
const shownKept = 10

// A mailbox shows the mail that is kept on this computer because no mail server is
// set up.
type mailbox struct {
	c        *shell.Console
	received int             // how many times mail has arrived
	empty    *control.Dialog // shown while there is no mail, else nil
	asked    int             // how many times the list was requested
}

// open shows the newest mail, with a list of the others below. If there is no
// mail yet, the next one is shown when it arrives.
func (m *mailbox) open() {
	m.asked++
	received, asked := m.received, m.asked
	m.c.Fetch(func(ctx context.Context, server *client.Client) (func(), error) {
		list, err := server.Messages(ctx)
		return func() {
			if m.asked != asked { // a later request shows the list
				return
			}
			if len(list) == 0 && m.received != received { // mail arrived after the request
				m.open()
				return
			}
			m.show(list, 0)
		}, err
	})
}

// onTopic opens the mail that the person was waiting for.
func (m *mailbox) onTopic(topic string) {
	if topic != api.TopicMessages {
		return
	}
	m.received++
	if m.empty != nil {
		m.open()
	}
}

// show shows one mail of a list.
func (m *mailbox) show(list []api.Message, at int) {
	c, w, now := m.c, m.c.Catalog, m.c.Now()
	if m.empty != nil {
		m.empty.Close()
		m.empty = nil
	}
	if len(list) == 0 {
		why := "ui.kept.none-why"
		if !m.c.About().MailKept { // only mail to unconfirmed addresses is kept
			why = "ui.kept.none-unproved"
		}
		m.empty = c.Dialog(control.DialogConfig{
			Title: w.T("ui.kept.none"), Words: w.T(why), Icon: "mail", Cancel: w.T("kit.close"),
			OnClose: func() { m.empty = nil },
		})
		return
	}
	mail := list[at]
	body := []fyne.CanvasObject{look.Para(unwrapped(mail.Text), look.Ink)}
	var dialog *control.Dialog
	var rows []fyne.CanvasObject
	for i, other := range list[:min(len(list), shownKept)] {
		if i == at {
			continue
		}
		row := control.NewTapRow(look.Inset(look.S12, look.S8, look.S12, look.S8, look.H(look.S8, look.Grow(look.NewText(other.Subject, look.Body, look.Ink)),
			look.NewText(w.Moment(now, other.At), look.Caption, look.Ink2))), func() {
			dialog.Close()
			m.show(list, i)
		})
		row.Name = other.Subject
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		body = append(body, kit.Section(w.T("ui.kept.others")), kit.List(look.S12, rows...))
	}
	dialog = c.Dialog(control.DialogConfig{
		Title: mail.Subject, Words: w.T("ui.kept.head", mail.To, w.DayAndClock(now, mail.At)), Icon: "mail", Body: body, Cancel: w.T("kit.close"),
	})
}

// unwrapped joins the wrapped lines of a mail's text.
func unwrapped(text string) string {
	var b strings.Builder
	short := true // the line before was not full, or there was none
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		switch {
		case b.Len() == 0:
		case line == "" || short:
			b.WriteString("\n")
		default:
			b.WriteString(" ")
		}
		b.WriteString(line)
		short = len(line) < mailFull
	}
	return b.String()
}

// mailFull is the shortest length of a wrapped line, in bytes.
const mailFull = 60
