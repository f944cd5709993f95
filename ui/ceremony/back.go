package ceremony

import (
	"context"
	"slices"

	"nightlatch/server/api"
	"nightlatch/ui/wizard"
)

// The server's ceremonies only go forward: what was proved stays proved. Only the QR code can
// be shown again. Back is implemented here: it begins the ceremony again (which cancels the old
// one) and goes forward to the step before.

// canGoBack reports whether an earlier step can be shown again.
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
	return v.At > 0 && v.At < len(v.Path) && (r.scanned() || r.stepBefore() != "")
}

// stepBefore is the last earlier step that can be answered again, "" for none. A code
// was used up, and a password stays proved.
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

// scanned reports whether the step asks for a code of the app that is set up. The server then
// shows the same QR code again; a new ceremony would have another secret than the app.
func (r *ceremony) scanned() bool {
	code, ok := r.state.View.Step.(api.EnterCode)
	return ok && code.Channel == api.ByApp && r.state.View.Kind == api.EnrollApp
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
		if r.state.Chosen { // its refusal goes away with the list
			r.state.Chosen, r.state.View.Refusal = false, nil
		}
		r.step()
	case r.state.View.Kind == api.SignIn:
		r.signInAs(r.state.Draft.Username)
	case r.scanned():
		r.send(api.Resend{})
	default:
		r.goTo(r.stepBefore())
	}
}

// signInAs begins the sign-in again, with a user name.
func (r *ceremony) signInAs(name string) {
	if r.state.Busy {
		return
	}
	r.cancelQuietly()
	r.state.View, r.state.ShowMethods, r.state.Fault = api.View{Kind: api.SignIn}, false, nil
	r.state.Draft = &wizard.Draft{Username: name}
	r.start(r.scope)
}

// goTo begins the ceremony again and continues past the overview, up to the target or
// the first step that asks for something.
func (r *ceremony) goTo(target api.StepType) {
	r.stopKey()
	r.state.Busy = true
	r.host.Changed()
	r.scope.Go(func(ctx context.Context) func() {
		v, err := r.server.Begin(ctx, r.begun)
		// The new ceremony skips steps for facts that were proved since, such
		// as an address.
		for err == nil && v.Step.StepType() != target && slices.Contains(v.Path, target) {
			if _, shows := v.Step.(api.Overview); !shows {
				break
			}
			v, err = r.server.Answer(ctx, v.ID, v.Rev, api.Continue{})
		}
		return func() { r.answered(v, err) }
	})
}

// cancelQuietly cancels the ceremony on the server only.
func (r *ceremony) cancelQuietly() {
	r.stopKey()
	id := r.state.View.ID
	r.c.Root().Go(func(ctx context.Context) func() {
		_ = r.server.Cancel(ctx, id) // if this fails the ceremony expires by itself
		return nil
	})
}
