package securitykey

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
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// An identification answers "which one is this?": the person touches a key, and
// its row in the list is highlighted.
type identification struct {
	scope  *shell.Scope // while waiting for a touch; nil otherwise
	phase  wizard.Phase
	device fido.Device
	until  time.Time // by the server's clock
	found  string    // credential ID of the row to highlight
	err    error
}

func (i identification) waiting() bool { return i.scope != nil }

// identify waits for a touch on any key, also on one that is plugged in later.
func (p *page) identify() { p.identifyWith("") }

// identifyWith is identify with a PIN, which is used when the key asks for its
// PIN the first time.
func (p *page) identifyWith(pin string) {
	if p.ident.waiting() {
		return
	}
	c, keys := p.c, p.here.keys
	s := p.scope.Child()
	p.ident = identification{scope: s, phase: wizard.Beginning}
	ids := credentials(p.src.Value)
	prompt := &pinPrompt{c: c, keys: keys, use: s, device: func() fido.Device { return p.ident.device }, typed: pin, again: func(pin string) {
		p.stopIdentifying()
		p.identifyWith(pin)
	}}
	keys.Use(s, func(ctx context.Context, tell func(func())) {
		id, err := keys.Identify(ctx, fido.Device{}, c.About().RPID, ids, Prompts{
			OnShow: func(prompt fido.Prompt) {
				tell(func() {
					if phase, ok := PhaseOf(prompt.Kind); ok {
						p.ident.phase, p.ident.device, p.ident.until = phase, prompt.Device, c.ByServer(prompt.Deadline)
						p.changed()
					}
				})
			},
			AskPIN: prompt.ask,
		})
		tell(func() {
			s.Leave()
			p.ident = identification{err: err}
			if err == nil {
				p.ident.found = EncodeID(id)
			}
			c.Refocus()
			p.changed()
		})
	})
	c.Refocus()
	c.Redraw()
}

// stopIdentifying stops waiting for a touch, and hides the result of the last one.
func (p *page) stopIdentifying() {
	if p.ident.waiting() {
		p.ident.scope.Leave()
	}
	p.ident = identification{}
	p.c.Refocus()
	p.c.Redraw()
}

// EncodeID encodes a credential ID as the account server does.
func EncodeID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// credentials are the credential IDs of the keys that belong to this relying party.
func credentials(keys []api.Key) (ids [][]byte) {
	for _, k := range keys {
		id, err := base64.RawURLEncoding.DecodeString(k.CredentialID)
		if err == nil && len(id) > 0 && !k.ForeignRP {
			ids = append(ids, id)
		}
	}
	return ids
}

// drawIdentifying draws what to do while waiting for a touch.
func (p *page) drawIdentifying(cancel fyne.CanvasObject) fyne.CanvasObject {
	w, i := p.c.Catalog, p.ident
	heading, lead := w.T("ui.keys.which.touch"), w.T("ui.keys.which.touch-lead")
	switch i.phase {
	case wizard.Inserting:
		heading, lead = w.T("ui.keys.which.insert"), w.T("ui.keys.which.insert-lead")
	case wizard.Working, wizard.Tapping, wizard.InDialog:
		heading, lead = wizard.KeyPrompt(w, i.phase, i.device)
	}
	foot := []fyne.CanvasObject{cancel}
	if !i.until.IsZero() && i.phase != wizard.Working && i.phase != wizard.InDialog {
		foot = []fyne.CanvasObject{wizard.KeyCountdown(w, p.c.Clock(p.c.Scope()), i.until), cancel}
	}
	return kit.Card(look.Pad(look.S16, look.HTop(look.S16, kit.Tile("key", true), look.Grow(look.V(2,
		look.NewText(heading, look.Strong, look.Ink).Wrapped(), look.Para(lead, look.Ink2), look.Inset(0, look.S8, 0, 0, look.Flow(look.S24, foot...)))))))
}

// drawNotIdentified draws why no row is highlighted, or returns nil.
func (p *page) drawNotIdentified() fyne.CanvasObject {
	w, err := p.c.Catalog, p.ident.err
	if err == nil || errors.Is(err, fido.ErrCancelled) {
		return nil
	}
	why := wizard.ExplainKey(w, err, nil)
	if errors.Is(err, fido.ErrNotEnrolled) {
		why = explain.Code(w, "key_not_listed")
	}
	return kit.NewBanner(look.Attention, why.What, why.Why, why.Next,
		control.NewLink(w.T("ui.keys.which.again"), p.identify), control.NewLink(w.T("kit.close"), p.stopIdentifying)).AsNews()
}
