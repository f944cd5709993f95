// Package lab draws the lab's panel: a phone and its carrier, a mailbox, virtual
// security keys, demo accounts and the clock. It uses the lab's HTTP calls like
// any other program.
package lab

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A Panel is the lab docked beside the page.
type Panel struct {
	c     *shell.Console
	scope *shell.Scope // nil before Start
	root  *fyne.Container
	state State
	phone *kit.Phone
	clock *look.Text
	date  *look.Text
	close *control.Button
	doing bool // work is running

	loads   int    // how often the data was asked for
	shown   int    // the load that is shown; the results of earlier ones are dropped
	loaded  bool   // state was shown since the start or the reset
	noted   string // the number of the phone whose texts are drawn
	listed  int    // how many mails are listed
	apps    []app
	codesOf time.Time // the period of the codes that are drawn
	appList fyne.CanvasObject
	sight   // what is in sight and what is not
}

// A State holds all data that the panel shows.
type State struct {
	Phones   []api.LabPhone
	Number   string // of the phone that is shown; "" for none
	Texts    []api.LabText
	Mail     []api.LabMail
	Read     map[string]bool // mails that were opened, by MailID
	Keys     []api.LabKey
	Accounts []api.LabAccount
	SignedIn bool // the password of a demo account is copied, not filled in
	Trouble  *explain.Explanation
}

// New returns the panel of a console.
func New(c *shell.Console) *Panel {
	return &Panel{c: c, root: look.Z(), state: State{Read: map[string]bool{}}, listed: shownMail, sight: newSight()}
}

// Content is part of shell.Panel.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// First is part of shell.Panel. It is the close button and not Reset, which comes
// first and is destructive.
func (p *Panel) First() fyne.Focusable { return p.close }

// Open is part of shell.Panel.
func (p *Panel) Open(arg string) {
	if arg == shell.PlugIn {
		p.askKey()
	}
	if strings.HasPrefix(arg, "otpauth:") {
		p.scan(arg)
	}
}

// Shown is part of shell.Panel.
func (p *Panel) Shown() {
	p.tick()
	p.reveal()
}

// Redraw is part of shell.Panel.
func (p *Panel) Redraw() {
	p.redraw()
	p.look()
}

func (p *Panel) redraw() {
	p.scrolling = true // not by the person
	id, at := p.anchor()
	p.c.Rebuild(p.root, p.draw)
	p.hold(id, at)
	p.scrolling = false
	p.follow()
	p.told = nil // in another language, perhaps
}

// eventsRetry is how long to wait before connecting to the lab's events again.
const eventsRetry = time.Second

// Start is part of shell.Panel.
func (p *Panel) Start(s *shell.Scope) {
	if p.scope != nil {
		return
	}
	p.scope = s.Child()
	p.phone = kit.NewPhone(kit.PhoneConfig{Carrier: p.c.Catalog.T("lab.carrier-name"), Charge: "82 %"})
	p.clock, p.date = look.NewText("", look.CodeM, look.Ink), look.NewText("", look.Caption, look.Ink2)
	server := p.c.Config.Client
	p.tick()
	p.Redraw()
	p.scope.Every(time.Second, func() {
		if p.c.PanelShown() {
			p.tick()
			p.look() // a dialog was closed, or the window is larger
		}
	})
	p.Load()
	p.scope.Follow(func(ctx context.Context, tell func(func())) {
		for ctx.Err() == nil {
			events, err := server.LabEvents(ctx)
			if err == nil {
				for e := range events {
					tell(func() { p.onTopic(e.Topic) })
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(eventsRetry):
			}
		}
	})
}

func (p *Panel) onTopic(topic string) {
	if topic == api.TopicLabClock || topic == api.TopicLabReset {
		p.loadTime()
	}
	if topic == api.TopicLabReset {
		p.state.Read = map[string]bool{}
		p.loaded, p.unseen, p.apps = false, newUnseen(), nil
	}
	p.Load()
}

// loadTime loads the lab's time and notifies the screen in front.
func (p *Panel) loadTime() {
	server := p.c.Config.Client
	p.scope.Go(func(ctx context.Context) func() {
		now, err := server.Clock(ctx)
		if err != nil {
			return nil
		}
		return func() {
			p.c.Learn(now)
			p.tick()
			if front := p.c.Front(); front != nil {
				front.OnTopic(api.TopicLabClock)
			}
		}
	})
}

// tick shows the time, on the phone too. It loads the app codes when they have
// expired.
func (p *Panel) tick() {
	now, w := p.c.Now(), p.c.Catalog
	p.clock.SetWords(w.Seconds(now))
	p.date.SetWords(w.Date(now))
	p.phone.SetTime(w.Clock(now), w.Weekday(now))
	if len(p.apps) > 0 && !p.period().Equal(p.codesOf) {
		p.Redraw()
	}
	if slices.ContainsFunc(p.state.Accounts, func(a api.LabAccount) bool { return a.AppCodeEnds != nil && !now.Before(*a.AppCodeEnds) }) {
		p.Load()
	}
}

// Load is part of shell.Panel. It loads everything the panel shows.
func (p *Panel) Load() {
	if p.scope == nil {
		return
	}
	server, number, before, turn := p.c.Config.Client, p.number(), p.state, p.mayTurn()
	p.loads++
	load := p.loads
	p.scope.Go(func(ctx context.Context) func() {
		v := State{Number: number}
		var err error
		if v.Phones, err = server.Phones(ctx); err != nil {
			return nil // the next event loads it again
		}
		if turn || v.Number == "" {
			if texted := latest(before, v.Phones); texted != "" {
				v.Number = texted
			}
		}
		if v.Number == "" && len(v.Phones) > 0 {
			v.Number = v.Phones[0].Number
		}
		if v.Number != "" {
			if !slices.ContainsFunc(v.Phones, func(p api.LabPhone) bool { return p.Number == v.Number }) {
				if phone, err := server.Phone(ctx, v.Number); err == nil {
					v.Phones = append(v.Phones, phone)
				}
			}
			v.Texts, _ = server.PhoneMessages(ctx, v.Number)
		}
		v.Mail, _ = server.Mail(ctx, "")
		v.Keys, _ = server.LabKeys(ctx)
		v.Accounts, _ = server.LabAccounts(ctx)
		return func() {
			if load < p.shown {
				return
			}
			p.shown = load
			v.SignedIn = p.c.SignedIn()
			p.Show(v)
		}
	})
}

// number is the number of the phone to show: the one chosen, or the account's.
func (p *Panel) number() string {
	if p.state.Number != "" {
		return p.state.Number
	}
	return p.c.Account().Phone
}

// pick shows the phone with a number.
func (p *Panel) pick(number string) {
	p.use(atPhone)
	p.state.Number = number
	p.shown = p.loads + 1 // what is being loaded has the texts of another phone
	p.Redraw()
	p.Load()
}

// Show shows a newly loaded state. New texts slide into the phone. What arrived comes
// into view or is counted.
func (p *Panel) Show(v State) {
	before, scroll := p.state, p.mayScroll()
	v.Trouble = before.Trouble
	if v.Read == nil {
		v.Read = before.Read
	}
	arrived := p.loaded && p.unseen.learn(before, v)
	p.loaded = true
	p.showNotes(before, v)
	p.state = v
	if !reflect.DeepEqual(before, v) {
		p.redraw() // without a look: what arrives together may not stay in sight
	}
	if arrived && scroll {
		p.reveal()
	}
	p.look()
}

// showNotes shows the texts of a state on the phone.
func (p *Panel) showNotes(before, v State) {
	fresh := min(newTexts(before, v.shownPhone()), len(v.Texts))
	if v.Number != p.noted || fresh > 3 || fresh == 0 && len(v.Texts) != len(before.Texts) {
		old := v.Texts
		if fresh <= 3 {
			old = v.Texts[:len(v.Texts)-fresh]
		} else {
			fresh = 0
		}
		p.phone.SetNotes(p.notes(old))
	}
	for _, t := range v.Texts[len(v.Texts)-fresh:] {
		p.phone.Notify(p.note(t))
	}
	p.noted = v.Number
}
