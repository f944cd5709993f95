package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A BannerState is the content of a Banner: what happened, why, and what to do
// next. Why and Next may be empty. Actions are links below the text.
type BannerState struct {
	Tone            look.Tone
	What, Why, Next string
	Actions         []fyne.CanvasObject
}

func (s BannerState) equal(t BannerState) bool {
	return s.Tone == t.Tone && s.What == t.What && s.Why == t.Why && s.Next == t.Next && slices.Equal(s.Actions, t.Actions)
}

// A Banner is a message in a box with an icon. A screen can keep it and change it
// with SetState; an action that stays keeps the keyboard focus.
type Banner struct {
	widget.BaseWidget
	state BannerState
	news  bool
	body  *fyne.Container
}

// NewBanner makes a banner.
func NewBanner(t look.Tone, what, why, next string, actions ...fyne.CanvasObject) *Banner {
	b := &Banner{body: look.Z()}
	b.ExtendBaseWidget(b)
	b.SetState(BannerState{Tone: t, What: what, Why: why, Next: next, Actions: actions})
	return b
}

// SetState changes the content. A banner with an empty What is hidden.
func (b *Banner) SetState(s BannerState) {
	show := s.What != ""
	if b.state.equal(s) && b.Visible() == show {
		return
	}
	if !b.state.equal(s) {
		b.state = s
		b.body.Objects = s.draw()
		b.body.Refresh()
	}
	way := look.PathTo(b) // nil while it is hidden
	look.ShowIf(b, show)
	if show {
		way = look.PathTo(b)
	}
	look.RelayoutPath(way)
}

func (s BannerState) draw() []fyne.CanvasObject {
	fill, stroke, mark, glyph := look.Sunken, look.Hairline, look.Accent, "info"
	switch s.Tone {
	case look.Attention:
		mark, glyph = look.Brass, "attention"
	case look.Refused:
		fill, stroke, mark, glyph = look.DangerSoft, look.DangerLine, look.Danger, "refused"
	}
	words := []fyne.CanvasObject{look.NewText(s.What, look.Strong, look.Ink).Wrapped()}
	if s.Why != "" {
		words = append(words, look.Para(s.Why, look.Ink2))
	}
	if s.Next != "" {
		words = append(words, look.Para(s.Next, look.Ink))
	}
	if len(s.Actions) > 0 {
		words = append(words, look.Inset(0, look.S4, 0, 0, look.Flow(look.S16, s.Actions...)))
	}
	return []fyne.CanvasObject{
		look.NewBox(fill, stroke, look.RadiusCard),
		look.Inset(look.S16, look.S12+2, look.S16, look.S12+2, look.HTop(look.S12, look.NewIcon(glyph, 20, mark), look.Grow(look.V(2, words...)))),
	}
}

// AsNews marks a banner that reports the result of an action, so that the
// window scrolls to it. A refusal is always news.
func (b *Banner) AsNews() *Banner { b.news = true; return b }

// Tone is the tone of the content.
func (b *Banner) Tone() look.Tone { return b.state.Tone }

// News is part of control.Teller.
func (b *Banner) News() string {
	if !b.news && b.state.Tone != look.Refused {
		return ""
	}
	return b.state.What + "\n" + b.state.Why + "\n" + b.state.Next
}

// HeightFor is the height at a width.
func (b *Banner) HeightFor(w float32) float32 { return look.HeightFor(b.body, w) }

// MinSize is the size of the content.
func (b *Banner) MinSize() fyne.Size { return b.body.MinSize() }

// Refresh draws again.
func (b *Banner) Refresh() { b.body.Refresh(); b.BaseWidget.Refresh() }

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.body) }

// Held implements look.Holder.
func (b *Banner) Held() []fyne.CanvasObject { return b.body.Objects }
