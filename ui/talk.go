package ui

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/wizard"
)

// A talk is the person's side of one conversation with a security key: what the
// key waits for is shown, and a PIN typed on screen goes to it.
type talk struct {
	scope *Scope
	show  func(func(*wizard.Talk)) // changes what is shown, on the drawing thread
	later func(deadline fido.Prompt) wizard.Talk
	pin   chan string
}

// Show tells the person what the key waits for.
func (t *talk) Show(p fido.Prompt) {
	t.scope.Tell(func() {
		t.show(func(s *wizard.Talk) {
			device := s.Device
			*s = t.later(p)
			if s.Device.Path == "" {
				s.Device = device
			}
		})
	})
}

// PIN asks for the key's PIN and waits until it is typed or the talk ends.
func (t *talk) PIN(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
	t.scope.Tell(func() {
		t.show(func(s *wizard.Talk) {
			s.Phase, s.TriesLeft, s.WrongPIN = wizard.AskingPIN, triesLeft, previousWrong
		})
	})
	select {
	case pin := <-t.pin:
		return pin, nil
	case <-ctx.Done():
		return "", fido.ErrCancelled
	}
}

// startTalk begins to talk with a key: the one that is chosen, or the one that
// is plugged in, now or soon.
func (r *ceremony) startTalk(chosen *fido.Device) {
	step, ok := r.state.View.Step.(api.UseSecurityKey)
	if !ok {
		return
	}
	r.endTalk()
	t := &talk{scope: r.scope.Child(), pin: make(chan string, 1)}
	t.later = func(p fido.Prompt) wizard.Talk {
		phase := map[fido.PromptKind]wizard.Phase{
			fido.Insert: wizard.Inserting, fido.Working: wizard.Working, fido.Touch: wizard.Touching, fido.Remove: wizard.Answering,
		}[p.Kind]
		s := wizard.Talk{Phase: phase, Device: p.Device}
		if !p.Deadline.IsZero() {
			s.Until = p.Deadline.Add(r.c.skew)
		}
		return s
	}
	t.show = func(change func(*wizard.Talk)) {
		before := r.state.Talk.Phase
		change(&r.state.Talk)
		if r.state.Talk.Phase != before || r.state.Talk.Phase == wizard.AskingPIN {
			r.step()
		}
	}
	r.talk = t
	r.state.Talk = wizard.Talk{Phase: wizard.Beginning}
	r.state.Draft.PIN, r.state.Draft.Hints = "", false
	device := fido.Device{}
	if chosen != nil {
		device = *chosen
		r.state.Talk.Device = device
	}
	call, options := r.c.cfg.Keys.Get, json.RawMessage(step.Get)
	if len(step.Create) > 0 {
		call, options = r.c.cfg.Keys.Create, json.RawMessage(step.Create)
	}
	if t.scope.Left() {
		return
	}
	before, ended := r.c.talking, make(chan struct{})
	r.c.talking = ended
	t.scope.Follow(func(ctx context.Context, tell func(func())) {
		defer close(ended)
		if before != nil { // a key that was told to stop needs a moment to let go
			<-before
		}
		if ctx.Err() != nil {
			return
		}
		response, err := call(ctx, device, options, t)
		label := r.labelOf(ctx, err)
		tell(func() {
			if err != nil {
				r.talkFailed(err, label)
				return
			}
			r.state.Talk.Phase = wizard.Answering
			r.send(api.KeyResponse{Response: api.RawJSON(response)})
		})
	})
}

// talkFailed shows why there was no answer from a key, or which keys to choose from.
func (r *ceremony) talkFailed(err error, label string) {
	var several *fido.SeveralError
	if errors.As(err, &several) {
		r.state.Talk = wizard.Talk{Phase: wizard.Choosing, Devices: several.Devices}
	} else {
		r.state.Talk.Phase, r.state.Talk.Err, r.state.Talk.Enrolled = wizard.Failing, err, label
	}
	r.step()
}

// labelOf is the name in the list of a key that is enrolled already (R33).
func (r *ceremony) labelOf(ctx context.Context, err error) string {
	var enrolled *fido.AlreadyEnrolledError
	if !errors.As(err, &enrolled) || len(enrolled.CredentialID) == 0 {
		return ""
	}
	keys, err := r.server.Keys(ctx)
	if err != nil {
		return "" // the refusal itself matters more than the name
	}
	id := base64.RawURLEncoding.EncodeToString(enrolled.CredentialID)
	for _, k := range keys {
		if k.CredentialID == id {
			return k.Label
		}
	}
	return ""
}

// keyInput is what the person does beyond touching the key.
func (r *ceremony) keyInput(in wizard.KeyInput) {
	r.state.Fault = nil
	switch {
	case in.Retry:
		r.state.View.Refusal = nil
		r.startTalk(nil)
		r.step()
	case in.Device != nil:
		r.startTalk(in.Device)
		r.step()
	case r.talk != nil:
		select {
		case r.talk.pin <- in.PIN:
			r.state.Talk.Phase = wizard.Working
			r.step()
		default: // one is on its way already
		}
	}
}

// endTalk tells the key to stop.
func (r *ceremony) endTalk() {
	if r.talk != nil {
		r.talk.scope.Leave()
		r.talk = nil
	}
	r.state.Talk = wizard.Talk{}
}
