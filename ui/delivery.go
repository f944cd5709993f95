package ui

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A deliveryPage sets how the account server sends mail and texts. Only its owner
// sees the page (R4, R6).
type deliveryPage struct {
	c     *shell.Console
	scope *shell.Scope
	src   shell.Source[api.Delivery]
	form  *deliveryForm
}

// A deliveryForm holds the typed values, and the result of sending them.
type deliveryForm struct {
	filled                           bool
	host, port, from, user, password string
	protection                       int
	url, token                       string
	refused                          string // the field that was refused, by its wire name
	why                              explain.Explanation
	tested                           *api.DeliveryTest
	busy                             bool
}

// protections are the values of api.MailServer.TLS, in the order of the choices.
func protections() []string { return []string{"starttls", "tls", "none"} }

func newDelivery(c *shell.Console) *deliveryPage { return &deliveryPage{c: c, form: &deliveryForm{}} }

func (p *deliveryPage) Page() shell.PageID   { return shell.Settings }
func (p *deliveryPage) Enter(s *shell.Scope) { p.scope = s; p.load() }

func (p *deliveryPage) OnTopic(topic string) {
	if topic == "" {
		p.load()
	}
}

func (p *deliveryPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (api.Delivery, error) { return server.Delivery(ctx) }, p.c.Redraw)
}

// fill fills the form from the current settings, once.
func (f *deliveryForm) fill(d api.Delivery) {
	if f.filled {
		return
	}
	f.filled = true
	f.port = "587"
	if m := d.Mail; m != nil {
		f.host, f.port, f.from, f.user = m.Host, strconv.Itoa(m.Port), m.From, m.User
		for i, protection := range protections() {
			if protection == m.TLS {
				f.protection = i
			}
		}
	}
	if t := d.Text; t != nil {
		f.url = t.URL
	}
}

// change is the difference between the form and the current settings. A secret that
// was not typed stays as it is.
func (f *deliveryForm) change(d api.Delivery) (out api.DeliveryChange, err error) {
	secret := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	switch host := strings.TrimSpace(f.host); {
	case host != "":
		port, err := strconv.Atoi(strings.TrimSpace(f.port))
		if err != nil || port < 1 || port > 65535 {
			return out, &api.Problem{Code: api.Malformed, Field: "port"}
		}
		out.Mail = &api.MailChange{
			Host: &host, Port: &port, TLS: &protections()[f.protection], From: new(strings.TrimSpace(f.from)),
			User: new(strings.TrimSpace(f.user)), Password: secret(f.password),
		}
	case d.Mail != nil:
		out.Mail = &api.MailChange{Off: true}
	}
	switch url := strings.TrimSpace(f.url); {
	case url != "":
		if d.Text == nil || d.Text.URL != url || f.token != "" {
			out.Text = &api.TextChange{URL: &url, Token: secret(f.token)}
		}
	case d.Text != nil:
		out.Text = &api.TextChange{Off: true}
	}
	return out, nil
}

// refuse records which field was refused and why. It reports whether the form has
// that field.
func (f *deliveryForm) refuse(w *assets.Catalog, err error) bool {
	var p *api.Problem
	if !errors.As(err, &p) || p.Code != api.Malformed || !w.Has("error.malformed."+p.Field+".what") {
		return false
	}
	f.refused, f.why = p.Field, explain.Error(w, err)
	return true
}

func (p *deliveryPage) save() {
	c, f := p.c, p.form
	f.refused, f.tested = "", nil
	change, err := f.change(p.src.Value)
	if err != nil {
		f.refuse(c.Catalog, err)
		c.Redraw()
		return
	}
	if change.Mail == nil && change.Text == nil {
		c.Toast.Say(c.Catalog.T("ui.delivery.same"))
		return
	}
	c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		now, err := server.SetDelivery(ctx, change)
		if f.refuse(c.Catalog, err) {
			return c.Redraw, nil
		}
		return func() {
			p.src.Value = now
			about := c.About()
			about.Mail, about.MailKept, about.Text = now.Mail != nil || now.Kept, now.Mail == nil && now.Kept, now.Text != nil
			c.SetAbout(about)
			f.password, f.token = "", ""
			c.Redraw()
			c.Toast.Say(c.Catalog.T("ui.delivery.saved"))
		}, err
	})
}

// test sends a test mail to the owner's address and shows the result.
func (p *deliveryPage) test() {
	c, f := p.c, p.form
	f.busy, f.tested = true, nil
	c.Redraw()
	c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		got, err := server.TestDelivery(ctx)
		return func() {
			f.busy, f.tested = false, &got
			c.Redraw()
		}, errors.Join(err, p.testNotSent(err))
	})
}

// testNotSent enables the form again if the test mail could not be sent.
func (p *deliveryPage) testNotSent(err error) error {
	if err != nil {
		p.scope.Tell(func() { p.form.busy = false; p.c.Redraw() })
	}
	return nil
}

func (p *deliveryPage) leave() { p.c.Visit(shell.Settings) }

// Draw draws the form.
func (p *deliveryPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	page := kit.Page{
		Crumbs: c.Breadcrumbs(shell.Delivery),
		Title:  w.T("ui.delivery.title"),
	}
	if !p.src.Ready {
		return p.src.Waiting(c, page.Title, page.Crumbs, p.load)
	}
	d, f := p.src.Value, p.form
	f.fill(d)
	save := control.NewButton(w.T("ui.delivery.save"), "", control.Primary, p.save)
	page.Lead = w.T("ui.delivery.lead")
	page.Left = []fyne.CanvasObject{control.NewButton(w.T("wizard.back"), "", control.Quiet, p.leave)}
	page.Actions = []fyne.CanvasObject{save}
	if d.Kept && d.Mail == nil {
		page.Body = append(page.Body, kit.NewBanner(look.Info, w.T("ui.delivery.kept"), w.T("ui.delivery.kept-why"), "",
			control.NewLink(w.T("ui.delivery.read"), func() { c.Visit(shell.Mail) })))
	}
	host := p.field("host", w.T("ui.delivery.host-hint"), &f.host)
	page.Body = append(page.Body, p.drawMail(host), p.drawTexts())
	return shell.View{Content: c.Page(page), First: host.Focus(), Bindings: control.Bindings{Enter: func() { save.Tapped(nil) }, Escape: p.leave}, Ready: true}
}

// field is a field of the form; name is its wire name.
func (p *deliveryPage) field(name, hint string, value *string) *control.TextField {
	f := p.form
	secret := name == "password" || name == "token"
	t := control.NewTextField(p.c.Catalog.T("ui.delivery."+name), hint, control.InputConfig{Text: *value, Secret: secret, Limit: 500, OnChanged: func(s string) { *value = s }})
	if f.refused == name {
		t.Refuse(f.why.What + ". " + f.why.Why)
	}
	return t
}

// secretHint says that a secret is set already.
func (p *deliveryPage) secretHint(set bool) string {
	if set {
		return p.c.Catalog.T("ui.delivery.secret-set")
	}
	return ""
}

func (p *deliveryPage) drawMail(host fyne.CanvasObject) fyne.CanvasObject {
	w, d, f := p.c.Catalog, p.src.Value, p.form
	var names []string
	for _, one := range protections() {
		names = append(names, w.T("ui.delivery.tls."+one))
	}
	tls := control.NewField(w.T("ui.delivery.tls"), w.T("ui.delivery.tls-hint"), look.H(0, control.NewSegments(f.protection, func(i int) { f.protection = i }, names...).Named(w.T("ui.delivery.tls")), look.Gap()))
	if f.refused == "tls" {
		tls.Refuse(f.why.What + ". " + f.why.Why)
	}
	test := control.NewButton(w.T("ui.delivery.test"), "mail", control.Secondary, p.test)
	unable := p.c.Unless(p.c.Account(), api.ActTestMail, test)
	if d.Mail == nil || f.busy {
		test.Disable()
	}
	parts := []fyne.CanvasObject{
		look.NewText(w.T("ui.delivery.mail"), look.Heading, look.Ink),
		look.HTop(look.S16, look.Grow(host), look.Scaled(120, 0, p.field("port", "", &f.port))), tls,
		p.field("from", w.T("ui.delivery.from-hint"), &f.from),
		look.HTop(look.S16, look.Grow(p.field("user", w.T("ui.delivery.user-hint"), &f.user)),
			look.Grow(p.field("password", p.secretHint(d.Mail != nil && d.Mail.PasswordSet), &f.password))),
	}
	if result := p.drawTest(); result != nil {
		parts = append(parts, result)
	}
	if unable != nil && d.Mail != nil {
		parts = append(parts, unable)
	}
	parts = append(parts, look.H(0, test, look.Gap()))
	return kit.Card(look.Pad(look.S24, look.V(look.S16, parts...)))
}

func (p *deliveryPage) drawTexts() fyne.CanvasObject {
	w, d, f := p.c.Catalog, p.src.Value, p.form
	return kit.Card(look.Pad(look.S24, look.V(look.S16, look.NewText(w.T("ui.delivery.texts"), look.Heading, look.Ink), look.Para(w.T("ui.delivery.texts-why"), look.Ink2),
		p.field("url", w.T("ui.delivery.url-hint"), &f.url),
		p.field("token", p.secretHint(d.Text != nil && d.Text.TokenSet), &f.token))))
}

// drawTest draws the result of the test mail; nil before the first.
func (p *deliveryPage) drawTest() fyne.CanvasObject {
	w := p.c.Catalog
	switch t := p.form.tested; {
	case p.form.busy:
		return kit.NewProgress(kit.ProgressConfig{Clock: p.c.Clock(p.c.Scope()), Words: w.T("ui.delivery.testing")})
	case t == nil:
		return nil
	case t.Sent:
		return kit.NewBanner(look.Info, w.T("ui.delivery.sent", t.To), w.T("ui.delivery.sent-why"), "").AsNews()
	default:
		variant := ""
		if len(t.Offered) > 0 {
			variant = "offered"
		}
		why := explain.Variant(w, "mail_"+t.Reason, variant, assets.Args{"offered": strings.Join(t.Offered, ", ")})
		return kit.NewBanner(look.Refused, why.What, why.Why, why.Next)
	}
}
