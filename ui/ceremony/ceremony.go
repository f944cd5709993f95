package ceremony

import (
	"context"
	"errors"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A host is the screen or dialog on which a ceremony runs.
type host interface {
	Changed()      // the state has changed: draw it again
	Stepped()      // another step will be drawn: focus its first widget
	Done(api.View) // the ceremony has ended with Finished or SignedIn
	Left()         // it was cancelled
}

// A ceremony is one ceremony in progress: it sends inputs to the server and shows the
// steps that the server answers with.
type ceremony struct {
	screens Screens
	host    host
	c       *shell.Console
	server  *client.Client
	scope   *shell.Scope
	begun   api.Begin
	state   wizard.State
	key     *keyUse       // while the step uses a security key
	follows follower      // while the step waits for somebody else
	fixed   bool          // it can't be cancelled: there is nowhere to go back to
	signed  *api.SignedIn // the session, while a last step is shown before it is entered
	self    shell.Screen  // the screen it runs on; nil in a dialog

	choosing  bool // the input that was sent is the choice of another method
	cancelled bool
	entered   bool // the console has entered the session
}

// newCeremony prepares a ceremony. It begins with start or resume.
func newCeremony(x Screens, b api.Begin) *ceremony {
	c := x.Console
	r := &ceremony{screens: x, c: c, server: c.Server(), begun: b}
	r.state.Draft = &wizard.Draft{}
	r.state.Account, r.state.ShortCode = c.Account(), c.About().ShortCode
	r.state.Lab = c.Config.Lab
	r.state.KeyAccess = securitykey.Reach(c.Config.Features)
	return r
}

// start begins the ceremony on the server.
func (r *ceremony) start(s *shell.Scope) {
	if r.state.Busy {
		return
	}
	r.scope = s
	r.state.Busy = true
	s.Go(func(ctx context.Context) func() {
		v, err := r.server.Begin(ctx, r.begun)
		return func() { r.answered(v, err) }
	})
}

// resume continues a ceremony that was open when the program was closed or its page
// was left.
func (r *ceremony) resume(s *shell.Scope, v api.View) {
	r.scope = s
	r.take(v)
}

// reload loads the ceremony again, because another client may have answered
// it.
func (r *ceremony) reload() {
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
			if v.Rev > r.state.View.Rev { // another client has answered a step
				r.take(v)
			}
		}
	})
}

// onTopic loads the ceremony again if a topic is about it. When the lab's clock was
// moved, the countdowns are drawn again.
func (r *ceremony) onTopic(topic string) {
	switch topic {
	case api.TopicLabClock:
		r.host.Changed()
		r.reload()
	case "", api.TopicCeremony:
		r.reload()
	}
}

// send answers the step that is shown.
func (r *ceremony) send(in api.Input) {
	if r.state.Busy {
		return
	}
	r.state.Busy, r.state.Fault, r.state.Draft.Typed = true, nil, false
	_, r.choosing = in.(api.ChooseMethod)
	v := r.state.View
	r.host.Changed()
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
	case errors.As(err, &p) && p.Code == api.SignInRequired && r.c.SignedIn():
		r.c.SignedOut(err)
	default:
		fault := explain.Error(r.c.Catalog, err)
		r.state.Fault = &fault
		r.step()
	}
}

// take shows a view from the server.
func (r *ceremony) take(v api.View) {
	r.c.Learn(v.Now)
	before := r.state.View
	again := before.ID == v.ID && before.Step != nil && before.Step.StepType() == v.Step.StepType() && before.At == v.At
	r.state.View, r.state.Fault, r.state.Gone = v, nil, false
	r.state.Chosen = r.choosing && again && v.Refusal != nil
	r.state.ShowMethods, r.choosing = r.state.Chosen, false
	switch {
	case !again:
		r.state.Draft = r.state.Draft.Onwards()
		r.state.Saved = wizard.Saved{}
	case v.Refusal == nil:
		r.state.Draft.Code = ""
	case v.Refusal.Code == api.InvalidCredentials:
		r.state.Draft.Password = "" // the user name stays
	}
	r.remember(v)
	r.followWhileWaiting(v)
	if confirm, ok := v.Step.(api.Confirm); ok {
		r.state.TurnedOff = confirm.Method
	}
	switch step := v.Step.(type) {
	case api.Finished, api.SignedIn:
		r.stopKey()
		r.host.Done(v)
		return
	case api.UseSecurityKey:
		if v.Refusal == nil && wizard.Answerable(step) {
			r.startKey()
		}
	default:
		r.stopKey()
	}
	r.step()
}

// step draws the state and focuses the step's first widget.
func (r *ceremony) step() {
	r.host.Stepped()
	r.host.Changed()
}

// cancel ends the ceremony without effect.
func (r *ceremony) cancel() {
	if r.cancelled {
		return
	}
	r.cancelled = true
	id := r.state.View.ID
	r.stopKey()
	r.follows.stop()
	r.forget()
	if id != "" && !r.state.Gone {
		r.c.Root().Go(func(ctx context.Context) func() {
			_ = r.server.Cancel(ctx, id) // if this fails the ceremony expires by itself
			return nil
		})
	}
	r.host.Left()
}

// saved records what was done with a backup code.
func (r *ceremony) saved(how func(*wizard.Saved)) {
	how(&r.state.Saved)
	r.host.Changed()
}

// begin begins the same ceremony again after it expired.
func (r *ceremony) begin() {
	if r.state.Busy {
		return
	}
	r.state.View = api.View{Kind: r.begun.Kind}
	r.state.Gone = false
	r.start(r.scope)
}

// remember stores the ceremony's ID, to continue it after a restart.
func (r *ceremony) remember(v api.View) {
	switch v.Kind {
	case api.SignIn, api.SignUp, api.Reauthenticate:
		return
	}
	if _, over := v.Step.(api.Finished); over {
		r.forget()
		return
	}
	r.c.SetOpenCeremony(v.ID)
}

func (r *ceremony) forget() {
	if r.c.OpenCeremony() == r.state.View.ID {
		r.c.ForgetCeremony()
	}
}
