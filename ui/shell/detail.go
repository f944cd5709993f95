package shell

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Fact is something that the server knows, in words.
type Fact struct{ Name, Value string }

// DrawFacts draws a card of facts. Facts without a value are left out.
func DrawFacts(facts ...Fact) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, f := range facts {
		if f.Value == "" {
			continue
		}
		rows = append(rows, look.Inset(look.S16, 10, look.S16, 10, look.HTop(look.S16,
			look.Scaled(160, 0, look.NewText(f.Name, look.Caption, look.Ink2).Wrapped()),
			look.Grow(look.NewText(f.Value, look.Body, look.Ink).Wrapped()))))
	}
	return kit.List(look.S16, rows...)
}

// Exactly is a moment with its day, its second and how long ago it was.
func Exactly(c *Console, t time.Time) string {
	w := c.Catalog
	local := t.In(c.Now().Location())
	at := w.T("ui.detail.moment", w.Date(local), w.Seconds(local), local.Format("MST"))
	if t.After(c.Now()) {
		return at
	}
	return w.T("ui.detail.moment-ago", at, w.Ago(c.Now(), t))
}

// DetailPage finishes the page of a row of a list: the way back is at the left.
func DetailPage(c *Console, p kit.Page, from Screen, list PageID) View {
	back := control.NewButton(c.Catalog.T("ui.detail.back", c.PageTitle(list)), "", control.Quiet, func() { c.ReturnTo(from) })
	p.Left = []fyne.CanvasObject{back}
	return View{Content: c.Page(p), First: back, Bindings: control.Bindings{Escape: func() { c.ReturnTo(from) }}, Ready: true}
}
