package ui

import (
	"bytes"
	"context"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// keysHere are the keys that are plugged in, below the account's list: what each
// tells of itself, and what can be done to it.
type keysHere struct {
	c       *Console
	scope   *Scope // of the page
	changed func()

	presence presence
	mine     [][]byte          // credentials of the account's keys
	account  []api.Key         // the account's keys
	labels   map[string]string // their labels, by credential ID
	known    map[string]looked // by path
	at       string            // path of the one that is shown

	kept   *fido.CredentialList // what is kept on the one that is shown, once its PIN was given
	pin    string               // which it was
	dialog *kit.Dialog          // about the one that is shown
	blink  *Scope               // while keys blink for one to be shown
	until  time.Time            // for how long, by the server's clock
	intent string               // what the page was opened for, until there is a key to do it to
}

// looked is what a key tells of itself.
type looked struct {
	device   fido.Device
	portrait fido.Info
	holds    string // credential ID of the account's key that it is, "" if it is none or doesn't tell
	err      error
	done     bool // false while it is asked
}

// are takes what is plugged in now.
func (h *keysHere) are(p presence) {
	h.presence = p
	open, _ := p.usable()
	shown, were := h.known[h.at]
	for path, l := range h.known {
		if !slices.Contains(open, l.device) { // gone, or another one is there now
			delete(h.known, path)
		}
	}
	if !slices.ContainsFunc(open, on(h.at)) || were && !slices.Contains(open, shown.device) {
		h.forget()
		h.at = ""
		if len(open) > 0 {
			h.at = open[0].Path
		}
	}
	for _, d := range open {
		if _, asked := h.known[d.Path]; !asked {
			h.look(d)
		}
	}
	h.changed()
}

// forget drops what was found out with the PIN of the key that is shown.
func (h *keysHere) forget() {
	h.kept, h.pin = nil, ""
	if d := h.dialog; d != nil {
		h.dialog = nil
		d.Dismiss()
	}
}

// belong takes the account's keys. Where they are others than before, the keys
// that are plugged in are asked again which of them they are.
func (h *keysHere) belong(keys []api.Key) {
	mine := credentials(keys)
	h.account, h.labels = keys, map[string]string{}
	for _, k := range keys {
		h.labels[k.CredentialID] = k.Label
	}
	if slices.EqualFunc(mine, h.mine, bytes.Equal) {
		return
	}
	h.mine = mine
	open, _ := h.presence.usable()
	for _, d := range open {
		h.look(d)
	}
}

// look asks a key about itself, and which of the account's keys it is.
func (h *keysHere) look(d fido.Device) {
	if open, _ := h.presence.usable(); !slices.ContainsFunc(open, on(d.Path)) {
		return
	}
	h.known[d.Path] = looked{device: d, portrait: h.known[d.Path].portrait}
	keys, mine, rpID := h.c.cfg.Keys, h.mine, h.c.about.RPID
	// It takes a moment and no touch: it isn't stopped when the page is left, so
	// that whoever uses the key next finds it at rest.
	h.c.withKeys(h.c.root, func(ctx context.Context, tell func(func())) {
		portrait, err := keys.Info(ctx, d)
		holds := []byte(nil)
		if err == nil {
			holds, _ = keys.FindCredential(ctx, d, rpID, mine) // one that doesn't tell is as good as none
		}
		tell(func() {
			if h.known[d.Path].device != d || h.scope.Left() {
				return
			}
			h.known[d.Path] = looked{device: d, portrait: portrait, holds: encodeID(holds), err: err, done: true}
			h.changed()
			h.intended()
		})
	})
}

// shown is the key that is shown.
func (h *keysHere) shown() (fido.Device, looked, bool) {
	open, _ := h.presence.usable()
	i := slices.IndexFunc(open, on(h.at))
	if i < 0 {
		return fido.Device{}, looked{}, false
	}
	return open[i], h.known[h.at], true
}

// pick shows another key.
func (h *keysHere) pick(d fido.Device) {
	h.stop()
	if d.Path != h.at {
		h.forget()
		h.at = d.Path
	}
	h.changed()
}

// intended does what the page was opened for, once the key has told of itself.
func (h *keysHere) intended() {
	d, l, ok := h.shown()
	if h.intent == "" || !ok || !l.done || l.err != nil {
		return
	}
	intent := h.intent
	h.intent = ""
	switch {
	case intent == wizard.OpenKeyContents && readable(l.portrait):
		h.read(d)
	case intent == wizard.OpenKeyReset:
		h.reset(d, l)
	}
}

// showKeyHere opens the page of security keys for something to be done to the key
// that is plugged in.
func (c *Console) showKeyHere(intent string) {
	p := newSecurityKeys(c)
	p.here.intent = intent
	c.show(p)
}

// readable reports whether a key would tell what is kept on it.
func readable(p fido.Info) bool {
	return p.CanManage && p.PIN == fido.PINSet && p.PINTries > 0
}

// read asks for the PIN and then lists what is kept on a key.
func (h *keysHere) read(d fido.Device) {
	c := h.c
	h.dialog = c.askPINFor(h.scope, pinQuestion{
		device: d, tries: h.known[d.Path].portrait.PINTries, words: c.words.T("ui.key.kept.pin-why"), do: c.words.T("ui.key.kept.show"),
		try: func(ctx context.Context, pin string) (func(), error) {
			kept, err := c.cfg.Keys.Credentials(ctx, d, pin)
			return func() { h.kept, h.pin = &kept, pin; h.changed() }, err
		},
		ended: func() { h.dialog = nil; h.look(d) }, // wrong ones count
	})
}

// hide forgets what is kept on the key, and its PIN.
func (h *keysHere) hide() { h.forget(); h.changed() }

// erase deletes something that is kept on the key, for good.
func (h *keysHere) erase(r fido.DiscoverableCredential) {
	c := h.c
	d, _, ok := h.shown()
	if !ok || h.kept == nil {
		return
	}
	var what []string
	if label := h.labels[encodeID(r.ID)]; label != "" {
		what = append(what, c.words.T("ui.key.kept.delete.mine", label))
	}
	pin := h.pin
	c.confirm("ui.key.kept.delete", what, func() {
		c.withKeys(h.scope, func(ctx context.Context, tell func(func())) {
			err := c.cfg.Keys.DeleteCredential(ctx, d, r.ID, pin)
			var kept fido.CredentialList
			if err == nil {
				kept, err = c.cfg.Keys.Credentials(ctx, d, pin)
			}
			tell(func() {
				if err != nil {
					h.forget()
					c.warn(wizard.ExplainKey(c.words, err))
					return
				}
				h.kept = &kept
				h.look(d)
				h.changed()
			})
		})
	}, credentialName(r))
}

// setPIN gives the key its first PIN, or another one.
func (h *keysHere) setPIN(d fido.Device, l looked) {
	h.dialog = h.c.askNewPIN(h.scope, d, l.portrait, func(done bool) {
		h.dialog = nil
		if done {
			h.kept, h.pin = nil, ""
			h.c.toast.Say(h.c.words.T("ui.key.pin.done"))
		}
		h.look(d)
	})
}

// reset leads through making the key as new.
func (h *keysHere) reset(d fido.Device, l looked) {
	entry := api.Key{}
	if i := slices.IndexFunc(h.account, func(k api.Key) bool { return l.holds != "" && k.CredentialID == l.holds }); i >= 0 {
		entry = h.account[i]
	}
	h.c.show(newKeyReset(h.c, d, l.portrait, entry))
}

// choose lets all keys blink: the one that is touched is shown.
func (h *keysHere) choose() {
	c := h.c
	open, _ := h.presence.usable()
	h.stop()
	h.blink = h.scope.Child()
	s := h.blink
	c.withKeys(s, func(ctx context.Context, tell func(func())) {
		d, err := c.cfg.Keys.Choose(ctx, open, prompts{show: func(prompt fido.Prompt) {
			tell(func() {
				if prompt.Kind == fido.Choose {
					h.until = c.byServer(prompt.Deadline)
					h.changed()
				}
			})
		}})
		tell(func() {
			h.stop()
			if err == nil {
				h.pick(d)
				return
			}
			h.changed()
		})
	})
	h.changed()
}

// stop lets no key blink any more.
func (h *keysHere) stop() {
	if h.blink != nil {
		h.blink.Leave()
		h.blink = nil
	}
	h.until = time.Time{}
}

func (h *keysHere) inputs() hereInputs {
	return hereInputs{
		pick: h.pick, choose: h.choose, enough: func() { h.stop(); h.changed() }, again: h.look, read: h.read, hide: h.hide, erase: h.erase, pin: h.setPIN, reset: h.reset,
		copyLine: h.c.copy,
	}
}

func (h *keysHere) view() hereView {
	return hereView{presence: h.presence, at: h.at, known: h.known, labels: h.labels, kept: h.kept, blinking: h.blink != nil, until: h.until}
}
