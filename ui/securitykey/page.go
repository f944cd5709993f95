// Package securitykey is the page of security keys: the account's list, the keys
// that are plugged in, their PINs, and the reset of a key.
//
// It also gives other screens access to security keys (Access).
package securitykey

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/shell"
)

// A page lists the account's security keys: rename in place, delete, add (R31),
// and identify by touch. The keys that are plugged in are below.
type page struct {
	c        *shell.Console
	scope    *shell.Scope
	src      shell.Source[[]api.Key]
	list     *kit.RowList
	renaming renaming
	ident    identification
	here     *pluggedIn
}

// A renaming is the state of the row whose name is being changed: the ID of the key,
// the typed name, and the field.
type renaming struct {
	id, draft string
	field     fyne.Focusable // nil before the first drawing
}

// New returns the page. arg selects what it shows first: "",
// wizard.OpenKeyContents or wizard.OpenKeyReset.
func New(c *shell.Console, keys *Access, arg string) shell.Screen { return newPage(c, keys, arg) }

// NewStill returns the page with a list that never changes, for pictures.
func NewStill(c *shell.Console, keys []api.Key) shell.Screen { return newStill(c, keys) }

func newStill(c *shell.Console, keys []api.Key) *page {
	p := newPage(c, NewAccess(c, nil), "")
	p.scope, p.here.scope = c.Root(), c.Root()
	p.src.Value, p.src.Ready = keys, true
	p.here.setAccountKeys(keys)
	return p
}

func newPage(c *shell.Console, keys *Access, arg string) *page {
	p := &page{c: c, list: kit.NewRowList(72)}
	p.here = &pluggedIn{c: c, keys: keys, known: map[string]known{}, intent: arg, changed: p.changed}
	return p
}

func (p *page) Page() shell.PageID { return shell.SecurityKeys }

func (p *page) Enter(s *shell.Scope) {
	p.scope, p.here.scope = s, s
	p.load()
	if p.c.Config.Features.SecurityKeys {
		p.here.keys.Watch(s, p.here.devicesChanged)
	}
}

func (p *page) changed() { p.c.RedrawIf(p) }

func (p *page) OnTopic(topic string) {
	if topic == "" || topic == api.TopicKeys || topic == api.TopicAccount {
		p.load()
	}
}

func (p *page) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) ([]api.Key, error) { return server.Keys(ctx) }, func() {
		if p.src.Ready {
			p.here.setAccountKeys(p.src.Value)
		}
		p.c.Redraw()
	})
}

func (p *page) add() { p.c.BeginCeremony(api.Begin{Kind: api.EnrollKey}, shell.SecurityKeys) }

// edit shows a field for the name of a key.
func (p *page) edit(k api.Key) {
	p.renaming = renaming{id: k.ID, draft: k.Label}
	p.c.Refocus()
	p.c.Redraw()
}

// stopEditing leaves the name as it is.
func (p *page) stopEditing() {
	p.renaming = renaming{}
	p.c.Redraw()
}

func (p *page) rename() {
	id, label := p.renaming.id, strings.TrimSpace(p.renaming.draft)
	if label == "" {
		p.c.WarnEmpty("label")
		return
	}
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		_, err := server.RenameKey(ctx, id, label)
		return func() { p.renaming = renaming{}; p.c.Redraw(); p.load() }, err
	})
}

func (p *page) remove(k api.Key) { removeKey(p.c, k, p.load) }

// removeKey deletes a key from the account's list after a confirmation, and then
// calls then.
func removeKey(c *shell.Console, k api.Key, then func()) {
	var consequences []string
	if a := c.Account(); a.Methods.Keys == 1 {
		consequences = append(consequences, c.Catalog.T("ui.keys.delete.last"))
		if !a.Methods.App && !a.Methods.Text {
			consequences = append(consequences, c.Catalog.T("ui.phone.delete.two-factor-off"))
		}
	}
	c.Confirm("ui.keys.delete", consequences, func() {
		c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { c.Reload(nil); then() }, server.DeleteKey(ctx, k.ID)
		})
	}, k.Label)
}

func (p *page) crumbs() []control.Crumb {
	return p.c.Breadcrumbs(p.c.Breadcrumb(shell.TwoFactor), control.Crumb{Name: p.c.Catalog.T("ui.keys.title")})
}
