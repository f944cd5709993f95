// Package securitykey is the page of security keys: the account's list, the keys
// that are plugged in, their PINs, and the reset of a key.
//
// It also gives other screens access to security keys (Access).
package securitykey

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
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
	hidden   string // ID of a key that is being deleted; "" for none
	ident    identification
	here     *pluggedIn
}

// A renaming is the state of the row whose name is being changed: the ID of the key,
// the typed name, and the field.
type renaming struct {
	id, draft string
	field     fyne.Focusable // nil before the first drawing
	refused   string         // why the name was refused, until it is changed
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
	p.c.Reload(p.changed) // what is possible depends on the account
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
		p.refuseName(explain.Code(p.c.Catalog, "empty.label"))
		return
	}
	p.relabel(id, label, func() {
		if was := p.label(id); was != "" && was != label {
			p.c.OfferUndo(p.c.Catalog.T("ui.keys.renamed", label), func() { p.relabel(id, was, nil) })
		}
	})
}

// refuseName says at the field why a name was refused, and above the page what has another
// reason, or what happens after the field is gone.
func (p *page) refuseName(why explain.Explanation) {
	if why.Field != "label" || p.renaming.id == "" {
		p.c.Warn(why)
		return
	}
	p.renaming.refused = why.Sentence()
	p.c.Redraw()
}

// relabel gives a key another name, and then calls then if it is not nil.
func (p *page) relabel(id, label string, then func()) {
	p.c.PerformOr(func(ctx context.Context, server *client.Client) (func(), error) {
		_, err := server.RenameKey(ctx, id, label)
		return func() {
			p.renaming = renaming{}
			if then != nil {
				then()
			}
			p.c.Redraw()
			p.load()
		}, err
	}, p.refuseName)
}

// label is the name of a key, "" if it is not in the list.
func (p *page) label(id string) string {
	for _, k := range p.src.Value {
		if k.ID == id {
			return k.Label
		}
	}
	return ""
}

// remove deletes a key from the account's list after a confirmation. The key leaves the
// list at once; until the server is asked, the deletion can be undone.
func (p *page) remove(k api.Key) {
	c := p.c
	show := func(hidden string) func() { return func() { p.hidden = hidden; c.RedrawIf(p) } }
	confirmRemoval(c, k, func() {
		c.PerformLater(shell.Delayed{
			Says: c.Catalog.T("ui.keys.deleted", k.Label), Waits: show(k.ID), Undone: show(""),
			Work: func(ctx context.Context, server *client.Client) (func(), error) {
				err := server.DeleteKey(ctx, k.ID)
				if err != nil {
					p.scope.Tell(show(""))
				}
				return func() { c.Reload(nil); p.load() }, err
			},
		})
	})
}

// removeKey deletes a key from the account's list after a confirmation, and then
// calls then.
func removeKey(c *shell.Console, k api.Key, then func()) {
	confirmRemoval(c, k, func() {
		c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { c.Reload(nil); then() }, server.DeleteKey(ctx, k.ID)
		})
	})
}

// confirmRemoval asks before a key is deleted from the account's list.
func confirmRemoval(c *shell.Console, k api.Key, do func()) {
	if c.Blocked(c.Account(), api.ActDeleteKey) {
		return
	}
	var consequences []string
	if a := c.Account(); a.Methods.Keys == 1 {
		consequences = append(consequences, c.Catalog.T("ui.keys.delete.last"))
		if !a.Methods.App && !a.Methods.Text {
			consequences = append(consequences, c.Catalog.T("ui.phone.delete.two-factor-off"))
		}
	}
	c.Confirm("ui.keys.delete", consequences, do, k.Label)
}

// keys are the account's keys without the one that is being deleted.
func (p *page) keys() []api.Key {
	return slices.DeleteFunc(slices.Clone(p.src.Value), func(k api.Key) bool { return k.ID == p.hidden })
}

func (p *page) crumbs() []control.Crumb {
	return p.c.Breadcrumbs(shell.SecurityKeys)
}
