package ceremony

import (
	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A page shows a ceremony as a page with the rail.
type page struct {
	*ceremony
	from shell.PageID // the page it returns to
	open *api.View    // to continue; nil begins a new one

	lastShown api.StepType
	ended     bool // it has ended, and the page shows it
}

func newPage(x Screens, b api.Begin, from shell.PageID) *page {
	p := &page{ceremony: newCeremony(x, b), from: from}
	p.state.View.Kind = b.Kind
	p.host, p.self = p, p
	return p
}

// Changed is part of host.
func (p *page) Changed() { p.c.RedrawIf(p) }

// Stepped is part of host.
func (p *page) Stepped() { p.c.Refocus() }

// Left is part of host.
func (p *page) Left() { p.c.Visit(p.from) }

// Done is part of host. It shows how the ceremony ended, unless its last step has
// done so already.
func (p *page) Done(v api.View) {
	over := p.ended
	p.ended = true
	if last := p.lastShown; !over && v.Kind != api.Reauthenticate && last != (api.SaveBackupCode{}).StepType() {
		p.reload(func() { p.state.Account = p.c.Account(); p.step() })
		return
	}
	p.reload(func() { p.c.Visit(p.from) })
}

// reload loads the account and then calls then, unless the user has opened
// another page meanwhile.
func (p *page) reload(then func()) {
	p.c.Reload(func() {
		if p.c.Front() == shell.Screen(p) {
			then()
		}
	})
}

func (p *page) Page() shell.PageID { return p.from }

func (p *page) Enter(s *shell.Scope) {
	if p.open != nil {
		p.resume(s, *p.open)
		return
	}
	p.start(s)
}

// Resume continues after the print preview.
func (p *page) Resume(s *shell.Scope) { p.scope = s }

func (p *page) OnTopic(topic string) {
	p.onTopic(topic)
}

// breadcrumbs lead to the ceremony (R5).
func (p *page) breadcrumbs() []control.Crumb {
	title := p.c.Catalog.T("wizard.title." + string(p.begun.Kind))
	switch p.begun.Kind {
	case api.ChangePassword, api.ChangeEmail, api.ChangePhone:
		return p.c.Breadcrumbs(shell.Access, title)
	}
	return p.c.Breadcrumbs(shell.TwoFactor, title)
}

func (p *page) Draw() shell.View {
	if p.state.View.Step == nil {
		return p.c.Waiting(p.c.Catalog.T("wizard.title."+string(p.begun.Kind)), p.state.Fault, func() {
			p.state.Fault = nil
			p.start(p.scope)
			p.Changed()
		})
	}
	h := p.wizardHost(p)
	content, f := wizard.Page(p.state, h, p.breadcrumbs(), p.c.Margin())
	p.lastShown = p.state.View.Step.StepType()
	return shell.View{Content: content.Build(), First: f.First, Bindings: f.Bindings, Heading: f.Heading, Ready: true}
}
