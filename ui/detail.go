package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A fact is something that the server knows, in words.
type fact struct{ name, value string }

// drawFacts draws a card of facts. Facts without a value are left out.
func drawFacts(facts ...fact) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		rows = append(rows, look.Inset(look.S16, 10, look.S16, 10, look.HTop(look.S16,
			look.Scaled(160, 0, look.NewText(f.name, look.Caption, look.Ink2).Wrapped()),
			look.Grow(look.NewText(f.value, look.Body, look.Ink).Wrapped()))))
	}
	return kit.List(look.S16, rows...)
}

// exactly is a moment with its day, its second and how long ago it was.
func exactly(c *shell.Console, t time.Time) string {
	w := c.Catalog
	local := t.In(c.Now().Location())
	at := w.T("ui.detail.moment", w.Date(local), w.Seconds(local), local.Format("MST"))
	if t.After(c.Now()) {
		return at
	}
	return w.T("ui.detail.moment-ago", at, w.Ago(c.Now(), t))
}

// place is a remote address in words.
func place(c *shell.Console, address string) string {
	w := c.Catalog
	switch address {
	case "":
		return ""
	case "console":
		return w.T("ui.client.here")
	case "127.0.0.1", "::1":
		return w.T("ui.detail.place.here", address)
	case "seed":
		return w.T("ui.client.seed")
	}
	return address
}

// detailPage finishes the page of a row of a list: the way back is at the left.
func detailPage(c *shell.Console, p kit.Page, from shell.Screen, list shell.PageID) shell.View {
	back := control.NewButton(c.Catalog.T("ui.detail.back", c.PageTitle(list)), "", control.Quiet, func() { c.ReturnTo(from) })
	p.Left = []fyne.CanvasObject{back}
	return shell.View{Content: c.Page(p), First: back, Bindings: control.Bindings{Escape: func() { c.ReturnTo(from) }}, Ready: true}
}
