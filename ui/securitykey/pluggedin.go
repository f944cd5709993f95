package securitykey

import (
	"bytes"
	"context"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// pluggedIn are the keys that are plugged in, below the account's list: what each
// one reports about itself, and the actions on it.
type pluggedIn struct {
	c       *shell.Console
	keys    *Access
	scope   *shell.Scope // of the page
	changed func()

	presence    Presence
	account     []api.Key         // the account's keys
	labels      map[string]string // their labels, by credential ID
	credentials [][]byte          // their credential IDs
	known       map[string]known  // by path
	at          string            // path of the key that is shown

	contents *fido.CredentialList // accounts stored on the key that is shown, once its PIN was typed
	pin      string               // that PIN
	erasing  bool                 // an account is being deleted from it
	dialog   *control.Dialog      // about the key that is shown
	blink    *shell.Scope         // while keys blink, to choose the one to show
	until    time.Time            // end of the blinking, by the server's clock
	intent   string               // the argument of the page, until a key is plugged in
}

// known is what a key has reported about itself.
type known struct {
	device     fido.Device
	info       fido.Info
	credential string // credential ID of the matching key of the account, "" if there is none
	err        error
	done       bool // false while the key is being asked
}

// devicesChanged stores which keys are plugged in, and reads the capabilities
// of new ones.
func (h *pluggedIn) devicesChanged(p Presence) {
	h.presence = p
	open, _ := p.Usable()
	shown, were := h.known[h.at]
	for path, k := range h.known {
		if !slices.Contains(open, k.device) { // unplugged, or another key has its path
			delete(h.known, path)
		}
	}
	if !slices.ContainsFunc(open, at(h.at)) || were && !slices.Contains(open, shown.device) {
		h.contents, h.pin = nil, "" // a dialog about the key stays, and shows that it was removed
		h.at = ""
		if len(open) > 0 {
			h.at = open[0].Path
		}
	}
	for _, d := range open {
		if _, asked := h.known[d.Path]; !asked {
			h.ask(d)
		}
	}
	h.changed()
}

// forget drops what was read from the key with its PIN.
func (h *pluggedIn) forget() {
	h.contents, h.pin = nil, ""
	if d := h.dialog; d != nil {
		h.dialog = nil
		d.Dismiss()
	}
}

// setAccountKeys sets the account's keys. If they have changed, it searches
// the plugged-in keys for the new credentials.
func (h *pluggedIn) setAccountKeys(keys []api.Key) {
	ids := credentials(keys)
	h.account, h.labels = keys, map[string]string{}
	for _, k := range keys {
		h.labels[k.CredentialID] = k.Label
	}
	if slices.EqualFunc(ids, h.credentials, bytes.Equal) {
		return
	}
	h.credentials = ids
	open, _ := h.presence.Usable()
	for _, d := range open {
		h.ask(d)
	}
}

// ask asks a key about itself, and which of the account's keys it is.
func (h *pluggedIn) ask(d fido.Device) {
	if open, _ := h.presence.Usable(); !slices.ContainsFunc(open, at(d.Path)) {
		return
	}
	h.known[d.Path] = known{device: d, info: h.known[d.Path].info}
	ids, rpID := h.credentials, h.c.About().RPID
	// It takes a moment and no touch. It is not stopped when the page is left, so
	// that the key is idle for its next use.
	h.keys.Use(h.c.Root(), func(ctx context.Context, tell func(func())) {
		info, err := h.keys.Info(ctx, d)
		credential := []byte(nil)
		if err == nil {
			credential, _ = h.keys.FindCredential(ctx, d, rpID, ids) // a key that can't answer matches none
		}
		tell(func() {
			if h.known[d.Path].device != d || h.scope.Left() {
				return
			}
			h.known[d.Path] = known{device: d, info: info, credential: EncodeID(credential), err: err, done: true}
			h.changed()
			h.doIntent()
		})
	})
}

// shown is the key that is shown.
func (h *pluggedIn) shown() (fido.Device, known, bool) {
	open, _ := h.presence.Usable()
	i := slices.IndexFunc(open, at(h.at))
	if i < 0 {
		return fido.Device{}, known{}, false
	}
	return open[i], h.known[h.at], true
}

// has reports whether one of the account's keys is plugged in.
func (h *pluggedIn) has(credentialID string) bool {
	for _, k := range h.known {
		if k.done && k.credential != "" && k.credential == credentialID {
			return true
		}
	}
	return false
}

// pick shows another key.
func (h *pluggedIn) pick(d fido.Device) {
	h.stop()
	if d.Path != h.at {
		h.forget()
		h.at = d.Path
	}
	h.changed()
}

// doIntent carries out the argument of the page, after the key has answered.
func (h *pluggedIn) doIntent() {
	d, k, ok := h.shown()
	if h.intent == "" || !ok || !k.done || k.err != nil {
		return
	}
	intent := h.intent
	h.intent = ""
	switch {
	case intent == wizard.OpenKeyContents && readable(k.info):
		h.read(d)
	case intent == wizard.OpenKeyReset:
		h.reset(d, k)
	}
}

// readable reports whether a key lists its accounts for its PIN.
func readable(p fido.Info) bool {
	return p.CanManage && p.PIN == fido.PINSet && p.PINTries > 0
}

// read asks for the PIN and then lists the accounts stored on a key.
func (h *pluggedIn) read(d fido.Device) {
	c := h.c
	h.dialog = askPIN(c, h.keys, h.scope, pinQuestion{
		device: d, tries: h.known[d.Path].info.PINTries, words: c.Catalog.T("ui.key.kept.pin-why"), do: c.Catalog.T("ui.key.kept.show"),
		try: func(ctx context.Context, d fido.Device, pin string) (func(), error) {
			kept, err := h.keys.Credentials(ctx, d, pin)
			return func() { h.at, h.contents, h.pin = d.Path, &kept, pin; h.changed() }, err
		},
		ended: func(d fido.Device) { h.dialog = nil; h.ask(d) }, // wrong PINs count
	})
}

// hide drops the list of accounts and the PIN.
func (h *pluggedIn) hide() { h.forget(); h.changed() }

// erase deletes an account from the key after a confirmation.
func (h *pluggedIn) erase(r fido.DiscoverableCredential) {
	c := h.c
	d, _, ok := h.shown()
	if !ok || h.contents == nil {
		return
	}
	var what []string
	if label := h.labels[EncodeID(r.ID)]; label != "" {
		what = append(what, c.Catalog.T("ui.key.kept.delete.mine", label))
	}
	pin := h.pin
	c.Confirm("ui.key.kept.delete", what, func() {
		if now, _, ok := h.shown(); !ok || now != d || h.contents == nil || h.erasing { // another key would count a wrong PIN
			return
		}
		h.erasing = true
		h.keys.Use(h.scope, func(ctx context.Context, tell func(func())) {
			err := h.keys.DeleteCredential(ctx, d, r.ID, pin)
			var kept fido.CredentialList
			if err == nil {
				kept, err = h.keys.Credentials(ctx, d, pin)
			}
			tell(func() {
				h.erasing = false
				if err != nil {
					h.forget()
					c.Warn(wizard.ExplainKey(c.Catalog, err, nil))
					return
				}
				h.contents = &kept
				h.ask(d)
				h.changed()
			})
		})
	}, credentialName(r))
}

// setPIN sets or changes the key's PIN.
func (h *pluggedIn) setPIN(d fido.Device, k known) {
	h.dialog = askNewPIN(h.c, h.keys, h.scope, d, k.info, func(d fido.Device, done bool) {
		h.dialog = nil
		if done {
			h.contents, h.pin = nil, ""
			h.c.Toast.Say(h.c.Catalog.T("ui.key.pin.done"))
		}
		h.ask(d)
	})
}

// reset opens the page that resets the key.
func (h *pluggedIn) reset(d fido.Device, k known) {
	entry := api.Key{}
	if i := slices.IndexFunc(h.account, func(e api.Key) bool { return k.credential != "" && e.CredentialID == k.credential }); i >= 0 {
		entry = h.account[i]
	}
	h.c.ShowScreen(newReset(h.c, h.keys, d, k.info, entry))
}

// choose makes all keys blink, and shows the one that is touched.
func (h *pluggedIn) choose() {
	c := h.c
	open, _ := h.presence.Usable()
	h.stop()
	h.blink = h.scope.Child()
	s := h.blink
	h.keys.Use(s, func(ctx context.Context, tell func(func())) {
		d, err := h.keys.Choose(ctx, open, Prompts{OnShow: func(prompt fido.Prompt) {
			tell(func() {
				if prompt.Kind == fido.Choose {
					h.until = c.ByServer(prompt.Deadline)
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

// stop stops the blinking.
func (h *pluggedIn) stop() {
	if h.blink != nil {
		h.blink.Leave()
		h.blink = nil
	}
	h.until = time.Time{}
}

// stopChoosing stops the blinking without choosing.
func (h *pluggedIn) stopChoosing() { h.stop(); h.changed() }
