package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// An accountsPage sets who may sign up, invites people and transfers the
// owner's role (R7). Only the owner sees it.
type accountsPage struct {
	c     *shell.Console
	scope *shell.Scope
	src   shell.Source[accountsState]
	made  *api.NewInvitation // shown once
	once  *shell.Once        // its code
}

type accountsState struct {
	Settings    api.ServerSettings
	Invitations []api.Invitation
}

// signUpModes are the choices, in display order.
func signUpModes() []string { return []string{api.SignUpOpen, api.SignUpInvite, api.SignUpClosed} }

func newAccounts(c *shell.Console) *accountsPage { return &accountsPage{c: c} }

func (p *accountsPage) Page() shell.PageID   { return shell.Settings }
func (p *accountsPage) Enter(s *shell.Scope) { p.scope = s; p.load() }

// Unsaved is the question while the code of a new invitation is shown and was
// not copied.
func (p *accountsPage) Unsaved() string {
	if p.made == nil {
		return ""
	}
	return p.once.Unsaved()
}

func (p *accountsPage) OnTopic(topic string) {
	switch topic {
	case "", api.TopicActivity, api.TopicLabClock: // a used invitation is an activity of the owner
		p.load()
	}
}

func (p *accountsPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (s accountsState, err error) {
		if s.Settings, err = server.ServerSettings(ctx); err != nil {
			return s, err
		}
		s.Invitations, err = server.Invitations(ctx)
		return s, err
	}, p.c.Redraw)
}

// setSignUp changes who may sign up, also in the sign-in form of this window.
func (p *accountsPage) setSignUp(mode string) {
	c := p.c
	c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		now, err := server.SetSignUp(ctx, mode)
		return func() {
			p.src.Value.Settings = now
			about := c.About()
			about.SignUp = now.SignUp
			c.SetAbout(about)
			c.Redraw()
			c.Toast.Say(c.Catalog.T("ui.accounts.saved"))
		}, err
	})
}

// askAddress asks for the address of an invitation.
func (p *accountsPage) askAddress() {
	w := p.c.Catalog
	p.c.AskLine(shell.LineRequest{
		Dialog: control.DialogConfig{
			Title: w.T("ui.accounts.invite-new"), Words: w.T("ui.accounts.invite-new-why"), Icon: "mail", Do: w.T("ui.accounts.make"),
		},
		Label: "ui.accounts.address", Field: "address", Empty: "error.empty.address.what", Work: p.invite,
	})
}

func (p *accountsPage) invite(ctx context.Context, server *client.Client, address string) (func(), error) {
	made, err := server.Invite(ctx, address)
	return func() {
		p.show(made)
		p.c.Refocus()
		p.c.Redraw()
		p.c.ScrollToTop()
		p.load()
	}, err
}

func (p *accountsPage) show(made api.NewInvitation) {
	p.made, p.once = &made, &shell.Once{Secret: made.Code, Question: "ui.accounts.leave"}
}

func (p *accountsPage) takeBack(i api.Invitation) {
	p.c.Confirm("ui.accounts.take-back", nil, func() {
		p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() {
				if p.made != nil && p.made.ID == i.ID {
					p.made = nil
				}
				p.load()
			}, server.TakeBackInvitation(ctx, i.ID)
		})
	}, i.Address)
}

// askOwner asks for the account that gets the owner's role.
func (p *accountsPage) askOwner() {
	w := p.c.Catalog
	p.c.AskLine(shell.LineRequest{
		Dialog: control.DialogConfig{
			Title: w.T("ui.accounts.hand-on"), Words: w.T("ui.accounts.hand-on-why"), Icon: "attention", Tone: look.Attention,
			Do: w.T("ui.accounts.hand-on-do"), Destroy: true,
		},
		Label: "ui.accounts.hand-on-to", Field: "username", Empty: "error.empty.owner.what", Work: p.handOn,
	})
}

func (p *accountsPage) handOn(ctx context.Context, server *client.Client, name string) (func(), error) {
	c := p.c
	return func() {
		c.Reload(func() { p.leave() })
		c.Toast.Say(c.Catalog.T("ui.accounts.handed-on", name))
	}, server.HandOn(ctx, name)
}

func (p *accountsPage) leave() { p.c.Visit(shell.Settings) }

// Draw draws the setting, the new invitation, the open ones and the owner's role.
func (p *accountsPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	page := kit.Page{
		Crumbs: c.Breadcrumbs(shell.Accounts),
		Title:  w.T("ui.accounts.title"),
	}
	if !p.src.Ready {
		return p.src.Waiting(c, page.Title, page.Crumbs, p.load)
	}
	page.Lead = w.T("ui.accounts.lead")
	page.Left = []fyne.CanvasObject{control.NewButton(w.T("wizard.back"), "", control.Quiet, p.leave)}
	set := p.src.Value.Settings
	invite := control.NewButton(w.T("ui.accounts.invite-do"), "plus", control.Primary, func() { c.Leaving(p.askAddress) })
	if set.SignUp == api.SignUpClosed {
		invite.Disable()
	}
	page.Actions = []fyne.CanvasObject{invite}
	v := shell.View{First: invite, Bindings: control.Bindings{Escape: p.leave}, Ready: true}
	page.Body = append(page.Body, p.drawMode(set))
	if p.made != nil {
		card, first := p.drawMade(*p.made)
		page.Body = append(page.Body, card)
		v.First = first
	}
	page.Body = append(page.Body, p.drawInvitations(), p.drawOwner())
	v.Content = c.Page(page)
	return v
}

func (p *accountsPage) drawMode(set api.ServerSettings) fyne.CanvasObject {
	w := p.c.Catalog
	if set.SignUpFixed {
		return kit.NewBanner(look.Info, w.T("ui.accounts.row", w.T("ui.accounts."+set.SignUp)), w.T("ui.accounts.fixed"), "")
	}
	var names []string
	for _, mode := range signUpModes() {
		names = append(names, w.T("ui.accounts."+mode))
	}
	choice := control.NewSegments(max(0, slices.Index(signUpModes(), set.SignUp)), func(i int) { p.setSignUp(signUpModes()[i]) }, names...).Named(w.T("ui.accounts.title"))
	return kit.Card(look.Pad(look.S24, look.V(look.S12, look.H(0, choice, look.Gap()), look.Para(w.T("ui.accounts."+set.SignUp+"-why"), look.Ink2))))
}

// drawMade draws the card with a new invitation, whose code is shown once.
func (p *accountsPage) drawMade(m api.NewInvitation) (fyne.CanvasObject, fyne.Focusable) {
	w := p.c.Catalog
	copyIt := control.NewButton(w.T("wizard.copy"), "copy", control.Secondary, func() { p.once.Copy(p.c) })
	parts := []fyne.CanvasObject{
		look.V(2, look.NewText(w.T("ui.accounts.made", m.Address), look.Heading, look.Ink).Wrapped(), look.Para(w.T("ui.accounts.made-once"), look.Ink2)),
		look.Z(look.NewBox(look.Sunken, look.Hairline, look.RadiusCard), look.Inset(look.S24, look.S20, look.S24, look.S20,
			look.H(look.S16, look.Grow(control.NewSecret(control.SecretConfig{Name: w.T("ui.accounts.made", m.Address), Groups: strings.Split(m.Code, "-"), Join: "-", Role: look.CodeL, PerLine: 4, Copy: p.c.CopySecret})), copyIt))),
	}
	if m.Mailed {
		parts = append(parts, look.Para(w.T("ui.accounts.made-mailed"), look.Ink2))
	}
	return kit.Card(look.Pad(look.S24, look.V(look.S16, parts...))), copyIt
}

func (p *accountsPage) drawInvitations() fyne.CanvasObject {
	w, now := p.c.Catalog, p.c.Now()
	var rows []fyne.CanvasObject
	for _, i := range p.src.Value.Invitations {
		until := w.T("ui.accounts.until", shell.When(w, now, i.Expires))
		if i.Mailed {
			until = w.T("ui.accounts.until-mailed", shell.When(w, now, i.Expires))
		}
		back := control.NewButton(w.T("ui.accounts.take-back-do"), "", control.Destroy, func() { p.takeBack(i) }).Named(w.T("ui.accounts.take-back-name", i.Address))
		rows = append(rows, shell.LongRow(nil, i.Address, until, back))
	}
	if len(rows) == 0 {
		why := "ui.accounts.none-why"
		switch set := p.src.Value.Settings; {
		case set.SignUp == api.SignUpClosed && set.SignUpFixed:
			why = "ui.accounts.none-fixed"
		case set.SignUp == api.SignUpClosed:
			why = "ui.accounts.none-closed"
		}
		rows = append(rows, shell.LongRow(nil, w.T("ui.accounts.none"), w.T(why)))
	}
	return look.V(look.S8, kit.Section(w.T("ui.accounts.invitations")), kit.List(look.S16, rows...))
}

func (p *accountsPage) drawOwner() fyne.CanvasObject {
	w := p.c.Catalog
	hand := control.NewButton(w.T("ui.accounts.hand-on-do"), "", control.Destroy, p.askOwner)
	return look.V(look.S8, kit.Section(w.T("ui.accounts.owner")),
		kit.List(look.S16, shell.LongRow(nil, p.c.Account().Username, w.T("ui.accounts.owner-why"), hand)))
}
