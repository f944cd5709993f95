package lab

import (
	"slices"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// drawNews draws the strip at the foot of the panel: what is unseen, as buttons that lead
// there. The strip is below the scroll, so that nothing above it moves when it appears.
func (p *Panel) drawNews() {
	counts := []int{p.unseen.texted(), len(p.unseen.mail), len(p.unseen.keys)}
	if slices.Equal(counts, p.told) {
		return
	}
	p.told = counts
	w := p.c.Catalog
	var buttons []fyne.CanvasObject
	add := func(key, icon string, n int, show func()) {
		if n > 0 {
			buttons = append(buttons, control.NewButton(w.N(key, n), icon, control.Secondary, show))
		}
	}
	add("lab.news.keys", "key", counts[2], p.showKey)
	add("lab.news.texts", "message", counts[0], p.showTexts)
	add("lab.news.mail", "mail", counts[1], p.showMail)
	p.news.Objects = nil
	if len(buttons) > 0 {
		p.news.Objects = []fyne.CanvasObject{look.Z(look.NewBox(look.AccentSoft, "", 0), look.Inset(look.S16, look.S8, look.S16, look.S8, look.Flow(look.S8, buttons...)))}
	}
	look.ShowIf(p.news, len(buttons) > 0)
	p.scrolling = true // by the change of height, perhaps
	p.news.Refresh()
	look.RelayoutPath(look.PathTo(p.root))
	p.scrolling = false
}

// showTexts shows the unseen texts of the phone in front, or else brings the phone to the
// front that has some.
func (p *Panel) showTexts() {
	goes := p.goesFrom()
	p.use(atPhone)
	if p.unseen.texts[p.state.Number] == 0 {
		for _, phone := range p.state.Phones {
			if p.unseen.texts[phone.Number] > 0 {
				p.pick(phone.Number)
				break
			}
		}
	}
	p.showPhone()
	goes(p.numbers)
}

// showMail shows the newest mail.
func (p *Panel) showMail() {
	goes := p.goesFrom()
	p.use(inPanel)
	p.scrollTo(p.mailbox)
	goes(p.newest)
}

// showKey shows the first key that waits for a touch and was not in sight.
func (p *Panel) showKey() {
	goes := p.goesFrom()
	p.use(inPanel)
	for _, k := range p.state.Keys {
		if p.unseen.keys[k.ID] {
			row := p.keys[k.ID]
			p.scrollTo(row)
			goes(row)
			return
		}
	}
}

// goesFrom returns a function that moves the focus from the strip, whose buttons go away,
// to the last part of an object that can be focused: the touch button of a key. It does
// nothing if the person used the mouse, which leaves the focus on the page.
func (p *Panel) goesFrom() func(to fyne.CanvasObject) {
	canvas := p.c.Window().Canvas()
	focused, ok := canvas.Focused().(fyne.CanvasObject)
	if !ok || look.Path(p.news, focused) == nil {
		return func(fyne.CanvasObject) {}
	}
	return func(to fyne.CanvasObject) {
		var last fyne.Focusable
		if to != nil {
			look.Walk(to, func(o fyne.CanvasObject) bool {
				if f, ok := o.(fyne.Focusable); ok {
					last = f
				}
				return true
			})
		}
		if last == nil {
			canvas.Unfocus()
			return
		}
		canvas.Focus(last)
	}
}
