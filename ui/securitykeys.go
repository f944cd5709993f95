package ui

import (
	"context"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// maxKeys is how many keys an account has at most (R31).
const maxKeys = 20

// A securityKeysPage lists the security keys: rename in place, delete, add (R31).
type securityKeysPage struct {
	c     *Console
	scope *Scope
	src   source[[]api.Key]
	name  renaming
}

// A renaming is the row whose name is being changed, and what was typed.
type renaming struct{ id, draft string }

func newSecurityKeys(c *Console) *securityKeysPage { return &securityKeysPage{c: c} }

func (p *securityKeysPage) place() string  { return placeKeys }
func (p *securityKeysPage) enter(s *Scope) { p.scope = s; p.load() }

func (p *securityKeysPage) hear(what string) {
	if what == "" || what == api.TopicKeys || what == api.TopicAccount {
		p.load()
	}
}

func (p *securityKeysPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) ([]api.Key, error) { return server.Keys(ctx) }, p.c.redraw)
}

func (p *securityKeysPage) draw() drawn {
	c := p.c
	if !p.src.ready {
		return loading(c, c.words.T("ui.keys.title"), c.keyCrumbs(), &p.src, p.load)
	}
	return c.drawSecurityKeys(p.src.value, &p.name, keyInputs{
		add:    func() { c.enrol(api.EnrollKey, placeKeys) },
		rename: p.rename,
		edit: func(k api.Key) {
			p.name = renaming{id: k.ID, draft: k.Label}
			c.refocus()
			c.redraw()
		},
		stop: func() {
			p.name = renaming{}
			c.redraw()
		},
		remove: p.remove,
	})
}

func (p *securityKeysPage) rename() {
	id, label := p.name.id, strings.TrimSpace(p.name.draft)
	if label == "" {
		p.c.warnEmpty("label")
		return
	}
	p.c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		_, err := server.RenameKey(ctx, id, label)
		return func() { p.name = renaming{}; p.c.redraw(); p.load() }, err
	})
}

func (p *securityKeysPage) remove(k api.Key) {
	c := p.c
	var what []string
	if a := c.account; a.Methods.Keys == 1 {
		what = append(what, c.words.T("ui.keys.delete.last"))
		if !a.Methods.App && !a.Methods.Text {
			what = append(what, c.words.T("ui.phone.delete.two-factor-off"))
		}
	}
	c.confirm("ui.keys.delete", what, func() {
		c.act(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { c.reload(nil); p.load() }, server.DeleteKey(ctx, k.ID)
		})
	}, k.Label)
}

type keyInputs struct {
	add, rename, stop func()
	edit, remove      func(api.Key)
}

func (c *Console) keyCrumbs() []kit.Crumb {
	return c.crumbs(c.crumb(placeTwoFactor), kit.Crumb{Name: c.words.T("ui.keys.title")})
}

func (c *Console) drawSecurityKeys(keys []api.Key, name *renaming, in keyInputs) drawn {
	w := c.words
	add := kit.NewButton(w.T("ui.keys.add"), "plus", kit.Primary, in.add)
	p := kit.Page{Crumbs: c.keyCrumbs(), Title: w.T("ui.keys.title"), Actions: []fyne.CanvasObject{add}}
	d := drawn{first: add, keys: kit.Keys{Enter: func() { add.Tapped(nil) }}, ready: true}
	if len(keys) == 0 {
		p.Body = []fyne.CanvasObject{
			kit.Empty("key", kit.Info, w.T("ui.keys.none"), w.T("ui.keys.none-why"), kit.Centre(c.transports("usb", "nfc"))),
			kit.Narrow(440, c.bluetoothNote()),
		}
		d.content = c.page(p)
		return d
	}
	p.Lead = w.T("ui.keys.lead")
	p.Aside = kit.NewText(w.T("ui.keys.of", len(keys), maxKeys), kit.Caption, kit.Ink3)
	var rows []fyne.CanvasObject
	var copied []api.Key
	for _, k := range keys {
		if k.PossiblyCopied {
			copied = append(copied, k)
		}
		if k.ID != name.id {
			rows = append(rows, c.keyRow(k, in))
			continue
		}
		field := kit.NewInput(kit.InputConfig{Name: w.T("wizard.name"), Text: name.draft, Limit: 64, OnChanged: func(s string) { name.draft = s }, OnSubmit: func(string) { in.rename() }})
		rows = append(rows, kit.Inset(kit.S16, kit.S12, kit.S16, kit.S12, kit.H(kit.S16, kit.Tile("key", true), kit.Grow(field),
			kit.NewButton(w.T("wizard.cancel"), "", kit.Quiet, in.stop), kit.NewButton(w.T("ui.keys.save"), "", kit.Secondary, in.rename))))
		d.first = field.Focus()
		d.keys = kit.Keys{Enter: in.rename, Escape: in.stop}
	}
	p.Body = append(p.Body, kit.List(72, rows...))
	for _, k := range copied {
		p.Body = append(p.Body, kit.Banner(kit.Attention, w.T("ui.keys.copied", k.Label), w.T("ui.keys.copied-why"), w.T("ui.keys.copied-next"),
			kit.NewLink(w.T("ui.keys.delete-link"), func() { in.remove(k) }), kit.NewLink(w.T("ui.keys.happened"), func() { c.visit(placeActivity) })))
	}
	p.Body = append(p.Body, c.bluetoothNote())
	d.content = c.page(p)
	return d
}

func (c *Console) keyRow(k api.Key, in keyInputs) fyne.CanvasObject {
	w, now := c.words, c.now()
	say := w.T("ui.keys.added", onDay(w, now, k.Added))
	if k.LastUsed != nil {
		say = w.T("ui.keys.used", assets.Args{"added": onDay(w, now, k.Added), "used": when(w, now, *k.LastUsed)})
	}
	if k.Elsewhere {
		say = w.T("ui.keys.elsewhere", k.RPID)
	}
	if k.Lab {
		say = w.T("ui.keys.lab", say)
	}
	trail := []fyne.CanvasObject{}
	if k.Elsewhere {
		trail = append(trail, kit.Badge(kit.Caution, w.T("ui.keys.elsewhere-badge")))
	}
	if k.PossiblyCopied {
		trail = append(trail, kit.Badge(kit.Caution, w.T("ui.keys.copied-badge")))
	}
	trail = append(trail, c.transports(k.Transports...), kit.H(0,
		kit.NewButton("", "edit", kit.Quiet, func() { in.edit(k) }).Named(w.T("ui.keys.rename-name", k.Label)),
		kit.NewButton("", "delete", kit.Quiet, func() { in.remove(k) }).Named(w.T("ui.keys.delete-name", k.Label))))
	return kit.Row(kit.Tile("key", true), k.Label, say, trail...)
}

// transports are chips: how a key is reached.
func (c *Console) transports(names ...string) fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, n := range names {
		icon := map[string]string{"usb": "usb", "nfc": "nfc", "ble": "bluetooth"}[n]
		if icon == "" { // "internal" and "hybrid" are no keys one plugs in
			continue
		}
		out = append(out, kit.Z(kit.NewBox(kit.ChipFill, "", kit.RadiusChip), kit.Scaled(0, 24, kit.Inset(7, 0, 8, 0,
			kit.Centre(kit.H(5, kit.NewIcon(icon, 14, kit.Ink2), kit.NewText(c.words.T("transport."+n), kit.Caption, kit.Ink2)))))))
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
