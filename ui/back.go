package ui

import (
	"context"
	"slices"

	"nightlatch/server/api"
	"nightlatch/ui/wizard"
)

// The server's ceremonies go forward only: what was proved stays proved. Back is
// ours. It shows a step again that only showed something, or begins the ceremony
// anew (which cancels the old one) and goes forward to the step before.

// canGoBack reports whether there is a step before this one that can be shown again.
func (r *ceremony) canGoBack() bool {
	v := r.state.View
	switch {
	case r.state.ShowMethods:
		return true
	case v.Step == nil, r.state.Gone, v.Kind == api.SignUp, v.Kind == api.Reauthenticate:
		return false
	case v.Kind == api.SignIn:
		_, first := v.Step.(api.EnterCredentials)
		return !first
	}
	return v.At > 0 && v.At < len(v.Path) && (r.shownBefore() != nil || r.stepBefore() != "")
}

// stepBefore is the nearest step before this one that can be answered again: not
// a code that was used up, nor a password, which stays proved.
func (r *ceremony) stepBefore() api.StepType {
	v := r.state.View
	for i := v.At - 1; i >= 0; i-- {
		switch v.Path[i] {
		case api.EnterCode{}.StepType(), api.EnterPassword{}.StepType(), api.UseSecurityKey{}.StepType():
		default:
			return v.Path[i]
		}
	}
	return ""
}

// shownBefore is the view of the QR code while the code from the app is asked
// for: a new ceremony would have a new secret, and the app the old one.
func (r *ceremony) shownBefore() *api.View {
	if code, ok := r.state.View.Step.(api.EnterCode); ok && code.Channel == api.ByApp && r.scanned != nil && r.scanned.ID == r.state.View.ID {
		return r.scanned
	}
	return nil
}

// back shows the step before.
func (r *ceremony) back() {
	if r.state.Busy {
		return
	}
	r.state.Fault = nil
	switch {
	case r.state.ShowMethods:
		r.state.ShowMethods = false
		r.step()
	case r.state.View.Kind == api.SignIn:
		name := r.state.Draft.Username
		r.cancelQuietly()
		r.state.View = api.View{Kind: api.SignIn}
		r.state.Draft = &wizard.Draft{Username: name}
		r.start(r.scope)
	case r.shownBefore() != nil:
		now := r.state.View
		r.aside = &now
		r.state.View = *r.scanned
		r.state.View.Refusal = nil
		r.step()
	default:
		r.goTo(r.stepBefore())
	}
}

// goTo begins anew and goes on over what only shows something, until it is at a
// step or at one that asks.
func (r *ceremony) goTo(target api.StepType) {
	r.endTalk()
	r.aside = nil
	r.state.Busy = true
	r.changed()
	r.scope.Go(func(ctx context.Context) func() {
		v, err := r.server.Begin(ctx, r.begun)
		// What was proved meanwhile is left out of the way now (an address).
		for err == nil && v.Step.StepType() != target && slices.Contains(v.Path, target) {
			if _, shows := v.Step.(api.Overview); !shows {
				break
			}
			v, err = r.server.Answer(ctx, v.ID, v.Rev, api.Continue{})
		}
		return func() { r.answered(v, err) }
	})
}

// cancelQuietly ends the ceremony on the server and stays where it is.
func (r *ceremony) cancelQuietly() {
	r.endTalk()
	id := r.state.View.ID
	r.c.root.Go(func(ctx context.Context) func() {
		_ = r.server.Cancel(ctx, id) // it ends by itself when nobody answers
		return nil
	})
}
