package ui

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A keysView is what the page of security keys is drawn from.
type keysView struct {
	keys []api.Key
	name *renaming
	ask  recognition
	here hereView
}

type keyInputs struct {
	add, rename, stop func()
	edit, remove      func(api.Key)
	recognise, enough func() // "which one is this?", and never mind
	here              hereInputs
}

func (c *Console) drawSecurityKeys(v keysView, in keyInputs) drawn {
	w := c.words
	add := kit.NewButton(w.T("ui.keys.add"), "plus", kit.Primary, in.add)
	p := kit.Page{Crumbs: c.keyCrumbs(), Title: w.T("ui.keys.title")}
	d := drawn{first: add, keys: kit.Bindings{Enter: func() { add.Tapped(nil) }}, ready: true}
	able := c.cfg.Features.SecurityKeys
	if able && len(v.keys) > 0 {
		which := kit.NewButton(w.T("ui.keys.which"), "search", kit.Secondary, in.recognise)
		switch {
		case v.ask.waits():
			which.Disable()
		case v.ask.found != "" || v.ask.err != nil:
			d.first = which
		}
		p.Actions = append(p.Actions, which)
	}
	if able {
		p.Actions = append(p.Actions, add)
	} else {
		d.first, d.keys = nil, kit.Bindings{}
	}
	if len(v.keys) == 0 {
		p.Body = []fyne.CanvasObject{kit.EmptyState("key", kit.Info, w.T("ui.keys.none"), w.T("ui.keys.none-why"), kit.Centre(c.transports("usb", "nfc")))}
	} else {
		p.Lead = w.T("ui.keys.lead")
		p.Aside = kit.NewText(w.T("ui.keys.of", len(v.keys), maxKeys), kit.Caption, kit.Ink3)
		if v.ask.waits() {
			cancel := kit.NewLink(w.T("wizard.cancel"), in.enough)
			d.first, d.keys = cancel, kit.Bindings{Escape: in.enough}
			p.Body = append(p.Body, c.drawRecognition(v.ask, cancel))
		} else if why := c.unrecognised(v.ask, in); why != nil {
			p.Body = append(p.Body, why)
		}
		p.Body = append(p.Body, c.keyList(v, in, &d)...)
	}
	if here := c.drawHere(v, in.here); here != nil {
		p.Body = append(p.Body, here)
	}
	p.Body = append(p.Body, c.bluetoothNote())
	d.content = c.page(p)
	return d
}

// keyList is the list of the account's keys, and what is to be said of some.
func (c *Console) keyList(v keysView, in keyInputs, d *drawn) []fyne.CanvasObject {
	w := c.words
	var rows, below []fyne.CanvasObject
	for _, k := range v.keys {
		if k.PossiblyCopied {
			below = append(below, kit.NewBanner(kit.Attention, w.T("ui.keys.copied", k.Label), w.T("ui.keys.copied-why"), w.T("ui.keys.copied-next"),
				kit.NewLink(w.T("ui.keys.delete-link"), func() { in.remove(k) }), kit.NewLink(w.T("ui.keys.happened"), func() { c.visit(placeActivity) })))
		}
		if k.ID != v.name.id {
			rows = append(rows, c.keyRow(k, v, in))
			continue
		}
		name := v.name
		field := kit.NewInput(kit.InputConfig{Name: w.T("wizard.name"), Text: name.draft, Limit: 64, OnChanged: func(s string) { name.draft = s }, OnSubmit: func(string) { in.rename() }})
		rows = append(rows, kit.Inset(kit.S16, kit.S12, kit.S16, kit.S12, kit.H(kit.S16, kit.Tile("key", true), kit.Grow(field),
			kit.NewButton(w.T("wizard.cancel"), "", kit.Quiet, in.stop), kit.NewButton(w.T("ui.keys.save"), "", kit.Secondary, in.rename))))
		if name.draft == k.Label {
			field.SelectFirst()
		}
		d.first = field.Focus()
		d.keys = kit.Bindings{Enter: in.rename, Escape: in.stop}
	}
	return append([]fyne.CanvasObject{kit.List(72, rows...)}, below...)
}

func (c *Console) keyRow(k api.Key, v keysView, in keyInputs) fyne.CanvasObject {
	w := c.words
	lit := v.ask.found != "" && v.ask.found == k.CredentialID
	trail := []fyne.CanvasObject{}
	switch {
	case lit:
		trail = append(trail, kit.Badge(kit.Next, w.T("ui.keys.this-one")))
	case v.here.holds(k.CredentialID):
		trail = append(trail, kit.Badge(kit.On, w.T("ui.keys.plugged-in")))
	}
	if k.Elsewhere {
		trail = append(trail, kit.Badge(kit.Caution, w.T("ui.keys.elsewhere-badge")))
	}
	if k.PossiblyCopied {
		trail = append(trail, kit.Badge(kit.Caution, w.T("ui.keys.copied-badge")))
	}
	if k.Lab {
		trail = append(trail, wizard.LabTag(w))
	}
	trail = append(trail, c.transports(k.Transports...), kit.H(0,
		kit.NewButton("", "edit", kit.Quiet, func() { in.edit(k) }).Named(w.T("ui.keys.rename-name", k.Label)),
		kit.NewButton("", "delete", kit.Quiet, func() { in.remove(k) }).Named(w.T("ui.keys.delete-name", k.Label))))
	row := kit.TallRow(kit.Tile("key", true), k.Label, c.keySays(k), trail...)
	if lit {
		return kit.Lit(row)
	}
	return row
}

// keySays is the line under a key's name: its model, unless the name has it, and
// when it was added and used.
func (c *Console) keySays(k api.Key) string {
	w, now := c.words, c.now()
	say := w.T("ui.keys.added", onDay(w, now, k.Added))
	if k.LastUsed != nil {
		say = w.T("ui.keys.used", assets.Args{"added": onDay(w, now, k.Added), "used": when(w, now, *k.LastUsed)})
	}
	if k.Elsewhere {
		say = w.T("ui.keys.elsewhere", k.RPID)
	}
	if k.Model != "" && !strings.Contains(k.Label, k.Model) {
		say = w.T("ui.keys.model", k.Model, say)
	}
	return say
}

// transports are chips: how a key is reached.
func (c *Console) transports(names ...string) fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, n := range names {
		icon := map[string]string{fido.USB: "usb", fido.NFC: "nfc", "ble": "bluetooth"}[n]
		if icon == "" { // "internal" and "hybrid" are no keys one plugs in
			continue
		}
		out = append(out, kit.Tag(icon, c.words.T("transport."+n)))
	}
	return kit.H(6, out...)
}

// bluetoothNote says where keys over Bluetooth work: not from here (R30).
func (c *Console) bluetoothNote() fyne.CanvasObject {
	system := map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS"}[runtime.GOOS]
	if system == "" {
		system = runtime.GOOS
	}
	return kit.Note("bluetooth", c.words.T("ui.keys.bluetooth", system))
}
