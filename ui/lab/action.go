package lab

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit/control"
)

// do runs work in the lab, and then calls then if it is not nil. The panel
// shows an error. A press while work is running is ignored.
func (p *Panel) do(work func(ctx context.Context, server *client.Client) error, then func()) {
	p.doOr(work, then, func() {})
}

// doOr is do, and calls failed after an error.
func (p *Panel) doOr(work func(ctx context.Context, server *client.Client) error, then, failed func()) {
	if p.doing {
		p.Redraw() // resets a switch that was pressed
		return
	}
	p.doing = true
	p.use(inPanel)
	server := p.c.Config.Client
	p.state.Trouble = nil
	p.scope.Go(func(ctx context.Context) func() {
		err := work(ctx, server)
		return func() {
			p.doing = false
			if err != nil {
				why := explain.Error(p.c.Catalog, err)
				p.state.Trouble = &why
				p.Redraw()
				failed()
				return
			}
			if then != nil {
				then()
			}
			p.Load()
		}
	})
}

// set changes the phone that is shown.
func (p *Panel) set(phone api.LabPhone) {
	number := p.state.Number
	if number == "" {
		return
	}
	p.do(func(ctx context.Context, server *client.Client) error {
		_, err := server.SetPhone(ctx, number, phone)
		return err
	}, nil)
	p.use(atPhone)
}

// setCarrier changes the carrier of the phone that is shown.
func (p *Panel) setCarrier(c api.LabCarrier) { p.set(api.LabPhone{Carrier: &c}) }

// text sends a text from the phone that is shown to the server's short code (R18).
func (p *Panel) text(body string) {
	number, shortCode := p.state.Number, p.c.About().ShortCode
	p.do(func(ctx context.Context, server *client.Client) error {
		return server.SendText(ctx, number, shortCode, body)
	}, nil)
	p.use(atPhone)
}

func (p *Panel) advance(d time.Duration) {
	p.do(func(ctx context.Context, server *client.Client) error {
		_, err := server.AdvanceClock(ctx, d)
		return err
	}, p.loadTime)
}

func (p *Panel) reset() {
	if p.doing {
		return
	}
	over := p.c.Replacing()
	p.doOr(func(ctx context.Context, server *client.Client) error { return server.ResetLab(ctx) }, func() {
		p.state.Number = ""
		p.loadTime()
		over(true)
	}, func() { over(false) })
}

// A credentialForm is a screen that may ask for a user name and a password.
type credentialForm interface {
	// FillIn fills both in. It reports whether the screen asks for them now.
	FillIn(username, password string) bool
}

// useAccount fills a demo account into the sign-in form, or copies its password.
func (p *Panel) useAccount(a api.LabAccount) {
	c := p.c
	if f, ok := c.Front().(credentialForm); ok && f.FillIn(a.Username, a.Password) {
		c.Uncover()
		c.Refocus()
		c.Redraw()
		return
	}
	c.HoldSecret(a.Password)
	if c.SignedIn() {
		c.Toast.Say(c.Catalog.T("lab.use.signed-in", a.Username))
		return
	}
	c.Toast.Say(c.Catalog.T("lab.use.copied", a.Username))
}

// askAdvance asks by how much to advance the clock.
func (p *Panel) askAdvance() {
	w := p.c.Catalog
	by := control.NewTextField(w.T("lab.move.by"), w.T("lab.move.hint"), control.InputConfig{Text: "59m59s", Limit: 32})
	var dialog *control.Dialog
	dialog = p.c.Dialog(control.DialogConfig{
		Title: w.T("lab.move"), Words: w.T("lab.move.why"), Icon: "clock", Body: []fyne.CanvasObject{by}, Do: w.T("lab.move.do"), Keep: true,
		OnDo: func() {
			d, err := time.ParseDuration(strings.ReplaceAll(by.Text(), " ", ""))
			if err != nil || d <= 0 {
				by.Refuse(w.T("lab.move.malformed"))
				return
			}
			dialog.Close()
			p.advance(d)
		},
	})
}
