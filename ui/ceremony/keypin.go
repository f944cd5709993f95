package ceremony

import (
	"context"
	"errors"

	"nightlatch/fido"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/wizard"
)

// keyInput handles what the person does besides touching the key.
func (r *ceremony) keyInput(in wizard.KeyInput) {
	k := r.key
	switch {
	case in.Retry:
		r.state.Fault, r.state.View.Refusal = nil, nil
		r.startKey()
		r.step()
	case k == nil:
	case in.Device != nil:
		r.state.Fault = nil
		r.useKey(*in.Device, false)
	case in.Offer:
		r.offerPIN(k)
	case in.NewPIN:
		r.setPIN(k)
	case k.use == nil: // the key was removed and is back
		r.state.Fault, k.typed = nil, in.PIN
		r.useKey(r.state.Key.Device, false)
	default:
		r.state.Fault = nil
		select {
		case k.pin <- in.PIN:
			r.state.Key.Phase = wizard.Working
			r.step()
		default: // one is being used already
		}
	}
}

// offerPIN shows the form for a new PIN of the key that needs one.
func (r *ceremony) offerPIN(k *keyUse) {
	d := r.state.Key.Device
	k.stopUsing()
	k.use = k.scope.Child()
	r.state.Fault, r.state.Draft.PINs = nil, wizard.PINs{}
	r.state.Key = wizard.KeyInteraction{Phase: wizard.Working, Device: d}
	r.screens.Keys.Use(k.use, func(ctx context.Context, tell func(func())) {
		p, err := r.screens.Keys.Info(ctx, d)
		tell(func() {
			if err != nil {
				r.keyFailed(k, err, "")
				return
			}
			r.state.Key = wizard.KeyInteraction{Phase: wizard.SettingPIN, Device: d, MinPIN: p.MinPIN, OldPIN: p.PIN == fido.PINSet, TriesLeft: p.PINTries}
			r.step()
			r.holdKey(k)
		})
	})
	r.step()
}

// setPIN sets the PIN that was typed, and then uses the key.
func (r *ceremony) setPIN(k *keyUse) {
	d, pins := r.state.Key.Device, r.state.Draft.PINs
	old := ""
	if r.state.Key.OldPIN {
		old = pins.Old
	}
	k.stopUsing()
	k.use = k.scope.Child()
	r.state.Busy, r.state.Fault = true, nil
	r.screens.Keys.Use(k.use, func(ctx context.Context, tell func(func())) {
		err := r.screens.Keys.SetPIN(ctx, d, old, pins.New)
		tell(func() {
			r.state.Busy = false
			var wrong *fido.WrongPINError
			switch {
			case err == nil:
				r.state.Draft.PINs = wizard.PINs{}
				r.useKey(d, false)
			case securitykey.Unreachable(err):
				r.keyFailed(k, err, "")
			default:
				if errors.As(err, &wrong) {
					r.state.Key.TriesLeft = wrong.TriesLeft
				}
				why := wizard.ExplainKey(r.c.Catalog, err, r.state.View.Step)
				r.state.Fault, r.state.Draft.PINs.Old = &why, ""
				r.step()
			}
		})
	})
	r.host.Changed()
}

// holdKey watches the key while its PIN is typed.
func (r *ceremony) holdKey(k *keyUse) {
	k.held = securitykey.Hold(r.state.Key.Device)
	r.keyMoved(k, r.screens.Keys.Presence())
}

// keyMoved handles the removal of the key for which a PIN is typed, and its return.
func (r *ceremony) keyMoved(k *keyUse, p securitykey.Presence) {
	if r.state.Busy || k.held == nil || !k.held.Update(p) { // while Busy, the key's error gives the reason
		return
	}
	if k.held.Gone {
		k.stopUsing() // the use that asked for the PIN ends with the key
	}
	r.state.Key.Gone, r.state.Key.Device = k.held.Gone, k.held.Device
	r.host.Changed()
}

// stopKey stops the use of a key.
func (r *ceremony) stopKey() {
	if r.key != nil {
		r.key.scope.Leave()
		r.key = nil
	}
	r.state.Key = wizard.KeyInteraction{}
}
