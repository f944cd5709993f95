package ui

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/wizard"
)

// A talk is what goes on between a ceremony, the keys that are plugged in, and the
// person: first we wait for a key, then one is used. What it shows is the
// ceremony's wizard.KeyInteraction.
type talk struct {
	scope  *Scope // as long as the step is shown, and no other talk was begun
	blink  *Scope // while keys blink for being chosen
	use    *Scope // while one key is used
	pin    chan string
	before []fido.Device // what was there when it failed; nil while it has not
}

// startTalk waits for a key, and uses it once it is there.
func (r *ceremony) startTalk() {
	step, ok := r.state.View.Step.(api.UseSecurityKey)
	if !ok || len(step.Create)+len(step.Get) == 0 {
		return
	}
	r.endTalk()
	r.talk = &talk{scope: r.scope.Child(), pin: make(chan string, 1)}
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Beginning}
	r.state.Draft.PIN, r.state.Draft.PINs, r.state.Draft.Hints = "", wizard.PINs{}, false
	t := r.talk
	r.c.watchKeys(t.scope, func(p presence) { r.keysAre(t, p) })
}

// keysAre goes on when a key was plugged in or pulled out: while we wait for one,
// and after a failure, when another one, or the same, is put in.
func (r *ceremony) keysAre(t *talk, p presence) {
	open, locked := p.usable()
	shown := &r.state.Key
	switch shown.Phase {
	case wizard.Failing, wizard.Answering:
		fresh := slices.ContainsFunc(open, func(d fido.Device) bool { return t.before != nil && !slices.Contains(t.before, d) })
		switch {
		case fresh && !r.state.Busy:
			r.state.View.Refusal, r.state.Fault = nil, nil
			r.startTalk()
			r.step()
		case t.before != nil: // what was pulled out counts as new when it comes back
			t.before = slices.DeleteFunc(t.before, func(d fido.Device) bool { return !slices.Contains(open, d) })
		}
		return
	case wizard.Beginning, wizard.Inserting, wizard.Choosing:
	default:
		return
	}
	switch {
	case p.err != nil:
		r.talkFailed(t, p.err, "")
	case len(open) == 1:
		r.talkWith(open[0], false)
	case len(open) > 1:
		r.choose(t, open)
	default:
		was := shown.Phase
		t.stopBlinking()
		*shown = wizard.KeyInteraction{Phase: wizard.Inserting, Locked: locked, Reader: p.reader}
		if was == wizard.Inserting {
			r.changed()
		} else {
			r.step()
		}
	}
}

// choose lets several keys blink until one is touched. One may be picked on
// screen, too; then it is told to stop.
func (r *ceremony) choose(t *talk, from []fido.Device) {
	if r.state.Key.Phase == wizard.Choosing && slices.Equal(r.state.Key.Devices, from) {
		return
	}
	t.stopBlinking()
	t.blink = t.scope.Child()
	was := r.state.Key.Phase
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Choosing, Devices: from}
	blink := t.blink
	r.c.withKeys(blink, func(ctx context.Context, tell func(func())) {
		d, err := r.c.cfg.Keys.Choose(ctx, from, prompts{show: func(p fido.Prompt) {
			tell(func() {
				if p.Kind == fido.Choose {
					r.state.Key.Until = r.c.byServer(p.Deadline)
					r.changed()
				}
			})
		}})
		tell(func() {
			switch {
			case err == nil:
				r.talkWith(d, true)
			case errors.Is(err, fido.ErrTimeout):
				r.talkFailed(t, err, "")
			default: // they can't blink: one picks on screen
				r.state.Key.Until = noTime
				r.changed()
			}
		})
	})
	if was == wizard.Choosing {
		r.changed()
	} else {
		r.step()
	}
}

func (t *talk) stopBlinking() {
	if t.blink != nil {
		t.blink.Leave()
		t.blink = nil
	}
}

// talkWith uses a key.
func (r *ceremony) talkWith(d fido.Device, chosen bool) {
	step, ok := r.state.View.Step.(api.UseSecurityKey)
	t := r.talk
	if !ok || t == nil || t.scope.Left() {
		return
	}
	t.stopBlinking()
	t.stopUsing()
	t.before = nil
	t.use = t.scope.Child()
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Working, Device: d, Chosen: chosen}
	call, options := r.c.cfg.Keys.Get, json.RawMessage(step.Get)
	if len(step.Create) > 0 {
		call, options = r.c.cfg.Keys.Create, json.RawMessage(step.Create)
	}
	use := t.use
	r.c.withKeys(use, func(ctx context.Context, tell func(func())) {
		response, err := call(ctx, d, options, r.side(t, use))
		label := r.labelOf(ctx, err)
		tell(func() {
			if err != nil {
				r.talkFailed(t, err, label)
				return
			}
			r.state.Key.Phase = wizard.Answering
			t.remember(r.c)
			r.send(api.KeyResponse{Response: api.RawJSON(response)})
		})
	})
	r.step()
}

func (t *talk) stopUsing() {
	if t.use != nil {
		t.use.Leave()
		t.use = nil
	}
}

// side is the person's side of the use of a key: what it waits for is shown, and a
// PIN typed on screen goes to it.
func (r *ceremony) side(t *talk, use *Scope) fido.Interaction {
	return prompts{
		show: func(p fido.Prompt) {
			use.Tell(func() {
				phase, ok := phases[p.Kind]
				if !ok {
					return
				}
				was := r.state.Key.Phase
				r.state.Key.Phase, r.state.Key.Until = phase, r.c.byServer(p.Deadline)
				if was != phase {
					r.step()
				}
			})
		},
		pin: func(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
			use.Tell(func() {
				r.state.Key.Phase, r.state.Key.TriesLeft, r.state.Key.WrongPIN = wizard.AskingPIN, triesLeft, previousWrong
				r.step()
			})
			select {
			case pin := <-t.pin:
				return pin, nil
			case <-ctx.Done():
				return "", fido.ErrCancelled
			}
		},
	}
}

// talkFailed shows why there was no answer from a key.
func (r *ceremony) talkFailed(t *talk, err error, label string) {
	t.stopBlinking()
	r.state.Key.Phase, r.state.Key.Err, r.state.Key.Enrolled = wizard.Failing, err, label
	t.remember(r.c)
	r.step()
}

// remember notes which keys are there now: one that comes later is a new try.
func (t *talk) remember(c *Console) { t.before = append([]fido.Device{}, c.presence.devices...) }

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
	t := r.talk
	switch {
	case in.Retry:
		r.state.Fault, r.state.View.Refusal = nil, nil
		r.startTalk()
		r.step()
	case t == nil:
	case in.Device != nil:
		r.state.Fault = nil
		r.talkWith(*in.Device, false)
	case in.Offer:
		r.offerPIN(t)
	case in.NewPIN:
		r.setPIN(t)
	default:
		r.state.Fault = nil
		select {
		case t.pin <- in.PIN:
			r.state.Key.Phase = wizard.Working
			r.step()
		default: // one is on its way already
		}
	}
}

// offerPIN shows the form for a new PIN of the key that wants one.
func (r *ceremony) offerPIN(t *talk) {
	d := r.state.Key.Device
	t.stopUsing()
	t.use = t.scope.Child()
	r.state.Fault, r.state.Draft.PINs = nil, wizard.PINs{}
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Working, Device: d}
	r.c.withKeys(t.use, func(ctx context.Context, tell func(func())) {
		p, err := r.c.cfg.Keys.Info(ctx, d)
		tell(func() {
			if err != nil {
				r.talkFailed(t, err, "")
				return
			}
			r.state.Key = wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: d, MinPIN: p.MinPIN, OldPIN: p.PIN == fido.PINSet, TriesLeft: p.PINTries}
			r.step()
		})
	})
	r.step()
}

// setPIN gives the key the PIN that was typed, and then uses it.
func (r *ceremony) setPIN(t *talk) {
	d, pins := r.state.Key.Device, r.state.Draft.PINs
	old := ""
	if r.state.Key.OldPIN {
		old = pins.Old
	}
	t.stopUsing()
	t.use = t.scope.Child()
	r.state.Busy, r.state.Fault = true, nil
	r.c.withKeys(t.use, func(ctx context.Context, tell func(func())) {
		err := r.c.cfg.Keys.SetPIN(ctx, d, old, pins.New)
		tell(func() {
			r.state.Busy = false
			var wrong *fido.WrongPINError
			switch {
			case err == nil:
				r.state.Draft.PINs = wizard.PINs{}
				r.talkWith(d, false)
			case gone(err):
				r.talkFailed(t, err, "")
			default:
				if errors.As(err, &wrong) {
					r.state.Key.TriesLeft = wrong.TriesLeft
				}
				why := wizard.ExplainKey(r.c.words, err)
				r.state.Fault, r.state.Draft.PINs.Old = &why, ""
				r.step()
			}
		})
	})
	r.changed()
}

// endTalk tells the key to stop.
func (r *ceremony) endTalk() {
	if r.talk != nil {
		r.talk.scope.Leave()
		r.talk = nil
	}
	r.state.Key = wizard.KeyInteraction{}
}
