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
)

// A deliveryPage sets how mail and texts leave the account server: its owner's
// to decide (R4, R6).
type deliveryPage struct {
	c     *Console
	scope *Scope
	src   source[api.Delivery]
	form  *deliveryForm
}

// A deliveryForm is what was typed, and what came of it.
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

// protections are the ways a connection to a mail server is protected.
func protections() []string { return []string{"starttls", "tls", "none"} }

func newDelivery(c *Console) *deliveryPage { return &deliveryPage{c: c, form: &deliveryForm{}} }

func (p *deliveryPage) place() string  { return placeSettings }
func (p *deliveryPage) enter(s *Scope) { p.scope = s; p.load() }

func (p *deliveryPage) hear(what string) {
	if what == "" {
		p.load()
	}
}

func (p *deliveryPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) (api.Delivery, error) { return server.Delivery(ctx) }, p.c.redraw)
}

func (p *deliveryPage) draw() drawn {
	c := p.c
	if !p.src.ready {
		return loading(c, c.words.T("ui.delivery.title"), c.settingsCrumbs("ui.delivery.title"), &p.src, p.load)
	}
	p.form.fill(p.src.value)
	return c.drawDelivery(p.src.value, p.form, deliveryInputs{
		save: p.save, test: p.test, read: c.readKept,
		leave: func() { c.visit(placeSettings) },
	})
}

// fill puts what is set into the form, once.
func (f *deliveryForm) fill(d api.Delivery) {
	if f.filled {
		return
	}
	f.filled = true
	f.port = "587"
	if m := d.Mail; m != nil {
		f.host, f.port, f.from, f.user = m.Host, strconv.Itoa(m.Port), m.From, m.User
		for i, way := range protections() {
			if way == m.TLS {
				f.protection = i
			}
		}
	}
	if t := d.Text; t != nil {
		f.url = t.URL
	}
}

// change is what the form asks for that isn't so yet. A secret that wasn't typed
// stays as it is.
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
			Host: host, Port: port, TLS: protections()[f.protection], From: strings.TrimSpace(f.from),
			User: strings.TrimSpace(f.user), Password: secret(f.password),
		}
	case d.Mail != nil:
		out.Mail = &api.MailChange{Off: true}
	}
	switch url := strings.TrimSpace(f.url); {
	case url != "":
		if d.Text == nil || d.Text.URL != url || f.token != "" {
			out.Text = &api.TextChange{URL: url, Token: secret(f.token)}
		}
	case d.Text != nil:
		out.Text = &api.TextChange{Off: true}
	}
	return out, nil
}

// refuse notes which field was refused and why; it reports whether the form can
// show it.
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
	change, err := f.change(p.src.value)
	if err != nil {
		f.refuse(c.words, err)
		c.redraw()
		return
	}
	if change.Mail == nil && change.Text == nil {
		c.toast.Say(c.words.T("ui.delivery.same"))
		return
	}
	c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		now, err := server.SetDelivery(ctx, change)
		if f.refuse(c.words, err) {
			return c.redraw, nil
		}
		return func() {
			p.src.value = now
			c.about.Mail, c.about.MailKept, c.about.Text = now.Mail != nil || now.Kept, now.Mail == nil && now.Kept, now.Text != nil
			f.password, f.token = "", ""
			c.redraw()
			c.toast.Say(c.words.T("ui.delivery.saved"))
		}, err
	})
}

// test mails a test to the owner's address and shows how that went.
func (p *deliveryPage) test() {
	c, f := p.c, p.form
	f.busy, f.tested = true, nil
	c.redraw()
	c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		got, err := server.TestDelivery(ctx)
		return func() {
			f.busy, f.tested = false, &got
			c.redraw()
		}, errors.Join(err, p.calm(err))
	})
}

// calm lets the form be used again after a test that could not be made.
func (p *deliveryPage) calm(err error) error {
	if err != nil {
		p.scope.Tell(func() { p.form.busy = false; p.c.redraw() })
	}
	return nil
}

type deliveryInputs struct{ save, test, read, leave func() }

// settingsCrumbs is the way to a page that is reached from Settings.
func (c *Console) settingsCrumbs(title string) []kit.Crumb {
	return []kit.Crumb{{Name: c.words.T("ui.crumb.settings"), OnTap: func() { c.visit(placeSettings) }}, {Name: c.words.T(title)}}
}

func (c *Console) drawDelivery(d api.Delivery, f *deliveryForm, in deliveryInputs) drawn {
	w := c.words
	field := func(name string, secret bool, hint string, value *string) *kit.TextField {
		t := kit.NewTextField(w.T("ui.delivery."+name), hint, kit.InputConfig{Text: *value, Secret: secret, Limit: 500, OnChanged: func(s string) { *value = s }})
		if f.refused == name {
			t.Refuse(f.why.What + ". " + f.why.Why)
		}
		return t
	}
	kept := func(set bool) string {
		if set {
			return w.T("ui.delivery.secret-set")
		}
		return ""
	}
	host := field("host", false, w.T("ui.delivery.host-hint"), &f.host)
	port := field("port", false, "", &f.port)
	var ways []string
	for _, p := range protections() {
		ways = append(ways, w.T("ui.delivery.tls."+p))
	}
	tls := kit.NewField(w.T("ui.delivery.tls"), w.T("ui.delivery.tls-hint"), kit.H(0, kit.NewSegments(f.protection, func(i int) { f.protection = i }, ways...).Named(w.T("ui.delivery.tls")), kit.Gap()))
	if f.refused == "tls" {
		tls.Refuse(f.why.What + ". " + f.why.Why)
	}
	from := field("from", false, w.T("ui.delivery.from-hint"), &f.from)
	user := field("user", false, w.T("ui.delivery.user-hint"), &f.user)
	password := field("password", true, kept(d.Mail != nil && d.Mail.PasswordSet), &f.password)
	url := field("url", false, w.T("ui.delivery.url-hint"), &f.url)
	token := field("token", true, kept(d.Text != nil && d.Text.TokenSet), &f.token)

	save := kit.NewButton(w.T("ui.delivery.save"), "", kit.Primary, in.save)
	test := kit.NewButton(w.T("ui.delivery.test"), "mail", kit.Secondary, in.test)
	if d.Mail == nil || f.busy {
		test.Disable()
	}
	mail := []fyne.CanvasObject{
		kit.NewText(w.T("ui.delivery.mail"), kit.Heading, kit.Ink),
		kit.HTop(kit.S16, kit.Grow(host), kit.Scaled(120, 0, port)), tls, from,
		kit.HTop(kit.S16, kit.Grow(user), kit.Grow(password)),
	}
	mail = append(mail, c.deliveryTest(f)...)
	mail = append(mail, kit.H(0, test, kit.Gap()))
	p := kit.Page{
		Crumbs: c.settingsCrumbs("ui.delivery.title"), Title: w.T("ui.delivery.title"), Lead: w.T("ui.delivery.lead"),
		Left:    []fyne.CanvasObject{kit.NewButton(w.T("wizard.back"), "", kit.Quiet, in.leave)},
		Actions: []fyne.CanvasObject{save},
	}
	if d.Kept && d.Mail == nil {
		p.Body = append(p.Body, kit.NewBanner(kit.Info, w.T("ui.delivery.kept"), w.T("ui.delivery.kept-why"), "", kit.NewLink(w.T("ui.delivery.read"), in.read)))
	}
	p.Body = append(p.Body, kit.Card(kit.Pad(kit.S24, kit.V(kit.S16, mail...))),
		kit.Card(kit.Pad(kit.S24, kit.V(kit.S16, kit.NewText(w.T("ui.delivery.texts"), kit.Heading, kit.Ink), kit.Para(w.T("ui.delivery.texts-why"), kit.Ink2), url, token))))
	return drawn{content: c.page(p), first: host.Focus(), keys: kit.Bindings{Enter: func() { save.Tapped(nil) }, Escape: in.leave}, ready: true}
}

// deliveryTest says how the test mail went.
func (c *Console) deliveryTest(f *deliveryForm) []fyne.CanvasObject {
	w := c.words
	switch t := f.tested; {
	case f.busy:
		return []fyne.CanvasObject{kit.NewProgress(kit.ProgressConfig{Clock: c.clock(c.scope), Words: w.T("ui.delivery.testing")})}
	case t == nil:
		return nil
	case t.Sent:
		return []fyne.CanvasObject{kit.NewBanner(kit.Info, w.T("ui.delivery.sent", t.To), w.T("ui.delivery.sent-why"), "")}
	default:
		why := explain.Code(w, "mail_"+t.Reason)
		return []fyne.CanvasObject{kit.NewBanner(kit.Refused, why.What, why.Why, why.Next)}
	}
}
