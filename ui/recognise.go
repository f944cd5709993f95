package ui

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A recognition is "which one is this?": a key is touched, and its row in the list
// lights up.
type recognition struct {
	scope  *Scope // while a touch is waited for
	phase  wizard.Phase
	device fido.Device
	until  time.Time // by the server's clock
	found  string    // credential ID of the row that lights up
	err    error
}

func (r recognition) waits() bool { return r.scope != nil }

// recognise waits for a touch on any key that is plugged in, now or soon.
func (p *securityKeysPage) recognise() {
	if p.ask.waits() {
		return
	}
	c := p.c
	s := p.scope.Child()
	p.ask = recognition{scope: s, phase: wizard.Beginning}
	ids := credentials(p.src.value)
	c.withKeys(s, func(ctx context.Context, tell func(func())) {
		id, err := c.cfg.Keys.Identify(ctx, fido.Device{}, c.about.RPID, ids, prompts{
			show: func(prompt fido.Prompt) {
				tell(func() {
					if phase, ok := phases[prompt.Kind]; ok {
						p.ask.phase, p.ask.device, p.ask.until = phase, prompt.Device, c.byServer(prompt.Deadline)
						p.changed()
					}
				})
			},
			pin: c.pinWanted(s, func() fido.Device { return p.ask.device }),
		})
		tell(func() {
			s.Leave()
			p.ask = recognition{err: err}
			if err == nil {
				p.ask.found = encodeID(id)
			}
			c.refocus()
			p.changed()
		})
	})
	c.refocus()
	c.redraw()
}

// enough ends the wait for a touch, and takes back what it came to.
func (p *securityKeysPage) enough() {
	if p.ask.waits() {
		p.ask.scope.Leave()
	}
	p.ask = recognition{}
	p.c.refocus()
	p.c.redraw()
}

// encodeID is a credential ID as the account server writes it.
func encodeID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// credentials are the IDs of the keys that can be used here.
func credentials(keys []api.Key) (ids [][]byte) {
	for _, k := range keys {
		id, err := base64.RawURLEncoding.DecodeString(k.CredentialID)
		if err == nil && len(id) > 0 && !k.Elsewhere {
			ids = append(ids, id)
		}
	}
	return ids
}

// drawRecognition is what is said while a touch is waited for.
func (c *Console) drawRecognition(r recognition, cancel fyne.CanvasObject) fyne.CanvasObject {
	w := c.words
	heading, lead := w.T("ui.keys.which.touch"), w.T("ui.keys.which.touch-lead")
	switch r.phase {
	case wizard.Inserting:
		heading, lead = w.T("ui.keys.which.insert"), w.T("ui.keys.which.insert-lead")
	case wizard.Working, wizard.Tapping:
		heading, lead = wizard.KeyPrompt(w, r.phase, r.device)
	}
	foot := []fyne.CanvasObject{cancel}
	if !r.until.IsZero() && r.phase != wizard.Working {
		foot = []fyne.CanvasObject{wizard.KeyCountdown(w, c.clock(c.scope), r.until), cancel}
	}
	return kit.Card(kit.Pad(kit.S16, kit.HTop(kit.S16, kit.Tile("key", true), kit.Grow(kit.V(2,
		kit.NewText(heading, kit.Strong, kit.Ink).Wrapped(), kit.Para(lead, kit.Ink2), kit.Inset(0, kit.S8, 0, 0, kit.Flow(kit.S24, foot...)))))))
}

// unrecognised says why a touch came to nothing; nil if it came to something.
func (c *Console) unrecognised(r recognition, in keyInputs) fyne.CanvasObject {
	w := c.words
	if r.err == nil || errors.Is(r.err, fido.ErrCancelled) {
		return nil
	}
	why := wizard.ExplainKey(w, r.err)
	if errors.Is(r.err, fido.ErrNotEnrolled) {
		why = explain.Code(w, "key_not_listed")
	}
	return kit.NewBanner(kit.Attention, why.What, why.Why, why.Next,
		kit.NewLink(w.T("ui.keys.which.again"), in.recognise), kit.NewLink(w.T("kit.close"), in.enough))
}
