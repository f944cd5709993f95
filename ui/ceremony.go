package ui

import (
	"context"
	"errors"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A ceremony carries one ceremony's inputs to the server and shows the steps
// that come back. It knows no kind of ceremony and no type of step, but for what
// the person's side of a security key needs (talk.go).
type ceremony struct {
	c       *Console
	server  *client.Client
	scope   *Scope
	begun   api.Begin
	state   wizard.State
	aside   *api.View // where the ceremony really is while an earlier step is looked at
	scanned *api.View // where the QR code was shown
	talk    *talk

	changed func()         // what is shown must be drawn again
	stepped func()         // and another step is shown
	done    func(api.View) // Finished or SignedIn
	left    func()         // cancelled, or gone
	open    func(place string)
	few     bool      // R78 was said
	sheet   sheetHost // keeps a backup code that is shown once
}

// newCeremony prepares a ceremony; enter it with start or resume.
func newCeremony(c *Console, b api.Begin) *ceremony {
	r := &ceremony{c: c, server: c.server, begun: b}
	r.state.Draft = &wizard.Draft{}
	r.state.Account = c.account
	r.state.Lab = c.cfg.Lab && c.cfg.Features.VirtualKeys
	r.state.KeyAccess = c.reach()
	r.stepped = func() {}
	r.open = c.visit
	return r
}

// start begins the ceremony on the server.
func (r *ceremony) start(s *Scope) {
	r.scope = s
	r.state.Busy = true
	s.Go(func(ctx context.Context) func() {
		v, err := r.server.Begin(ctx, r.begun)
		return func() { r.answered(v, err) }
	})
}

// resume goes on with a ceremony that was open when the program was closed, or
// when its page was left.
func (r *ceremony) resume(s *Scope, v api.View) {
	r.scope = s
	r.take(v)
}

// lookAgain asks where the ceremony is: somebody may have answered elsewhere.
func (r *ceremony) lookAgain() {
	if r.state.Busy || r.state.View.ID == "" {
		return
	}
	id := r.state.View.ID
	r.scope.Go(func(ctx context.Context) func() {
		v, err := r.server.Ceremony(ctx, id)
		return func() {
			if err != nil || r.state.Busy || r.state.View.ID != id {
				return
			}
			if v.Rev > r.newest().Rev { // an older one was overtaken by an answer
				r.aside = nil
				r.take(v)
			}
		}
	})
}

// newest is the last view the server gave: not the one that is shown while an
// earlier step is looked at.
func (r *ceremony) newest() api.View {
	if r.aside != nil {
		return *r.aside
	}
	return r.state.View
}

// heard looks again where a topic wants it. When the clock was moved, what is
// shown counts down to other moments.
func (r *ceremony) heard(topic string) {
	switch topic {
	case api.TopicLabClock:
		r.changed()
	case "", api.TopicCeremony:
		r.lookAgain()
	}
}

// send answers the step that is shown.
func (r *ceremony) send(in api.Input) {
	if r.state.Busy {
		return
	}
	if r.aside != nil { // an earlier step was looked at: forward again
		r.state.View, r.aside = *r.aside, nil
		r.step()
		return
	}
	r.state.Busy, r.state.Fault, r.state.Draft.Typed = true, nil, false
	v := r.state.View
	r.changed()
	r.scope.Go(func(ctx context.Context) func() {
		next, err := r.server.Answer(ctx, v.ID, v.Rev, in)
		return func() { r.answered(next, err) }
	})
}

func (r *ceremony) answered(v api.View, err error) {
	r.state.Busy = false
	var p *api.Problem
	switch {
	case err == nil:
		r.take(v)
	case errors.As(err, &p) && p.Code == api.NotFound && r.state.View.ID != "":
		r.state.Gone = true
		r.forget()
		r.step()
	case errors.As(err, &p) && p.Code == api.SignInRequired && r.c.session != nil:
		r.c.signedOut(err)
	default:
		fault := explain.Error(r.c.words, err)
		r.state.Fault = &fault
		r.step()
	}
}

// take shows a view that came from the server.
func (r *ceremony) take(v api.View) {
	r.c.learn(v.Now)
	before := r.state.View
	again := before.ID == v.ID && before.Step != nil && before.Step.StepType() == v.Step.StepType() && before.At == v.At
	r.state.View, r.state.ShowMethods, r.state.Fault, r.aside, r.state.Gone = v, false, nil, nil, false
	switch {
	case !again:
		r.state.Draft = &wizard.Draft{Username: r.state.Draft.Username}
		r.state.Saved = wizard.Saved{}
	case v.Refusal == nil:
		r.state.Draft.Code = ""
	case v.Refusal.Code == api.InvalidCredentials:
		r.state.Draft.Password = ""
	}
	r.remember(v)
	if _, scan := v.Step.(api.ScanQR); scan {
		r.scanned = &v
	}
	switch v.Step.(type) {
	case api.Finished, api.SignedIn:
		r.endTalk()
		r.done(v)
		return
	case api.UseSecurityKey:
		if v.Refusal == nil {
			r.startTalk()
		}
	default:
		r.endTalk()
	}
	r.step()
}

// step shows the state, with the keyboard where a step wants it at first.
func (r *ceremony) step() {
	r.stepped()
	r.changed()
}

// cancel ends the ceremony without effect.
func (r *ceremony) cancel() {
	id := r.state.View.ID
	r.endTalk()
	r.forget()
	if id != "" && !r.state.Gone {
		r.c.root.Go(func(ctx context.Context) func() {
			_ = r.server.Cancel(ctx, id) // it ends by itself when nobody answers
			return nil
		})
	}
	r.left()
}

// host is what the steps hand their inputs to.
func (r *ceremony) host() wizard.Host {
	w := r.c.words
	h := wizard.Host{
		Words: w, Clock: r.c.clock(r.scope),
		Send: r.send,
		Fail: func(why explain.Explanation) {
			r.state.Fault, r.state.Draft.Typed = &why, false
			r.step()
		},
		Redraw: r.changed,
		Ways: func(show bool) {
			r.state.ShowMethods, r.state.Fault = show, nil
			r.step()
		},
		Leave: func() { r.done(r.state.View) },
		Open: func(place string) {
			switch place {
			case placeLab:
				r.c.showLab()
				r.c.lab.askKey()
			case placeMail:
				r.c.readKept()
			case wizard.OpenKeyContents, wizard.OpenKeyReset:
				r.c.showKeyHere(place)
			default:
				r.open(place)
			}
		},
		CopyLine: r.c.copy,
		Key:      r.keyInput,
		Begin:    r.begin,
		Copy: func(text string) {
			r.c.copySecret(text)
			r.state.Saved.Copied = true
			r.changed()
		},
		Save:  func(code api.SaveBackupCode) { r.sheet.save(r.scope, code, r.saved) },
		Print: func(code api.SaveBackupCode) { r.sheet.print(r.scope, code, r.saved) },
		Check: func(code api.SaveBackupCode) { r.sheet.check(r.scope, code, r.saved) },
	}
	if r.left != nil {
		h.Cancel = r.cancel
	}
	if r.canGoBack() {
		h.Back = r.back
	}
	return h
}

// saved notes what was done with a backup code.
func (r *ceremony) saved(how func(*wizard.Saved)) {
	how(&r.state.Saved)
	r.changed()
}

// begin begins the same ceremony anew: the old one expired.
func (r *ceremony) begin() {
	r.state.View = api.View{Kind: r.begun.Kind}
	r.state.Gone = false
	r.start(r.scope)
}

// remember keeps the ceremony's name, to go on with it after a restart.
func (r *ceremony) remember(v api.View) {
	switch v.Kind {
	case api.SignIn, api.SignUp, api.Reauthenticate:
		return
	}
	if _, over := v.Step.(api.Finished); over {
		r.forget()
		return
	}
	r.c.cfg.Prefs.SetString(r.c.prefOpen(), v.ID)
}

func (r *ceremony) forget() {
	if r.c.cfg.Prefs.String(r.c.prefOpen()) == r.state.View.ID {
		r.c.cfg.Prefs.RemoveValue(r.c.prefOpen())
	}
}

// A wizardPage is a ceremony on a page of its own.
type wizardPage struct {
	*ceremony
	from string    // the place it was opened from
	open *api.View // to go on with; nil begins

	lastShown api.StepType
	ended     bool // it is over, and the page says so
}

// newWizard is the page for a ceremony. When it ends it goes back to where one
// came from.
func newWizard(c *Console, b api.Begin, from string) *wizardPage {
	p := &wizardPage{ceremony: newCeremony(c, b), from: from}
	p.state.View.Kind = b.Kind
	p.sheet = sheetHost{c: c, page: p}
	p.changed = func() {
		if c.front == screen(p) {
			c.redraw()
		}
	}
	p.stepped = c.refocus
	p.left = func() { c.visit(p.from) }
	p.done = p.finished
	return p
}

// finished shows how a ceremony ended, unless its last step said so already.
func (p *wizardPage) finished(v api.View) {
	over := p.ended
	p.ended = true
	if last := p.lastShown; !over && v.Kind != api.Reauthenticate && last != (api.SaveBackupCode{}).StepType() {
		p.c.reload(func() { p.state.Account = p.c.account; p.step() })
		return
	}
	p.c.reload(func() { p.c.visit(p.from) })
}

func (p *wizardPage) place() string { return p.from }

func (p *wizardPage) enter(s *Scope) {
	if p.open != nil {
		p.resume(s, *p.open)
		return
	}
	p.start(s)
}

// resumeIn goes on after a print preview.
func (p *wizardPage) resumeIn(s *Scope) { p.scope = s }

func (p *wizardPage) hear(topic string) {
	p.heard(topic)
}

// way is where the ceremony is found (R5).
func (p *wizardPage) way() []kit.Crumb {
	w := p.c.words
	switch p.begun.Kind {
	case api.ChangePassword, api.ChangeEmail, api.ChangePhone:
		return []kit.Crumb{
			{Name: w.T("ui.crumb.settings"), OnTap: func() { p.c.visit(placeSettings) }},
			{Name: w.T("ui.crumb.access")},
			{Name: w.T("wizard.title." + string(p.begun.Kind))},
		}
	}
	return p.c.crumbs(p.c.crumb(placeTwoFactor))
}

func (p *wizardPage) draw() drawn {
	if p.state.View.Step == nil {
		return p.c.waiting(p.c.words.T("wizard.title."+string(p.begun.Kind)), p.state.Fault, func() {
			p.state.Fault = nil
			p.start(p.scope)
			p.changed()
		})
	}
	page, f := wizard.Page(p.state, p.host(), p.way(), p.c.margin())
	p.lastShown = p.state.View.Step.StepType()
	return drawn{content: page.Build(), first: f.First, keys: f.Bindings, heading: f.Heading, ready: true}
}
