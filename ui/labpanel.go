package ui

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// A labPanel is the world around the account server, to look at and to touch:
// a phone and its carrier, a mailbox, security keys, and the clock. It uses the
// lab's HTTP calls like any other program.
type labPanel struct {
	c     *Console
	scope *Scope
	root  *fyne.Container
	view  labView
	phone *kit.Phone
	clock *kit.Text
	date  *kit.Text
}

// A labView is what the panel is drawn from.
type labView struct {
	phones   []api.LabPhone
	number   string // of the phone that is shown; "" for none
	texts    []api.LabText
	mail     []api.LabMail
	read     map[string]bool // mails that were opened
	keys     []api.LabKey
	accounts []api.LabAccount
	signedIn bool // a demo account's password is copied, not filled in
	trouble  *explain.Explanation
}

func newLabPanel(c *Console) *labPanel {
	l := &labPanel{c: c, root: kit.Z(), view: labView{read: map[string]bool{}}}
	l.phone = kit.NewPhone(kit.PhoneConfig{Carrier: c.words.T("lab.carrier-name"), Charge: "82 %"})
	l.clock, l.date = kit.NewText("", kit.CodeM, kit.Ink), kit.NewText("", kit.Caption, kit.Ink2)
	return l
}

func (l *labPanel) content() fyne.CanvasObject { return l.root }

// begin listens to the lab.
func (l *labPanel) begin(s *Scope) {
	if l.scope != nil {
		return
	}
	l.scope = s.Child()
	server := l.c.cfg.Client
	l.tick()
	l.redraw()
	l.scope.Every(time.Second, func() {
		if l.c.dock.Visible() {
			l.tick()
		}
	})
	l.look("")
	l.scope.Follow(func(ctx context.Context, tell func(func())) {
		for ctx.Err() == nil {
			events, err := server.LabEvents(ctx)
			if err == nil {
				for e := range events {
					tell(func() { l.heard(e.Topic) })
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	})
}

func (l *labPanel) heard(topic string) {
	if topic == api.TopicLabClock || topic == api.TopicLabReset {
		l.askTime()
	}
	if topic == api.TopicLabReset {
		l.view.read = map[string]bool{}
	}
	l.look(topic)
}

// askTime learns the lab's time, and lets the screen in front look again.
func (l *labPanel) askTime() {
	server := l.c.cfg.Client
	l.scope.Go(func(ctx context.Context) func() {
		now, err := server.Clock(ctx)
		if err != nil {
			return nil
		}
		return func() {
			l.c.learn(now)
			l.tick()
			if l.c.front != nil {
				l.c.front.hear(api.TopicLabClock)
			}
		}
	})
}

// tick shows the time, on the phone too, and the codes of that time.
func (l *labPanel) tick() {
	now := l.c.now()
	w := l.c.words
	l.clock.SetWords(now.Format("15:04:05"))
	l.date.SetWords(w.Date(now))
	l.phone.SetTime(w.Clock(now), w.Weekday(now))
	if slices.ContainsFunc(l.view.accounts, func(a api.LabAccount) bool { return a.AppCodeEnds != nil && !now.Before(*a.AppCodeEnds) }) {
		l.look("") // their apps show the next code
	}
}

// look loads what the panel shows.
func (l *labPanel) look(string) {
	if l.scope == nil {
		return
	}
	server, want := l.c.cfg.Client, l.wanted()
	l.scope.Go(func(ctx context.Context) func() {
		v := labView{number: want}
		var err error
		if v.phones, err = server.Phones(ctx); err != nil {
			return nil // it is asked again with the next event
		}
		if v.number == "" && len(v.phones) > 0 {
			v.number = v.phones[0].Number
		}
		if v.number != "" {
			if !slices.ContainsFunc(v.phones, func(p api.LabPhone) bool { return p.Number == v.number }) {
				if p, err := server.Phone(ctx, v.number); err == nil {
					v.phones = append(v.phones, p)
				}
			}
			v.texts, _ = server.PhoneMessages(ctx, v.number)
		}
		v.mail, _ = server.Mail(ctx, "")
		v.keys, _ = server.LabKeys(ctx)
		v.accounts, _ = server.LabAccounts(ctx)
		return func() { v.signedIn = l.c.session != nil; l.show(v) }
	})
}

// wanted is the number whose phone is shown: the account's, or the one chosen.
func (l *labPanel) wanted() string {
	switch {
	case l.view.number != "":
		return l.view.number
	case l.c.account.Phone != "":
		return l.c.account.Phone
	}
	return ""
}

// show takes what was loaded. Texts that are new slide into the phone.
func (l *labPanel) show(v labView) {
	before := l.view
	v.read, v.trouble = before.read, before.trouble
	fresh := len(v.texts) - len(before.texts)
	switch {
	case v.number != before.number || fresh < 0 || fresh > 3:
		l.phone.SetNotes(l.notes(v.texts))
	default:
		for _, t := range v.texts[len(v.texts)-fresh:] {
			l.phone.Notify(l.note(t))
		}
	}
	changed := !same(before, v)
	l.view = v
	if changed {
		l.redraw()
	}
}

// phoneNotes is how many texts fit on the phone.
const phoneNotes = 6

func (l *labPanel) notes(texts []api.LabText) []kit.PhoneNote {
	var out []kit.PhoneNote
	for _, t := range slices.Backward(texts) {
		if len(out) == phoneNotes {
			break
		}
		out = append(out, l.note(t))
	}
	return out
}

func (l *labPanel) note(t api.LabText) kit.PhoneNote {
	when := ""
	if t.At != nil {
		when = l.c.words.Moment(l.c.now(), *t.At)
	}
	return phoneNote(t, when)
}

// do carries something out in the lab. What goes wrong is said in the panel.
func (l *labPanel) do(work func(ctx context.Context, server *client.Client) error, then func()) {
	server := l.c.cfg.Client
	l.view.trouble = nil
	l.scope.Go(func(ctx context.Context) func() {
		err := work(ctx, server)
		return func() {
			if err != nil {
				why := explain.Error(l.c.words, err)
				l.view.trouble = &why
				l.redraw()
				return
			}
			if then != nil {
				then()
			}
			l.look("")
		}
	})
}

// redraw draws the panel; what has the keyboard in it keeps it.
func (l *labPanel) redraw() {
	canvas := l.c.window.Canvas()
	mark, nth := bookmark(l.root, canvas.Focused())
	place := placeIn(l.root, canvas.Focused())
	var at fyne.Position
	if s := scrollIn(l.root); s != nil {
		at = s.Offset
	}
	l.root.Objects = []fyne.CanvasObject{l.draw()}
	l.root.Refresh()
	if s := scrollIn(l.root); s != nil && at.Y > 0 {
		s.ScrollToOffset(at)
	}
	if mark != "" {
		f := find(l.root, mark, nth)
		if f == nil { // "Plug in" became "Take out"
			f = partAt(l.root, place)
		}
		canvas.Focus(f)
	}
}

func (l *labPanel) draw() fyne.CanvasObject {
	return l.c.drawLab(l.view, l.phone, l.clock, l.date, labInputs{
		close:   l.c.toggleLab,
		reset:   func() { l.c.confirm("lab.reset", nil, l.reset) },
		phone:   func(number string) { l.view.number = number; l.look("") },
		set:     l.set,
		text:    func(body string) { l.text(body) },
		advance: l.advance,
		other:   l.askMove,
		mail:    l.readMail,
		key:     l.key,
		plug:    l.askKey,
		use:     l.use,
		copy:    l.c.copy,
	})
}

func (l *labPanel) set(p api.LabPhone) {
	number := l.view.number
	if number == "" {
		return
	}
	l.do(func(ctx context.Context, server *client.Client) error {
		_, err := server.SetPhone(ctx, number, p)
		return err
	}, nil)
}

// shortCode is where subscribers text GO and STOP to (R18).
const shortCode = "40404"

func (l *labPanel) text(body string) {
	number := l.view.number
	l.do(func(ctx context.Context, server *client.Client) error {
		return server.SendText(ctx, number, shortCode, body)
	}, nil)
}

func (l *labPanel) advance(d time.Duration) {
	l.do(func(ctx context.Context, server *client.Client) error {
		_, err := server.AdvanceClock(ctx, d)
		return err
	}, l.askTime)
}

func (l *labPanel) reset() {
	l.do(func(ctx context.Context, server *client.Client) error { return server.ResetLab(ctx) }, func() {
		l.view.number = ""
		l.askTime()
		if l.c.session != nil {
			l.c.signedOut(nil)
		} else {
			l.c.begin()
		}
	})
}

// use fills a demo account into the door, or puts its password on the clipboard.
func (l *labPanel) use(a api.LabAccount) {
	c := l.c
	if d, ok := c.front.(*signIn); ok {
		if _, asks := d.state.View.Step.(api.EnterCredentials); asks {
			d.state.Draft.Username, d.state.Draft.Password = a.Username, a.Password
			c.uncover()
			c.refocus()
			c.redraw()
			return
		}
	}
	c.cfg.App.Clipboard().SetContent(a.Password)
	if c.session != nil {
		c.toast.Say(c.words.T("lab.use.signed-in", a.Username))
		return
	}
	c.toast.Say(c.words.T("lab.use.copied", a.Username))
}

// labFits reports whether a window of a width has room for the panel beside a
// page, at the text size in force; where it hasn't, the panel covers the page.
func (c *Console) labFits(width float32) bool {
	const leastPage = 520
	return width >= (kit.RailFolded+kit.LabWidth+leastPage)*c.textSize()+2
}

// showLab shows the panel, if it is hidden, and gives it the keyboard.
func (c *Console) showLab() {
	switch {
	case c.dock == nil:
	case !c.dock.Visible():
		c.toggleLab()
	default:
		c.focusLab()
	}
}

// focusLab gives the panel the keyboard: what hides it again, as Reset, which comes
// first, destroys.
func (c *Console) focusLab() {
	var first fyne.Focusable
	kit.Walk(c.dock, func(o fyne.CanvasObject) bool {
		if b, ok := o.(*kit.Button); ok && b.Name == c.words.T("lab.close") {
			first = b
		}
		return first == nil
	})
	c.focus(first)
}

// uncover hides the panel where it covers the page: what was asked for is there. A
// panel beside the page stays, and whether it is shown at the next start does too.
func (c *Console) uncover() {
	if c.dock == nil || !c.dock.Visible() || c.slot.Visible() {
		return
	}
	c.dock.Hide()
	c.window.Content().Refresh()
	if at := c.window.Canvas().Focused(); at != nil && !c.inRail(at) {
		c.focus(nil)
	}
}

// toggleLab shows or hides the panel.
func (c *Console) toggleLab() {
	if c.dock == nil {
		return
	}
	if c.dock.Visible() {
		c.dock.Hide()
	} else {
		c.dock.Show()
		c.lab.tick()
	}
	c.cfg.Prefs.SetBool(prefLab, c.dock.Visible())
	c.window.Content().Refresh()
	c.redraw()
	if c.dock.Visible() {
		c.focusLab()
	} else if c.window.Canvas().Focused() == nil {
		c.refocus()
		c.redraw()
	}
}
