package ui

import (
	"context"
	"strings"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// maxKeys is how many keys an account has at most (R31).
const maxKeys = 20

// A securityKeysPage lists the account's security keys: rename in place, delete,
// add (R31), "which one is this?". Below are the keys that are plugged in.
type securityKeysPage struct {
	c     *Console
	scope *Scope
	src   source[[]api.Key]
	name  renaming
	ask   recognition
	here  *keysHere
}

// A renaming is the row whose name is being changed, and what was typed.
type renaming struct{ id, draft string }

func newSecurityKeys(c *Console) *securityKeysPage {
	p := &securityKeysPage{c: c}
	p.here = &keysHere{c: c, known: map[string]looked{}, changed: p.changed}
	return p
}

func (p *securityKeysPage) place() string { return placeKeys }

func (p *securityKeysPage) enter(s *Scope) {
	p.scope, p.here.scope = s, s
	p.load()
	if p.c.cfg.Features.SecurityKeys {
		p.c.watchKeys(s, p.here.are)
	}
}

func (p *securityKeysPage) changed() {
	if p.c.front == screen(p) {
		p.c.redraw()
	}
}

func (p *securityKeysPage) hear(what string) {
	if what == "" || what == api.TopicKeys || what == api.TopicAccount {
		p.load()
	}
}

func (p *securityKeysPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) ([]api.Key, error) { return server.Keys(ctx) }, func() {
		if p.src.ready {
			p.here.belong(p.src.value)
		}
		p.c.redraw()
	})
}

func (p *securityKeysPage) draw() drawn {
	c := p.c
	if !p.src.ready {
		return loading(c, c.words.T("ui.keys.title"), c.keyCrumbs(), &p.src, p.load)
	}
	return c.drawSecurityKeys(keysView{keys: p.src.value, name: &p.name, ask: p.ask, here: p.here.view()}, keyInputs{
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
		remove:    p.remove,
		recognise: p.recognise,
		enough:    p.enough,
		here:      p.here.inputs(),
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

func (p *securityKeysPage) remove(k api.Key) { p.c.removeKey(k, p.load) }

// removeKey asks, takes a key off the account's list, and goes on.
func (c *Console) removeKey(k api.Key, then func()) {
	var what []string
	if a := c.account; a.Methods.Keys == 1 {
		what = append(what, c.words.T("ui.keys.delete.last"))
		if !a.Methods.App && !a.Methods.Text {
			what = append(what, c.words.T("ui.phone.delete.two-factor-off"))
		}
	}
	c.confirm("ui.keys.delete", what, func() {
		c.act(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { c.reload(nil); then() }, server.DeleteKey(ctx, k.ID)
		})
	}, k.Label)
}

func (c *Console) keyCrumbs() []kit.Crumb {
	return c.crumbs(c.crumb(placeTwoFactor), kit.Crumb{Name: c.words.T("ui.keys.title")})
}
