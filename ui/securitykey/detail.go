package securitykey

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A keyPage shows everything that the server knows about one security key of the account.
type keyPage struct {
	c    *shell.Console
	k    api.Key
	from *page
}

// open shows the page of a key.
func (p *page) open(k api.Key) { p.c.ShowScreen(&keyPage{c: p.c, k: k, from: p}) }

func (p *keyPage) Page() shell.PageID { return shell.SecurityKeys }

func (p *keyPage) Enter(s *shell.Scope) {
	p.from.scope = s
	p.from.load()
}

// OnTopic shows what changed elsewhere, and leaves the page if the key was deleted.
func (p *keyPage) OnTopic(topic string) { p.from.OnTopic(topic) }

// Draw draws the facts, and what can be done with the key.
func (p *keyPage) Draw() shell.View {
	c, w, list := p.c, p.c.Catalog, p.from
	i := slices.IndexFunc(list.keys(), func(k api.Key) bool { return k.ID == p.k.ID })
	if i >= 0 {
		p.k = list.keys()[i]
	}
	k := p.k
	page := kit.Page{Crumbs: c.Breadcrumbs(shell.SecurityKeys, k.Label), Title: k.Label}
	if i < 0 && list.src.Ready {
		page.Body = []fyne.CanvasObject{kit.Note("info", w.T("ui.key.detail.gone"))}
		return shell.DetailPage(c, page, list, shell.SecurityKeys)
	}
	switch {
	case k.Lab:
		page.Aside = wizard.LabTag(w)
	case list.here.has(k.CredentialID):
		page.Aside = kit.Badge(kit.On, w.T("ui.keys.plugged-in"))
	}
	if k.PossiblyCopied {
		page.Body = append(page.Body, kit.NewBanner(look.Attention, w.T("ui.keys.copied", k.Label), w.T("ui.keys.copied-why"), w.T("ui.keys.copied-next")))
	}
	if k.ForeignRP {
		page.Body = append(page.Body, kit.Note("attention", w.T("ui.keys.elsewhere", k.RPID)))
	}
	page.Body = append(page.Body, shell.DrawFacts(p.facts()...))
	page.Actions = []fyne.CanvasObject{
		control.NewButton(w.T("ui.keys.happened"), "search", control.Secondary, func() {
			c.Follow(shell.Route{Page: shell.Activity, Arg: k.Label})
		}),
		control.NewButton(w.T("ui.key.detail.rename"), "edit", control.Secondary, func() {
			c.ReturnTo(list)
			list.edit(k)
		}),
		control.NewButton(w.T("ui.key.detail.delete"), "", control.Destroy, func() {
			c.ReturnTo(list)
			list.remove(k)
		}),
	}
	return shell.DetailPage(c, page, list, shell.SecurityKeys)
}

// facts are what the server knows about the key.
func (p *keyPage) facts() []shell.Fact {
	c, w, k := p.c, p.c.Catalog, p.k
	used := w.T("ui.key.detail.never")
	if k.LastUsed != nil {
		used = shell.Exactly(c, *k.LastUsed)
	}
	var by []string
	for _, t := range k.Transports {
		if key := "transport." + t; w.Has(key) {
			by = append(by, w.T(key))
		}
	}
	return []shell.Fact{
		{Name: w.T("ui.key.detail.model"), Value: k.Model},
		{Name: w.T("ui.key.detail.aaguid"), Value: k.AAGUID},
		{Name: w.T("ui.key.detail.connects"), Value: strings.Join(by, ", ")},
		{Name: w.T("ui.key.detail.added"), Value: shell.Exactly(c, k.Added)},
		{Name: w.T("ui.key.detail.used"), Value: used},
		{Name: w.T("ui.key.detail.server"), Value: k.RPID},
		{Name: w.T("ui.key.detail.credential"), Value: k.CredentialID},
	}
}
