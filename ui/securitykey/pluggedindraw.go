package securitykey

import (
	"cmp"
	"net/url"
	"slices"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/wizard"
)

// draw draws the keys that are plugged in; nil when there is nothing to show. listed
// means that the account has keys.
func (h *pluggedIn) draw(listed bool) fyne.CanvasObject {
	w := h.c.Catalog
	section := kit.Section(w.T("ui.key.section"))
	if !h.c.Config.Features.SecurityKeys {
		return h.drawUnable()
	}
	if h.presence.Err != nil {
		why := wizard.ExplainKey(w, h.presence.Err, nil)
		return look.V(look.S8, section, kit.NewBanner(look.Attention, why.What, why.Why, why.Next))
	}
	open, locked := h.presence.Usable()
	hints := h.drawHints(locked)
	if len(open) == 0 && h.c.Config.Features.KeyDialog {
		return h.drawSystemSettings()
	}
	if len(open) == 0 && h.c.Config.Features.NoKeys != nil { // only the lab's keys can be used
		return h.drawUnable()
	}
	if len(open) == 0 {
		if !listed && len(hints) == 0 {
			return nil // the page explains what a key is; adding one explains how
		}
		parts := []fyne.CanvasObject{section}
		if len(locked) == 0 {
			parts = append(parts, kit.Card(kit.TallRow(kit.Tile("usb", false), w.T("ui.key.none"), w.T("ui.key.none-why"))))
		}
		return look.V(look.S8, append(parts, hints...)...)
	}
	i := max(0, slices.IndexFunc(open, at(h.at)))
	parts := []fyne.CanvasObject{section}
	if len(open) > 1 {
		parts = append(parts, h.drawPicker(open, i))
	}
	parts = append(parts, h.drawKey(open[i]))
	if len(locked) > 0 { // another key that may not be opened
		parts = append(parts, hints...)
	}
	return look.V(look.S8, parts...)
}

// drawUnable says why this build cannot use security keys on this system.
func (h *pluggedIn) drawUnable() fyne.CanvasObject {
	why := wizard.ExplainKey(h.c.Catalog, cmp.Or(h.c.Config.Features.NoKeys, fido.ErrUnsupported), nil)
	return kit.NewBanner(look.Info, why.What, why.Why, why.Next)
}

// systemSettings is the page of Windows' settings that looks after security keys.
const systemSettings = "ms-settings:signinoptions"

// drawSystemSettings says where the system looks after keys, and opens that page.
func (h *pluggedIn) drawSystemSettings() fyne.CanvasObject {
	w := h.c.Catalog
	open := control.NewButton(w.T("ui.key.windows.open"), "", control.Secondary, func() {
		if page, err := url.Parse(systemSettings); err == nil {
			_ = h.c.Config.App.OpenURL(page) // the text says how to get there without the button
		}
	})
	return kit.Card(kit.TallRow(kit.Tile("key", false), w.T("ui.key.windows"), w.T("ui.key.windows-why"), open))
}

// drawPicker draws the selector of the key to show. It can be chosen by touch too.
func (h *pluggedIn) drawPicker(open []fido.Device, selected int) fyne.CanvasObject {
	w := h.c.Catalog
	var names []string
	for _, d := range open {
		names = append(names, h.name(d))
	}
	pick := control.NewSelector(control.SelectorConfig{Icon: "key", Options: names, Selected: selected, OnPick: func(i int) { h.pick(open[i]) }})
	pick.SetName(w.T("ui.key.which"))
	if h.blink == nil {
		return look.Inset(0, 0, 0, look.S4, look.H(look.S12, look.Grow(pick), control.NewButton(w.T("ui.key.by-touch"), "", control.Secondary, h.choose)))
	}
	wait := []fyne.CanvasObject{look.NewText(w.T("ui.key.touch-one"), look.Body, look.Ink)}
	if !h.until.IsZero() {
		wait = append(wait, wizard.KeyCountdown(w, h.c.Clock(h.c.Scope()), h.until))
	}
	return look.Inset(0, 0, 0, look.S4, look.V(look.S8, look.H(look.S12, look.Grow(pick)), look.Flow(look.S16, append(wait, control.NewLink(w.T("wizard.cancel"), h.stopChoosing))...)))
}

// drawHints says why a key that is plugged in can't be used. How to get NFC at all is
// explained in the ceremony that needs a key.
func (h *pluggedIn) drawHints(locked []fido.Device) []fyne.CanvasObject {
	w := h.c.Catalog
	if len(locked) > 0 {
		why, line := wizard.NoPermission(w, locked[0], Reach(h.c.Config.Features), h.c.Copy)
		return append([]fyne.CanvasObject{kit.NewBanner(look.Attention, why.What, why.Why, why.Next)}, line...)
	}
	if trouble := wizard.ReaderTrouble(w, h.presence.Reader); trouble != nil {
		return []fyne.CanvasObject{trouble}
	}
	return nil
}

// name is the name of a key that is plugged in: its label in the account's list, or
// its model.
func (h *pluggedIn) name(d fido.Device) string {
	k := h.known[d.Path]
	if label := h.labels[k.credential]; label != "" {
		return label
	}
	return modelOf(h.c.Catalog, d, k)
}

// modelOf is a key's model, or the name it reports.
func modelOf(w *assets.Catalog, d fido.Device, k known) string {
	if k.info.Model != "" && !d.Virtual {
		return k.info.Model
	}
	return wizard.DeviceName(w, d)
}

// drawKey draws one key: its model, its PIN, the accounts stored on it, the reset.
func (h *pluggedIn) drawKey(d fido.Device) fyne.CanvasObject {
	w, k := h.c.Catalog, h.known[d.Path]
	text := wizard.DeviceMaker(w, d)
	switch label := h.labels[k.credential]; {
	case label != "":
		text = w.T("ui.key.mine", assets.Args{"what": text, "key": label})
	case k.done && k.err == nil:
		text = w.T("ui.key.stranger", assets.Args{"what": text})
	}
	trail := []fyne.CanvasObject{}
	if d.Virtual {
		trail = append(trail, wizard.LabTag(w))
	}
	rows := []fyne.CanvasObject{kit.TallRow(kit.Tile(wizard.DeviceIcon(d), true), modelOf(w, d, k), text, append(trail, drawTransports(w, d.Transport))...)}
	switch {
	case !k.done:
		rows = append(rows, kit.TallRow(kit.Tile("clock", false), w.T("ui.key.asking"), w.T("ui.key.asking-why")))
		return kit.List(72, rows...)
	case k.err != nil:
		why := wizard.ExplainKey(w, k.err, nil)
		return look.V(look.S8, kit.List(72, rows...), kit.NewBanner(look.Attention, why.What, why.Why, why.Next,
			control.NewLink(w.T("wizard.key.retry"), func() { h.ask(d) })))
	case !k.info.FIDO2:
		rows = append(rows, kit.TallRow(kit.Tile("info", false), w.T("ui.key.u2f"), w.T("ui.key.u2f-why")))
		return kit.List(72, rows...)
	}
	rows = append(rows, h.drawPINRow(d, k), h.drawContentsRow(d, k))
	if h.contents != nil {
		rows = append(rows, h.drawContents()...)
	}
	rows = append(rows, kit.TallRow(kit.Tile("reset", false), w.T("ui.key.reset"), w.T("ui.key.reset-why"),
		control.NewButton(w.T("ui.key.reset.open"), "", control.Destroy, func() { h.reset(d, k) })))
	return kit.List(72, rows...)
}

// drawPINRow draws the state of the key's PIN.
func (h *pluggedIn) drawPINRow(d fido.Device, k known) fyne.CanvasObject {
	w, p := h.c.Catalog, k.info
	lead := kit.Tile("lock", false)
	set := func(key string) fyne.CanvasObject {
		return control.NewButton(w.T(key), "", control.Secondary, func() { h.setPIN(d, k) }).Named(w.T(key + "-name"))
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

// drawContentsRow draws how many accounts are stored on the key.
func (h *pluggedIn) drawContentsRow(d fido.Device, k known) fyne.CanvasObject {
	w, p := h.c.Catalog, k.info
	lead := kit.Tile("folder", false)
	switch {
	case h.contents != nil:
		used := w.T("ui.key.kept.nothing")
		if h.contents.Used > 0 {
			used = w.N("ui.key.kept.used", h.contents.Used)
		}
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.room", used, w.N("ui.key.kept.more", h.contents.Remaining)),
			control.NewButton(w.T("ui.key.kept.hide"), "", control.Secondary, h.hide))
	case !p.CanManage:
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.unable"))
	case p.PIN == fido.PINSet && p.PINTries == 0:
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.locked"))
	case p.PIN != fido.PINSet:
		return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.no-pin"))
	}
	return kit.TallRow(lead, w.T("ui.key.kept"), w.T("ui.key.kept.why"),
		control.NewButton(w.T("ui.key.kept.show"), "", control.Secondary, func() { h.read(d) }).Named(w.T("ui.key.kept.show-name")))
}

// drawContents draws the accounts stored on the key.
func (h *pluggedIn) drawContents() (rows []fyne.CanvasObject) {
	w := h.c.Catalog
	for _, r := range h.contents.Credentials {
		say := r.RPID
		if label := h.labels[EncodeID(r.ID)]; label != "" {
			say = w.T("ui.key.kept.mine", assets.Args{"where": r.RPID, "key": label})
		}
		rows = append(rows, kit.TallRow(look.Space(40, 1), credentialName(r), say,
			control.NewButton("", "delete", control.Quiet, func() { h.erase(r) }).Named(w.T("ui.key.kept.delete-name", credentialName(r))).Destroys()))
	}
	return rows
}

// credentialName is the name of an account stored on a key.
func credentialName(r fido.DiscoverableCredential) string {
	for _, name := range []string{r.UserName, r.UserDisplayName, r.RPName, r.RPID} {
		if name != "" {
			return name
		}
	}
	return EncodeID(r.ID)
}
