package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/ui/kit"
)

// A failure is a screen in place of one that could not be loaded, before anybody
// is signed in.
type failure struct {
	c     *Console
	err   error
	again func()
}

func (f *failure) place() string { return "" }
func (f *failure) enter(*Scope)  {}
func (f *failure) hear(what string) {
	if what == "" {
		f.again()
	}
}

func (f *failure) draw() drawn {
	return f.c.drawFailure("", explain.Error(f.c.words, f.err), 0, time.Time{}, f.again)
}

// drawFailure is the page that says what went wrong, and offers to try again.
func (c *Console) drawFailure(title string, why explain.Explanation, tries int, last time.Time, again func()) drawn {
	b := kit.NewButton(c.words.T("ui.failure.again"), "reset", kit.Primary, again)
	p := kit.Page{
		Title: title,
		Body: []fyne.CanvasObject{kit.EmptyState("refused", kit.Refused, why.What, why.Why,
			kit.NewBanner(kit.Refused, c.words.T("ui.failure.next"), "", why.Next))},
		Actions: []fyne.CanvasObject{b},
	}
	if tries > 0 && !last.IsZero() {
		p.Left = []fyne.CanvasObject{kit.NewText(c.words.N("ui.failure.tried", tries, last.Format("15:04:05")), kit.Caption, kit.Ink3)}
	}
	p.Margin = c.margin()
	return drawn{content: p.Build(), first: b, keys: kit.Bindings{Enter: again}, ready: true}
}

// waiting is a page whose content is not there yet. After a while it says so;
// when it can't be had it says why.
func (c *Console) waiting(title string, fault *explain.Explanation, again func()) drawn {
	if fault != nil {
		return c.drawFailure(title, *fault, 0, time.Time{}, again)
	}
	p := kit.Page{Title: title, Margin: c.margin()}
	return drawn{content: p.Build()}
}

// loading is the page of a source that has not come yet.
func loading[T any](c *Console, title string, crumbs []kit.Crumb, src *source[T], again func()) drawn {
	if src.err != nil {
		return c.drawFailure(title, explain.Error(c.words, src.err), src.tries, src.last, again)
	}
	p := kit.Page{Title: title, Crumbs: crumbs, Margin: c.margin()}
	if src.late {
		p.Body = []fyne.CanvasObject{kit.NewProgress(kit.ProgressConfig{Clock: c.clock(c.scope), Words: c.words.T("ui.loading")})}
	}
	return drawn{content: p.Build()}
}
