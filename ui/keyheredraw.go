package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A hereView is what the keys that are plugged in are drawn from.
type hereView struct {
	presence presence
	at       string // path of the one that is shown
	known    map[string]looked
	labels   map[string]string // of the account's keys, by credential ID
	kept     *fido.CredentialList
	blinking bool      // one is to be touched, to be shown
	until    time.Time // for how long
}

// holds reports whether a key of the account is plugged in.
func (v hereView) holds(credentialID string) bool {
	for _, l := range v.known {
		if l.done && l.holds != "" && l.holds == credentialID {
			return true
		}
	}
	return false
}

type hereInputs struct {
	pick, again, read func(fido.Device)
	pin, reset        func(fido.Device, looked)
	erase             func(fido.DiscoverableCredential)
	choose, enough    func() // let keys blink for one to be shown; never mind
	hide              func()
	copyLine          func(string)
}

// drawHere is what is plugged in; nil where there is nothing to say of it.
func (c *Console) drawHere(v keysView, in hereInputs) fyne.CanvasObject {
	w := c.words
	section := kit.Section(w.T("ui.key.section"))
	if !c.cfg.Features.SecurityKeys {
		why := wizard.ExplainKey(w, fido.ErrUnsupported)
		return kit.NewBanner(kit.Info, why.What, why.Why, why.Next)
	}
	h := v.here
	if h.presence.err != nil {
		why := wizard.ExplainKey(w, h.presence.err)
		return kit.V(kit.S8, section, kit.NewBanner(kit.Attention, why.What, why.Why, why.Next))
	}
	open, locked := h.presence.usable()
	hints := c.hintsHere(h.presence, locked, in)
	if len(open) == 0 {
		if len(v.keys) == 0 && len(hints) == 0 {
			return nil // the page says what a key is; adding one says how
		}
		parts := []fyne.CanvasObject{section}
		if len(locked) == 0 {
			parts = append(parts, kit.Card(kit.TallRow(kit.Tile("usb", false), w.T("ui.key.none"), w.T("ui.key.none-why"))))
		}
		return kit.V(kit.S8, append(parts, hints...)...)
	}
	shown := open[0]
	var names []string
	at := 0
	for i, d := range open {
		names = append(names, c.nameHere(d, h))
		if d.Path == h.at {
			shown, at = d, i
		}
	}
	parts := []fyne.CanvasObject{section}
	if len(open) > 1 {
		parts = append(parts, c.pickHere(open, at, names, h, in))
	}
	parts = append(parts, c.drawKeyHere(shown, h, in))
	if len(locked) > 0 { // another one that may not be opened
		parts = append(parts, hints...)
	}
	return kit.V(kit.S8, parts...)
}

// pickHere is which of several keys is shown: one picks it here, or touches it.
func (c *Console) pickHere(open []fido.Device, at int, names []string, v hereView, in hereInputs) fyne.CanvasObject {
	w := c.words
	pick := kit.NewSelector(kit.SelectorConfig{Icon: "key", Options: names, Selected: at, OnPick: func(i int) { in.pick(open[i]) }})
	pick.SetName(w.T("ui.key.which"))
	line := kit.H(kit.S12, kit.Grow(pick), kit.NewButton(w.T("ui.key.by-touch"), "", kit.Secondary, in.choose))
	if !v.blinking {
		return kit.Inset(0, 0, 0, kit.S4, line)
	}
	wait := []fyne.CanvasObject{kit.NewText(w.T("ui.key.touch-one"), kit.Body, kit.Ink)}
	if !v.until.IsZero() {
		wait = append(wait, wizard.KeyCountdown(w, c.clock(c.scope), v.until))
	}
	return kit.Inset(0, 0, 0, kit.S4, kit.V(kit.S8, kit.H(kit.S12, kit.Grow(pick)), kit.Flow(kit.S16, append(wait, kit.NewLink(w.T("wizard.cancel"), in.enough))...)))
}

// hintsHere say what is in the way of a key that is there. How to get NFC in the
// first place is said where a key is wanted.
func (c *Console) hintsHere(p presence, locked []fido.Device, in hereInputs) []fyne.CanvasObject {
	if len(locked) > 0 {
		why, line := wizard.NoPermission(c.words, locked[0], c.reach(), in.copyLine)
		return append([]fyne.CanvasObject{kit.NewBanner(kit.Attention, why.What, why.Why, why.Next)}, line...)
	}
	if trouble := wizard.ReaderTrouble(c.words, p.reader); trouble != nil {
		return []fyne.CanvasObject{trouble}
	}
	return nil
}

// nameHere is what a key that is plugged in is called: by the account's list, by
// its model, or as it calls itself.
func (c *Console) nameHere(d fido.Device, v hereView) string {
	l := v.known[d.Path]
	if label := v.labels[l.holds]; label != "" {
		return label
	}
	return c.modelOf(d, l)
}

func (c *Console) modelOf(d fido.Device, l looked) string {
	if l.portrait.Model != "" && !d.Virtual {
		return l.portrait.Model
	}
	return wizard.DeviceName(c.words, d)
}

// drawKeyHere is one key: what it is, its PIN, what is kept on it, the reset.
func (c *Console) drawKeyHere(d fido.Device, v hereView, in hereInputs) fyne.CanvasObject {
	w := c.words
	l := v.known[d.Path]
	say := wizard.DeviceMaker(w, d)
	switch label := v.labels[l.holds]; {
	case label != "":
		say = w.T("ui.key.mine", assets.Args{"what": say, "key": label})
	case l.done && l.err == nil:
		say = w.T("ui.key.stranger", assets.Args{"what": say})
	}
	trail := []fyne.CanvasObject{}
	if d.Virtual {
		trail = append(trail, wizard.LabTag(w))
	}
	rows := []fyne.CanvasObject{kit.TallRow(kit.Tile(wizard.DeviceIcon(d), true), c.modelOf(d, l), say, append(trail, c.transports(d.Transport))...)}
	switch {
	case !l.done:
		rows = append(rows, kit.TallRow(kit.Tile("clock", false), w.T("ui.key.asking"), w.T("ui.key.asking-why")))
		return kit.List(72, rows...)
	case l.err != nil:
		why := wizard.ExplainKey(w, l.err)
		return kit.V(kit.S8, kit.List(72, rows...), kit.NewBanner(kit.Attention, why.What, why.Why, why.Next,
			kit.NewLink(w.T("wizard.key.retry"), func() { in.again(d) })))
	case !l.portrait.FIDO2:
		rows = append(rows, kit.TallRow(kit.Tile("info", false), w.T("ui.key.u2f"), w.T("ui.key.u2f-why")))
		return kit.List(72, rows...)
	}
	rows = append(rows, c.pinRow(d, l, in), c.keptRow(d, l, v, in))
	if v.kept != nil {
		rows = append(rows, c.keptRows(v, in)...)
	}
	rows = append(rows, kit.TallRow(kit.Tile("reset", false), w.T("ui.key.reset"), w.T("ui.key.reset-why"),
		kit.NewButton(w.T("ui.key.reset.open"), "", kit.Secondary, func() { in.reset(d, l) })))
	return kit.List(72, rows...)
}

// pinRow is how far the key is with its PIN.
func (c *Console) pinRow(d fido.Device, l looked, in hereInputs) fyne.CanvasObject {
	w, p := c.words, l.portrait
	lead := kit.Tile("lock", false)
	set := func(key string) fyne.CanvasObject {
		return kit.NewButton(w.T(key), "", kit.Secondary, func() { in.pin(d, l) }).Named(w.T(key + "-name"))
	}
	switch {
	case p.PIN == fido.NoPINSupport && p.Verifies:
		return kit.TallRow(lead, w.T("ui.key.pin"), w.T("ui.key.pin.finger"))
	case p.PIN == fido.NoPINSupport:
		return kit.TallRow(lead, w.T("ui.key.pin"), w.T("ui.key.pin.unknown"))
	case p.PIN == fido.PINNotSet:
		return kit.TallRow(lead, w.T("ui.key.pin"), w.T("ui.key.pin.none"), set("ui.key.pin.set"))
	case p.PINTries == 0:
		return kit.TallRow(lead, w.T("ui.key.pin"), w.T("ui.key.pin.locked"), kit.Badge(kit.Bad, w.T("ui.key.pin.locked-badge")))
	}
	say := w.N("ui.key.pin.tries", p.PINTries)
	if p.ForcePINChange {
		say = w.T("ui.key.pin.force")
	}
	return kit.TallRow(lead, w.T("ui.key.pin"), say, set("ui.key.pin.change"))
}

// keptRow is how much is kept on the key.
func (c *Console) keptRow(d fido.Device, l looked, v hereView, in hereInputs) fyne.CanvasObject {
	w, p := c.words, l.portrait
	lead := kit.Tile("folder", false)
	switch {
	case v.kept != nil:
		used := w.T("ui.key.kept.nothing")
		if v.kept.Used > 0 {
			used = w.N("ui.key.kept.used", v.kept.Used)
		}
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.room", used, w.N("ui.key.kept.more", v.kept.Remaining)),
			kit.NewButton(w.T("ui.key.kept.hide"), "", kit.Secondary, in.hide))
	case !p.CanManage:
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.unable"))
	case p.PIN == fido.PINSet && p.PINTries == 0:
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.locked"))
	case p.PIN != fido.PINSet:
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.no-pin"))
	}
	return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.why"),
		kit.NewButton(w.T("ui.key.kept.show"), "", kit.Secondary, func() { in.read(d) }).Named(w.T("ui.key.kept.show-name")))
}

// keptRows are the accounts that are kept on the key.
func (c *Console) keptRows(v hereView, in hereInputs) (rows []fyne.CanvasObject) {
	w := c.words
	for _, r := range v.kept.Credentials {
		say := r.RPID
		if label := v.labels[encodeID(r.ID)]; label != "" {
			say = w.T("ui.key.kept.mine", assets.Args{"where": r.RPID, "key": label})
		}
		rows = append(rows, kit.TallRow(kit.Space(40, 1), credentialName(r), say,
			kit.NewButton("", "delete", kit.Quiet, func() { in.erase(r) }).Named(w.T("ui.key.kept.delete-name", credentialName(r)))))
	}
	return rows
}

// credentialName is whose account it is, as far as the key kept that.
func credentialName(r fido.DiscoverableCredential) string {
	for _, name := range []string{r.UserName, r.UserDisplayName, r.RPName, r.RPID} {
		if name != "" {
			return name
		}
	}
	return encodeID(r.ID)
}
