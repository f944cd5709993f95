package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/assets"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A ProgressConfig configures a Progress.
type ProgressConfig struct {
	Clock    Clock
	Words    string        // the running work: "Printing"
	Most     time.Duration // the longest it can take; 0: unknown, the time so far is shown
	OnCancel func()        // nil: cannot be cancelled
	OnLate   func()        // called when Most is over
}

// A Progress says what the user is waiting for and for how long, and may have a link
// that cancels. It has no spinner: the digits, and the ring if Most is set, change
// once a second.
type Progress struct {
	widget.BaseWidget
	config ProgressConfig
	began  time.Time
	words  *look.Text
	digits *look.Text
	ring   *ring
	cancel *control.Button
	body   *fyne.Container
	ticker ticker
	done   bool
}

// NewProgress makes a progress line and starts to count.
func NewProgress(c ProgressConfig) *Progress {
	p := &Progress{config: c, began: c.Clock.Now(), words: look.NewText(c.Words, look.Body, look.Ink2), digits: look.NewText("", look.Code, look.Ink)}
	line := []fyne.CanvasObject{}
	if c.Most > 0 {
		p.ring = newRing(16, 1, 2.5)
		line = append(line, p.ring)
	} else {
		line = append(line, look.NewIcon("clock", 16, look.Ink3))
	}
	line = append(line, p.words, p.digits)
	if c.OnCancel != nil {
		p.cancel = control.NewLink(look.Words().T("kit.cancel"), c.OnCancel)
		line = append(line, look.Space(look.S4, 1), p.cancel)
	}
	p.body = look.H(look.S8, line...)
	p.ticker = ticker{clock: c.Clock, every: time.Second, self: p, tick: p.tick}
	p.show()
	p.ExtendBaseWidget(p)
	return p
}

// Say changes the text; the time continues.
func (p *Progress) Say(what string) {
	p.words.Words = what
	p.Refresh()
	look.Relayout(p)
}

func (p *Progress) show() {
	gone := p.config.Clock.Now().Sub(p.began)
	if p.ring == nil {
		p.digits.SetWords(assets.Digits(gone.Truncate(time.Second)))
		return
	}
	left := max(0, p.config.Most-gone)
	p.ring.set(float32(left) / float32(p.config.Most))
	p.digits.SetWords(assets.Digits(left))
}

func (p *Progress) tick() {
	p.show()
	if p.config.Most > 0 && p.config.Clock.Now().Sub(p.began) >= p.config.Most && !p.done {
		p.done = true
		p.ticker.sleep()
		if p.config.OnLate != nil {
			p.config.OnLate()
		}
	}
}

// Cancel is the link that cancels, nil if there is none. Callers focus it.
func (p *Progress) Cancel() *control.Button { return p.cancel }

// Show shows it and starts ticking.
func (p *Progress) Show() { p.BaseWidget.Show(); p.wake() }

// Hide hides it and stops ticking.
func (p *Progress) Hide() { p.ticker.sleep(); p.BaseWidget.Hide() }

// Refresh draws again.
func (p *Progress) Refresh() {
	p.show()
	p.body.Refresh()
	p.wake()
}

func (p *Progress) wake() {
	if !p.done && p.Visible() {
		p.ticker.wake()
	}
}

// MinSize is the size of the line.
func (p *Progress) MinSize() fyne.Size { return p.body.MinSize() }

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	p.wake()
	return &asleep{WidgetRenderer: widget.NewSimpleRenderer(p.body), sleep: p.ticker.sleep}
}

// Held implements look.Holder.
func (p *Progress) Held() []fyne.CanvasObject { return p.body.Objects }
