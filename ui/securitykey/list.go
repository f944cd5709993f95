package securitykey

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// Draw draws the account's list and the keys that are plugged in.
func (p *page) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	if !p.src.Ready {
		return p.src.Waiting(c, w.T("ui.keys.title"), p.crumbs(), p.load)
	}
	keys := p.keys()
	add := control.NewButton(w.T("ui.keys.add"), "plus", control.Primary, p.add)
	screen := kit.Page{Crumbs: p.crumbs(), Title: w.T("ui.keys.title")}
	v := shell.View{Ready: true}
	if c.Config.Features.SecurityKeys {
		v.First, v.Bindings = add, control.Bindings{Enter: func() { add.Tapped(nil) }}
		if len(keys) > 0 {
			which := control.NewButton(w.T("ui.keys.which"), "search", control.Secondary, p.identify)
			switch {
			case p.ident.waiting():
				which.Disable()
			case p.ident.found != "" || p.ident.err != nil:
				v.First = which
			}
			screen.Actions = append(screen.Actions, which)
		}
		if why := c.Unless(c.Account(), api.ActEnrollKey, add); why != nil {
			screen.Body = append(screen.Body, why)
			v.First, v.Bindings = nil, control.Bindings{}
		}
		screen.Actions = append(screen.Actions, add)
	}
	if len(keys) == 0 {
		screen.Body = append(screen.Body, kit.EmptyState("key", look.Info, w.T("ui.keys.none"), w.T("ui.keys.none-why"), look.Centre(drawTransports(w, "usb", "nfc"))))
	} else {
		screen.Lead = w.T("ui.keys.lead")
		screen.Aside = look.NewText(w.T("ui.keys.of", len(keys), p.c.About().Limits.SecurityKeys), look.Caption, look.Ink2)
		if p.ident.waiting() {
			cancel := control.NewLink(w.T("wizard.cancel"), p.stopIdentifying)
			v.First, v.Bindings = cancel, control.Bindings{Escape: p.stopIdentifying}
			screen.Body = append(screen.Body, p.drawIdentifying(cancel))
		} else if why := p.drawNotIdentified(); why != nil {
			screen.Body = append(screen.Body, why)
		}
		screen.Body = append(screen.Body, p.drawList(&v)...)
	}
	if here := p.here.draw(len(keys) > 0); here != nil {
		screen.Body = append(screen.Body, here)
	}
	if f := c.Config.Features; f.SecurityKeys && !f.KeyDialog { // the system's dialog finds keys over Bluetooth
		screen.Body = append(screen.Body, drawBluetooth(w))
	}
	v.Content = c.Page(screen)
	return v
}

// drawList draws the account's keys, and a banner for each that may have been
// copied. A row that is being renamed sets focus and bindings of v.
func (p *page) drawList(v *shell.View) []fyne.CanvasObject {
	w := p.c.Catalog
	var rows []kit.ListRow
	var below []fyne.CanvasObject
	for _, k := range p.keys() {
		if k.PossiblyCopied {
			below = append(below, kit.NewBanner(look.Attention, w.T("ui.keys.copied", k.Label), w.T("ui.keys.copied-why"), w.T("ui.keys.copied-next"),
				control.NewLink(w.T("ui.keys.delete-link"), func() { p.remove(k) }).Destroys(), control.NewLink(w.T("ui.keys.happened"), func() { p.c.Visit(shell.Activity) })))
		}
		if k.ID == p.renaming.id {
			rows = append(rows, kit.ListRow{Key: k.ID, State: p.renaming.draft + "\n" + p.renaming.refused, Draw: func() fyne.CanvasObject { return p.drawRenaming(k) }})
		} else {
			rows = append(rows, p.keyRow(k))
		}
	}
	p.list.SetRows(rows...)
	if p.list.Row(p.renaming.id) != nil { // the key may be gone
		v.First = p.renaming.field
		v.Bindings = control.Bindings{Enter: p.rename, Escape: p.stopEditing}
	}
	return append([]fyne.CanvasObject{p.list}, below...)
}

func (p *page) drawRenaming(k api.Key) fyne.CanvasObject {
	w, name := p.c.Catalog, &p.renaming
	input := control.NewInput(control.InputConfig{Name: w.T("wizard.name"), Text: name.draft, Limit: 64, OnSubmit: func(string) { p.rename() }})
	field := control.NewField("", "", input)
	input.OnChanged = func(s string) { name.draft, name.refused = s, ""; field.Clear() }
	if name.refused != "" {
		field.Refuse(name.refused)
	}
	name.field = input.Focus()
	return look.Inset(look.S16, look.S12, look.S16, look.S12, look.H(look.S16, kit.Tile("key", true), look.Grow(field),
		control.NewButton(w.T("wizard.cancel"), "", control.Quiet, p.stopEditing), control.NewButton(w.T("ui.keys.save"), "", control.Secondary, p.rename)))
}

// keyRow is the row of a key. It is drawn again when the key was identified, plugged in
// or unplugged.
func (p *page) keyRow(k api.Key) kit.ListRow {
	found := p.ident.found != "" && p.ident.found == k.CredentialID
	pluggedIn := p.here.has(k.CredentialID)
	return kit.ListRow{Key: k.ID, State: []any{k, p.describe(k), found, pluggedIn}, Draw: func() fyne.CanvasObject {
		return p.drawKey(k, found, pluggedIn)
	}}
}

func (p *page) drawKey(k api.Key, found, pluggedIn bool) fyne.CanvasObject {
	w := p.c.Catalog
	trail := []fyne.CanvasObject{}
	switch {
	case found:
		trail = append(trail, kit.Badge(kit.Next, w.T("ui.keys.this-one")))
	case pluggedIn:
		trail = append(trail, kit.Badge(kit.On, w.T("ui.keys.plugged-in")))
	}
	if k.ForeignRP {
		trail = append(trail, kit.Badge(kit.Caution, w.T("ui.keys.elsewhere-badge")))
	}
	if k.PossiblyCopied {
		trail = append(trail, kit.Badge(kit.Caution, w.T("ui.keys.copied-badge")))
	}
	if k.Lab {
		trail = append(trail, wizard.LabTag(w))
	}
	trail = append(trail, drawTransports(w, k.Transports...), look.H(0,
		control.NewButton("", "edit", control.Quiet, func() { p.edit(k) }).Named(w.T("ui.keys.rename-name", k.Label)),
		control.NewButton("", "delete", control.Quiet, func() { p.remove(k) }).Named(w.T("ui.keys.delete-name", k.Label)).Destroys()))
	row := kit.TallRow(kit.Tile("key", true), k.Label, p.describe(k), trail...)
	if found {
		row = kit.Lit(row)
	}
	open := control.NewTapRow(row, func() { p.open(k) })
	open.Name = w.T("ui.keys.open", k.Label)
	return open
}

// describe is the line under a key's name: when it was added and used, and its
// model unless the name has it.
func (p *page) describe(k api.Key) string {
	w, now := p.c.Catalog, p.c.Now()
	text := w.T("ui.keys.added", shell.OnDay(w, now, k.Added))
	if k.LastUsed != nil {
		text = w.T("ui.keys.used", assets.Args{"added": shell.OnDay(w, now, k.Added), "used": shell.When(w, now, *k.LastUsed)})
	}
	if k.ForeignRP {
		text = w.T("ui.keys.elsewhere", k.RPID)
	}
	if k.Model != "" && !strings.Contains(k.Label, k.Model) {
		text = w.T("ui.keys.model", k.Model, text)
	}
	return text
}

// drawTransports draws a chip for each transport of a key that can be plugged in.
func drawTransports(w *assets.Catalog, names ...string) fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, n := range names {
		icon := map[string]string{fido.USB: "usb", fido.NFC: "nfc", "ble": "bluetooth"}[n]
		if icon == "" { // "internal" and "hybrid" are not separate keys
			continue
		}
		out = append(out, kit.Tag(icon, w.T("transport."+n)))
	}
	return look.H(6, out...)
}

// drawBluetooth says that keys over Bluetooth don't work here (R30).
func drawBluetooth(w *assets.Catalog) fyne.CanvasObject {
	system := map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS"}[runtime.GOOS]
	if system == "" {
		system = runtime.GOOS
	}
	return kit.Note("bluetooth", w.T("ui.keys.bluetooth", system))
}
