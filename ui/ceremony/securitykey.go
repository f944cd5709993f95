package ceremony

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A keyUse is the use of a security key by a step: it waits for a key and then
// uses it. The step shows wizard.State.Key.
type keyUse struct {
	scope  *shell.Scope // until the step is left, or another use begins
	blink  *shell.Scope // while keys blink, to be chosen
	use    *shell.Scope // while one key is used
	pin    chan string
	held   *securitykey.Held // the key for which a PIN is typed; nil while none is
	typed  string            // the PIN that was typed before the use began
	before []fido.Device     // keys that were plugged in when the use failed; nil before
}

// startKey waits for a key and uses it.
func (r *ceremony) startKey() {
	step, ok := r.state.View.Step.(api.UseSecurityKey)
	if !ok || len(step.Create)+len(step.Get) == 0 {
		return
	}
	r.stopKey()
	r.key = &keyUse{scope: r.scope.Child(), pin: make(chan string, 1)}
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Beginning}
	r.state.Draft.PIN, r.state.Draft.PINs, r.state.Draft.Hints = "", wizard.PINs{}, false
	k := r.key
	r.screens.Keys.Watch(k.scope, func(p securitykey.Presence) { r.devicesChanged(k, p) })
}

// devicesChanged continues when a key was plugged in or unplugged: while waiting for
// one, and after a failure, when a key is plugged in again.
func (r *ceremony) devicesChanged(k *keyUse, p securitykey.Presence) {
	open, locked, dialog := p.ForCeremony()
	shown := &r.state.Key
	switch shown.Phase {
	case wizard.Failing, wizard.Answering:
		fresh := slices.ContainsFunc(open, func(d fido.Device) bool { return k.before != nil && !slices.Contains(k.before, d) })
		switch {
		case fresh && !r.state.Busy:
			r.state.View.Refusal, r.state.Fault = nil, nil
			r.startKey()
			r.step()
		case k.before != nil: // a key that was unplugged counts as new when it is plugged in
			k.before = slices.DeleteFunc(k.before, func(d fido.Device) bool { return !slices.Contains(open, d) })
		}
		return
	case wizard.AskingPIN, wizard.SettingPIN:
		r.keyMoved(k, p)
		return
	case wizard.Beginning, wizard.Inserting, wizard.Choosing:
	default:
		return
	}
	switch {
	case p.Err != nil:
		r.keyFailed(k, p.Err, "")
	case dialog != nil && !r.state.Lab: // in a lab, a virtual key may be plugged in instead
		r.useKey(*dialog, false)
	case len(open) == 1:
		r.useKey(open[0], false)
	case len(open) > 1:
		r.choose(k, open)
	default:
		was := shown.Phase
		k.stopBlinking()
		*shown = wizard.KeyInteraction{Phase: wizard.Inserting, Locked: locked, Reader: p.Reader, Dialog: dialog}
		if was == wizard.Inserting {
			r.host.Changed()
		} else {
			r.step()
		}
	}
}

// choose makes several keys blink until one is touched. The person can also choose on
// screen, which stops the blinking.
func (r *ceremony) choose(k *keyUse, from []fido.Device) {
	if r.state.Key.Phase == wizard.Choosing && slices.Equal(r.state.Key.Devices, from) {
		return
	}
	k.stopBlinking()
	k.blink = k.scope.Child()
	was := r.state.Key.Phase
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Choosing, Devices: from}
	blink := k.blink
	r.screens.Keys.Use(blink, func(ctx context.Context, tell func(func())) {
		d, err := r.screens.Keys.Choose(ctx, from, securitykey.Prompts{OnShow: func(p fido.Prompt) {
			tell(func() {
				if p.Kind == fido.Choose {
					r.state.Key.Until = r.c.ByServer(p.Deadline)
					r.host.Changed()
				}
			})
		}})
		tell(func() {
			switch {
			case err == nil:
				r.useKey(d, true)
			case errors.Is(err, fido.ErrTimeout):
				r.keyFailed(k, err, "")
			default: // they can't blink: the person chooses on screen
				r.state.Key.Until = time.Time{}
				r.host.Changed()
			}
		})
	})
	if was == wizard.Choosing {
		r.host.Changed()
	} else {
		r.step()
	}
}

func (k *keyUse) stopBlinking() {
	if k.blink != nil {
		k.blink.Leave()
		k.blink = nil
	}
}

// useKey uses a key.
func (r *ceremony) useKey(d fido.Device, chosen bool) {
	step, ok := r.state.View.Step.(api.UseSecurityKey)
	k := r.key
	if !ok || k == nil || k.scope.Left() {
		return
	}
	k.stopBlinking()
	k.stopUsing()
	k.before = nil
	k.use = k.scope.Child()
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Working, Device: d, Chosen: chosen}
	call, options := r.screens.Keys.Get, json.RawMessage(step.Get)
	if len(step.Create) > 0 {
		call, options = r.screens.Keys.Create, json.RawMessage(step.Create)
	}
	use, asking := k.use, r.interaction(k, k.use, k.typed)
	k.typed = ""
	r.screens.Keys.Use(use, func(ctx context.Context, tell func(func())) {
		response, err := call(ctx, d, options, asking)
		label := r.labelOf(ctx, err)
		tell(func() {
			if errors.Is(err, fido.ErrRemoved) && r.state.Key.Phase == wizard.AskingPIN {
				k.stopUsing() // the typed text stays until the key is back; keyMoved shows that it is gone
				return
			}
			if err != nil {
				r.keyFailed(k, err, label)
				return
			}
			r.state.Key.Phase = wizard.Answering
			k.remember(r.screens.Keys)
			r.send(api.KeyResponse{Response: api.RawJSON(response), Product: d.ProductName()})
		})
	})
	r.step()
}

func (k *keyUse) stopUsing() {
	if k.use != nil {
		k.use.Leave()
		k.use = nil
	}
}

// interaction shows what the key waits for, and sends the PIN typed on screen
// to it. first is a PIN that was typed before, or "".
func (r *ceremony) interaction(k *keyUse, use *shell.Scope, first string) fido.Interaction {
	return securitykey.Prompts{
		OnShow: func(p fido.Prompt) {
			use.Tell(func() {
				phase, ok := securitykey.PhaseOf(p.Kind)
				if !ok {
					return
				}
				was := r.state.Key.Phase
				r.state.Key.Phase, r.state.Key.Until = phase, r.c.ByServer(p.Deadline)
				if was != phase {
					r.step()
				}
			})
		},
		AskPIN: func(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
			if pin := first; pin != "" && !previousWrong {
				first = ""
				return pin, nil
			}
			use.Tell(func() {
				r.state.Key.Phase, r.state.Key.TriesLeft, r.state.Key.WrongPIN = wizard.AskingPIN, triesLeft, previousWrong
				r.step()
				r.holdKey(k)
			})
			select {
			case pin := <-k.pin:
				return pin, nil
			case <-ctx.Done():
				return "", fido.ErrCancelled
			}
		},
	}
}

// keyFailed shows why there is no answer from a key. label is the name under which it
// is enrolled already, "" if it is not.
func (r *ceremony) keyFailed(k *keyUse, err error, label string) {
	k.stopBlinking()
	r.state.Key.Phase, r.state.Key.Err, r.state.Key.Enrolled = wizard.Failing, err, label
	k.remember(r.screens.Keys)
	r.step()
}

// remember records the keys that are plugged in. A key plugged in later is a new try.
func (k *keyUse) remember(keys *securitykey.Access) {
	k.before = append([]fido.Device{}, keys.Presence().Devices...)
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
