package lab

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// keyKinds are the kinds of virtual keys, in the order they are offered.
func keyKinds() []api.KeyKind {
	return []api.KeyKind{api.KeyFIDO2, api.KeyFingerprint, api.KeyU2F}
}

// drawKeys draws the virtual keys.
func (p *Panel) drawKeys() fyne.CanvasObject {
	w := p.c.Catalog
	return look.V(look.S8, look.H(look.S8, kit.Section(w.T("lab.keys")), look.Gap(), control.NewLink(w.T("lab.plug"), p.askKey)), p.drawKeyList())
}

func (p *Panel) drawKeyList() fyne.CanvasObject {
	w := p.c.Catalog
	var rows []fyne.CanvasObject
	clear(p.keys)
	for _, k := range p.state.Keys {
		icon := "usb"
		if k.Transport == "nfc" {
			icon = "nfc"
		}
		head := look.HTop(look.S12, kit.Tile(icon, k.PluggedIn),
			look.Grow(look.V(0, look.NewText(k.Name, look.Strong, look.Ink), look.NewText(keyState(w, k), look.Caption, look.Ink2).Wrapped())),
			control.NewButton("", "more", control.Quiet, func() { p.askMore(k) }).Named(w.T("lab.key.more-name", k.Name)))
		p.keys[k.ID] = look.Inset(look.S12, look.S12, look.S12, look.S12, look.V(look.S8, head, look.H(look.S8, append([]fyne.CanvasObject{look.Gap()}, p.keyButtons(k)...)...)))
		p.mark(k.ID, p.keys[k.ID])
		rows = append(rows, p.keys[k.ID])
	}
	if len(rows) == 0 {
		return kit.Card(look.Pad(look.S12, look.NewText(w.T("lab.no-keys"), look.Caption, look.Ink2).Wrapped()))
	}
	return kit.List(64, rows...)
}

// keyButtons are the frequent actions on a key.
func (p *Panel) keyButtons(k api.LabKey) []fyne.CanvasObject {
	w := p.c.Catalog
	does := func(call func(*client.Client, context.Context, string) error) func() {
		return func() {
			p.do(func(ctx context.Context, server *client.Client) error { return call(server, ctx, k.ID) }, nil)
		}
	}
	if !k.PluggedIn {
		return []fyne.CanvasObject{control.NewButton(w.T("lab.key.plug"), "", control.Secondary, does((*client.Client).ReplugKey)).Named(w.T("lab.key.plug-name", k.Name))}
	}
	kind := control.Secondary
	if k.WaitingForTouch {
		kind = control.Primary
	}
	return []fyne.CanvasObject{
		control.NewButton(w.T("lab.key.unplug"), "", control.Quiet, does((*client.Client).UnplugKey)).Named(w.T("lab.key.unplug-name", k.Name)),
		control.NewButton(w.T("lab.key.touch"), "", kind, does((*client.Client).TouchKey)).Named(w.T("lab.key.touch-name", k.Name)),
	}
}

// keyState says whether a key is plugged in, and how it differs from a new one.
func keyState(w *assets.Catalog, k api.LabKey) string {
	if k.WaitingForTouch {
		return w.T("lab.key.waiting")
	}
	said := []string{w.T("lab.key.out")}
	if k.PluggedIn {
		said[0] = w.T("lab.key.in")
	}
	for _, s := range []struct {
		is  bool
		key string
	}{
		{k.Kind == api.KeyFingerprint, "lab.key.is-fingerprint"},
		{k.Kind == api.KeyU2F, "lab.key.is-u2f"},
		{k.HasPIN && !pinLocked(k), "lab.key.has-pin"},
		{pinLocked(k), "lab.key.pin-locked"},
		{k.Kind != api.KeyU2F && k.Room == 0 && k.Stored > 0, "lab.key.full"},
		{k.CopyOf != "", "lab.key.is-copy"},
		{isTrue(k.CounterStill), "lab.key.is-still"},
		{isTrue(k.WrongFinger), "lab.key.is-wrong-finger"},
		{isTrue(k.PullOnTouch), "lab.key.is-pulled"},
	} {
		if s.is {
			said = append(said, w.T(s.key))
		}
	}
	return strings.Join(said, " · ")
}

func pinLocked(k api.LabKey) bool { return k.PINTries != nil && *k.PINTries == 0 }
