package lab

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/otp"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// An app is an account in the authenticator app of the lab's phone. A real app goes by the
// real time, so its codes are wrong once the lab's clock was moved; this one goes by the
// lab's clock.
type app struct {
	name   string // as real apps list it: "Nightlatch: ada"
	secret string // base32
}

// scan adds the account of a QR code to the app, in place of an earlier one of the same
// name, and shows its code.
func (p *Panel) scan(uri string) {
	u, err := url.Parse(uri)
	if err != nil || u.Query().Get("secret") == "" {
		return
	}
	issuer, account, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), ":")
	a := app{name: issuer + ": " + account, secret: u.Query().Get("secret")}
	p.apps = append(slices.DeleteFunc(p.apps, func(b app) bool { return b.name == a.name }), a)
	p.Redraw()
	p.scrollTo(p.appList)
}

// drawApps draws the accounts in the app and their codes; nothing if there are none.
func (p *Panel) drawApps() []fyne.CanvasObject {
	w := p.c.Catalog
	p.appList, p.codesOf = nil, p.period()
	var rows []fyne.CanvasObject
	for _, a := range p.apps {
		code, err := otp.Code(a.secret, p.c.Now())
		if err != nil || len(code) != 6 {
			continue
		}
		row := look.Inset(look.S12, look.S8, look.S12, look.S8, look.H(look.S8, look.Grow(look.NewText(a.name, look.Body, look.Ink)),
			look.NewText(code[:3]+" "+code[3:], look.Code, look.Ink),
			control.NewLink(w.T("wizard.copy"), func() { p.use(inPanel); p.c.Copy(code) }).Named(w.T("lab.app.copy-name", a.name))))
		p.mark("app "+a.name, row)
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	p.appList = look.V(look.S8, kit.Section(w.T("lab.app")), kit.List(look.S12, rows...))
	return []fyne.CanvasObject{p.appList}
}

// period is the time from which the app shows its present codes.
func (p *Panel) period() time.Time { return p.c.Now().Truncate(otp.Period) }
