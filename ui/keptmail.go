package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// placeMail is no entry of the rail: it opens the newest mail that is kept here.
const placeMail = "mail"

// shownKept is how many of the newest kept mails are offered.
const shownKept = 10

// A keptMail is how one looks for a mail that is kept here.
type keptMail struct {
	news  int         // how often some came
	empty *kit.Dialog // says that there is none; nil when it is not open
}

// readKept opens the mail that is kept on this computer because no mail server
// is set up: the newest, and the others in a list below. One that is still on its
// way opens when it comes.
func (c *Console) readKept() {
	news := c.mail.news
	c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		list, err := server.Messages(ctx)
		return func() {
			if len(list) == 0 && c.mail.news != news { // it came meanwhile
				c.readKept()
				return
			}
			c.showKept(list, 0)
		}, err
	})
}

// mailCame opens the mail that one was looking for.
func (c *Console) mailCame() {
	c.mail.news++
	if c.mail.empty != nil {
		c.readKept()
	}
}

func (c *Console) showKept(list []api.Message, at int) {
	w, now := c.words, c.now()
	if c.mail.empty != nil {
		c.mail.empty.Close()
		c.mail.empty = nil
	}
	if len(list) == 0 {
		c.mail.empty = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
			Title: w.T("ui.kept.none"), Words: w.T("ui.kept.none-why"), Icon: "mail", Cancel: w.T("kit.close"),
			OnClose: func() { c.mail.empty = nil },
		})
		return
	}
	m := list[at]
	body := []fyne.CanvasObject{kit.Para(unwrapped(m.Text), kit.Ink)}
	var dialog *kit.Dialog
	var rows []fyne.CanvasObject
	for i, other := range list[:min(len(list), shownKept)] {
		if i == at {
			continue
		}
		row := kit.NewTapRow(kit.Inset(kit.S12, kit.S8, kit.S12, kit.S8, kit.H(kit.S8, kit.Grow(kit.NewText(other.Subject, kit.Body, kit.Ink)),
			kit.NewText(w.Moment(now, other.At), kit.Caption, kit.Ink2))), func() {
			dialog.Close()
			c.showKept(list, i)
		})
		row.Name = other.Subject
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		body = append(body, kit.Section(w.T("ui.kept.others")), kit.List(kit.S12, rows...))
	}
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: m.Subject, Words: w.T("ui.kept.head", m.To, w.DayAndClock(now, m.At)), Icon: "mail", Body: body, Cancel: w.T("kit.close"),
	})
}

// unwrapped is a mail's text without the ends of lines that are there only
// because the line was full.
func unwrapped(text string) string {
	var b strings.Builder
	short := true // the line before ended early, or there was none
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

// mailFull is how long a line of a mail is at least, in bytes, if it goes on in
// the next.
const mailFull = 60
