package lab

import (
	"math"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// What arrived comes into view, unless that would move something away under the hands of
// a person who works in the lab. Then it is marked with a count.

// A place is the part of the panel that the person used last.
type place int

const (
	elsewhere place = iota
	atPhone         // the phone that is shown, and its carrier
	inPanel         // another part
)

// A sight is what the panel knows about what is in sight.
type sight struct {
	unseen unseen
	used   place // the part that was used last
	usedAt int   // the presses in the window until then

	scrolling bool            // the panel scrolls by itself
	news      *fyne.Container // the strip with the counts
	told      []int           // the counts in the strip

	// Parts of the drawn panel.
	carrier         []fyne.CanvasObject // what changes the phone in front
	numbers         fyne.CanvasObject   // the selector of the phone
	mailbox, newest fyne.CanvasObject   // the list of mails, and its first row
	keys            map[string]fyne.CanvasObject
	rows            []row
}

func newSight() sight {
	news := look.V(0)
	news.Hide()
	return sight{unseen: newUnseen(), usedAt: -1, news: news, keys: map[string]fyne.CanvasObject{}}
}

// use notes that the person uses a part of the panel.
func (p *Panel) use(part place) { p.used, p.usedAt = part, control.Uses() }

// using is the part of the panel that the person used last, or elsewhere if they have
// pressed a key or the mouse in another part of the window since.
func (p *Panel) using() place {
	canvas := p.c.Window().Canvas()
	if focused, ok := canvas.Focused().(fyne.CanvasObject); ok {
		for _, o := range p.carrier {
			if look.Path(o, focused) != nil {
				return atPhone
			}
		}
		if look.Path(p.root, focused) != nil {
			return inPanel
		}
	}
	if p.usedAt != control.Uses() {
		return elsewhere
	}
	return p.used
}

// answering reports whether a dialog or a list of options is open.
func (p *Panel) answering() bool { return p.c.Window().Canvas().Overlays().Top() != nil }

// mayTurn reports whether another phone may come to the front.
func (p *Panel) mayTurn() bool { return !p.answering() && p.using() != atPhone }

// mayScroll reports whether the panel may scroll by itself.
func (p *Panel) mayScroll() bool { return !p.answering() && p.using() == elsewhere }

// reveal scrolls to what is unseen. A key has priority, because it waits for a few
// seconds only, and then a text.
func (p *Panel) reveal() {
	if !p.c.PanelShown() {
		return
	}
	switch {
	case len(p.unseen.keys) > 0:
		p.revealKeys()
	case p.unseen.texts[p.state.Number] > 0:
		p.showPhone()
	case len(p.unseen.mail) > 0:
		p.scrollTo(p.mailbox)
	}
}

func (p *Panel) revealKeys() {
	for _, k := range p.state.Keys {
		if p.unseen.keys[k.ID] {
			p.scrollTo(p.keys[k.ID])
			return
		}
	}
}

// showPhone scrolls to the phone and to its number above it.
func (p *Panel) showPhone() {
	p.scrollTo(p.phone)
	p.scrollTo(p.numbers)
}

// scrollTo scrolls to a part of the panel.
func (p *Panel) scrollTo(o fyne.CanvasObject) {
	if o == nil {
		return
	}
	p.scrolling = true
	control.Reveal(o)
	p.scrolling = false
	if p.look(); p.news.Visible() { // the strip may hide the end of it
		p.scrolling = true
		control.Reveal(o)
		p.scrolling = false
		p.look()
	}
}

// look forgets what is in sight, and shows the counts of the rest.
func (p *Panel) look() {
	if p.c.PanelShown() && !p.answering() {
		if n := p.state.Number; p.unseen.texts[n] > 0 && p.inSight(p.phone, phoneTop) {
			delete(p.unseen.texts, n)
		}
		if len(p.unseen.mail) > 0 && p.inSight(p.newest, math.MaxFloat32) {
			clear(p.unseen.mail)
		}
		for id := range p.unseen.keys {
			if p.inSight(p.keys[id], math.MaxFloat32) {
				delete(p.unseen.keys, id)
			}
		}
	}
	p.drawNews()
	p.c.PanelCount(p.unseen.count())
}

// phoneTop is the part of the phone with its newest texts.
const phoneTop float32 = 300

// inSight reports whether a part of the panel, or the given height of it from its top, is
// between the edges of the scroll around it, or as good as fills it.
func (p *Panel) inSight(o fyne.CanvasObject, upTo float32) bool {
	s := shell.ScrollIn(p.root)
	if o == nil || s == nil {
		return false
	}
	top, ok := within(s.Content, o)
	top -= s.Offset.Y
	height := min(o.Size().Height, upTo)
	view := s.Size().Height
	const slack = 1 // of rounding
	seen := min(top+height, view) - max(top, 0)
	return ok && height > 0 && seen >= min(height, view-2*look.S12)-slack
}

// follow listens to the scroll of the drawn panel.
func (p *Panel) follow() {
	s := shell.ScrollIn(p.root)
	if s == nil {
		return
	}
	s.OnScrolled = func(fyne.Position) {
		if p.scrolling {
			return
		}
		p.use(inPanel)
		p.look()
	}
}
