package ui

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// act carries out something that a person asked for on the screen in front. What
// work returns is told when it is done. Where the password is wanted first (R3,
// R6) it is asked for, and work is done again.
func (c *Console) act(work func(ctx context.Context, server *client.Client) (tell func(), err error)) {
	if c.trouble != nil {
		c.trouble = nil
		c.redraw()
	}
	scope, server := c.scope, c.server
	scope.Go(func(ctx context.Context) func() {
		tell, err := work(ctx, server)
		return func() {
			var p *api.Problem
			switch {
			case err == nil && tell != nil:
				tell()
			case err == nil:
			case errors.As(err, &p) && p.Code == api.ReauthenticationRequired:
				c.askPassword(scope, func() { c.act(work) })
			case errors.As(err, &p) && p.Code == api.SignInRequired:
				c.signedOut(err)
			default:
				c.warn(explain.Error(c.words, err))
			}
		}
	})
}

// warn shows a refusal above the page in front until the next thing is done.
func (c *Console) warn(why explain.Explanation) {
	c.trouble = &why
	c.redraw()
	if s := scrollIn(c.slot); s != nil {
		s.ScrollToTop()
	}
}

// page finishes a page: what was refused goes above its body.
func (c *Console) page(p kit.Page) fyne.CanvasObject {
	p.Margin = c.margin()
	if c.trouble != nil {
		t := *c.trouble
		p.Body = append([]fyne.CanvasObject{kit.NewBanner(kit.Refused, t.What, t.Why, t.Next)}, p.Body...)
	}
	return p.Build()
}

// margin is the room beside a page's column: less of it with the lab docked.
func (c *Console) margin() float32 {
	if c.dock != nil && c.dock.Visible() {
		return kit.S24
	}
	return kit.S32
}

// copy puts a text on the clipboard, and copySecret one that opens something.
func (c *Console) copy(text string) { c.cfg.App.Clipboard().SetContent(text); c.toast.Copied(false) }

func (c *Console) copySecret(text string) {
	c.cfg.App.Clipboard().SetContent(text)
	c.toast.Copied(true)
}

// warnEmpty says that a field must be filled in.
func (c *Console) warnEmpty(field string) { c.warn(explain.Code(c.words, "empty."+field)) }

// askPassword asks for the password in a dialog, and then goes on (R3, R6).
func (c *Console) askPassword(s *Scope, then func()) {
	r := newCeremony(c, api.Begin{Kind: api.Reauthenticate})
	body := kit.V(kit.S12)
	var dialog *kit.Dialog
	var framed wizard.FramedStep
	asked := s.Child()
	shown := func() {
		var parts []fyne.CanvasObject
		_, _, parts, _, framed = wizard.Dialog(r.state, r.host())
		body.Objects = parts
		switch {
		case dialog == nil:
			dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
				Title: c.words.T("wizard.password.heading"), Words: c.words.T("ui.reauth.why"), Icon: "lock",
				Body: []fyne.CanvasObject{body}, Do: c.words.T("wizard.continue"), Keep: true,
				OnDo:    func() { framed.Bindings.Enter() },
				OnClose: func() { r.cancel() },
			})
		default:
			body.Refresh()
			dialog.Refresh()
			if r.state.Busy {
				dialog.Do().Disable()
			} else {
				dialog.Do().Enable()
			}
		}
	}
	r.changed = func() {
		if r.state.View.Step != nil {
			shown()
		} else if r.state.Fault != nil {
			c.warn(*r.state.Fault)
			asked.Leave()
		}
	}
	r.stepped = func() {}
	focus := r.changed
	r.changed = func() {
		focus()
		if dialog != nil && !r.state.Busy && framed.First != nil {
			c.window.Canvas().Focus(framed.First)
		}
	}
	r.left = asked.Leave
	r.done = func(api.View) {
		if dialog != nil {
			dialog.Close()
		}
		asked.Leave()
		then()
	}
	r.start(asked)
}

// confirm asks before something is lost.
func (c *Console) confirm(key string, consequences []string, do func(), args ...any) {
	kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: c.words.T(key, args...), Words: c.words.T(key+".why", args...), Consequences: consequences,
		Icon: "attention", Tone: kit.Attention, Do: c.words.T(key + ".do"), Destroy: true, OnDo: do,
	})
}

// A source is what a screen shows, as it came from the server last.
type source[T any] struct {
	value T
	ready bool
	late  bool // it takes so long that the page says so
	err   error
	tries int
	last  time.Time // of the last try
	busy  bool
	again bool // asked for once more while busy
}

// patience is how long a page stays as it is while the next one is loaded.
const patience = 400 * time.Millisecond

// fetch loads a source aside, and calls changed when there is something new to draw.
func fetch[T any](c *Console, s *Scope, src *source[T], get func(context.Context, *client.Client) (T, error), changed func()) {
	if src.busy {
		src.again = true
		return
	}
	src.busy = true
	server := c.server
	if !src.ready && src.err == nil {
		wait := s.Child()
		wait.Every(patience, func() {
			wait.Leave()
			if !src.ready && src.err == nil {
				src.late = true
				changed()
			}
		})
	}
	s.Go(func(ctx context.Context) func() {
		v, err := get(ctx, server)
		return func() {
			src.busy = false
			src.tries++
			src.last = c.cfg.Now()
			var p *api.Problem
			switch {
			case errors.As(err, &p) && p.Code == api.SignInRequired:
				c.signedOut(err)
				return
			case err != nil && src.ready: // an older state is better than none
			case err != nil:
				src.err = err
				changed()
			case !src.ready || !same(src.value, v):
				src.value, src.ready, src.err, src.tries = v, true, nil, 0
				changed()
			default:
				src.tries = 0
			}
			if src.again {
				src.again = false
				fetch(c, s, src, get, changed)
			}
		}
	})
}
