package shell

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A failure is the screen shown when the account server can't be reached at the
// start.
type failure struct {
	c     *Console
	err   error
	retry func()
}

// NewFailure returns a screen that says why something could not be loaded, before
// anybody is signed in.
func NewFailure(c *Console, err error, retry func()) Screen { return &failure{c, err, retry} }

func (f *failure) Page() PageID { return "" }
func (f *failure) Enter(*Scope) {}
func (f *failure) OnTopic(topic string) {
	if topic == "" {
		f.retry()
	}
}

func (f *failure) Draw() View {
	return f.c.drawFailure("", nil, explain.Error(f.c.Catalog, f.err), 0, time.Time{}, f.retry)
}

// blank is the screen between signing out and the sign-in form.
type blank struct{ c *Console }

func (blank) Page() PageID   { return "" }
func (blank) Enter(*Scope)   {}
func (blank) OnTopic(string) {}
func (b blank) Draw() View   { return b.c.Waiting("", nil, nil) }

// drawFailure draws the page that says what went wrong, and offers to try again.
func (c *Console) drawFailure(title string, crumbs []control.Crumb, why explain.Explanation, tries int, last time.Time, retry func()) View {
	b := control.NewButton(c.Catalog.T("ui.failure.again"), "reset", control.Primary, retry)
	under := []fyne.CanvasObject{look.Centre(b)}
	if tries > 0 && !last.IsZero() {
		under = append(under, look.NewText(c.Catalog.N("ui.failure.tried", tries, c.Catalog.Seconds(last)), look.Caption, look.Ink2).Wrapped().Centered())
	}
	next := why.Next
	if strings.TrimSuffix(next, ".") == c.Catalog.T("ui.failure.again") { // the button says it
		next = ""
	}
	p := kit.Page{Title: title, Crumbs: crumbs, Body: []fyne.CanvasObject{trouble(why.What, why.Why, next, under...)}, Margin: c.Margin()}
	return View{Content: p.Build(), First: b, Bindings: control.Bindings{Enter: retry}, Ready: true}
}

// trouble fills a page that cannot be shown: what happened, why, and what to do, with the
// button that does it below.
func trouble(what, why, next string, under ...fyne.CanvasObject) fyne.CanvasObject {
	if next != "" {
		under = append([]fyne.CanvasObject{look.Para(next, look.Ink).Centered()}, under...)
	}
	return kit.EmptyState("refused", look.Refused, what, why, under...)
}

// Waiting draws a page that has no content yet, or says why it has none.
func (c *Console) Waiting(title string, fault *explain.Explanation, retry func()) View {
	if fault != nil {
		return c.drawFailure(title, nil, *fault, 0, time.Time{}, retry)
	}
	p := kit.Page{Title: title, Margin: c.Margin()}
	return View{Content: p.Build()}
}

// Waiting draws the page of a source that is not loaded yet.
func (src *Source[T]) Waiting(c *Console, title string, crumbs []control.Crumb, retry func()) View {
	if src.Err != nil {
		return c.drawFailure(title, crumbs, explain.Error(c.Catalog, src.Err), src.Tries, src.LastTry, retry)
	}
	p := kit.Page{Title: title, Crumbs: crumbs, Margin: c.Margin()}
	if src.Slow {
		p.Body = []fyne.CanvasObject{kit.NewProgress(kit.ProgressConfig{Clock: c.Clock(c.scope), Words: c.Catalog.T("ui.loading")})}
	}
	return View{Content: p.Build()}
}
