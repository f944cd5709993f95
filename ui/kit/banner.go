package kit

import (
	"fyne.io/fyne/v2"
)

// A Tone is what a banner is for.
type Tone int

// The tones, from calm to refused.
const (
	Info Tone = iota
	Attention
	Refused
)

// Banner says what happened, why, and what to do next; any of the last two may
// be empty in an Info. Actions are links.
func Banner(t Tone, what, why, next string, actions ...fyne.CanvasObject) *fyne.Container {
	fill, stroke, mark, glyph := Sunken, Hairline, Accent, "info"
	switch t {
	case Attention:
		mark, glyph = Brass, "attention"
	case Refused:
		fill, stroke, mark, glyph = DangerSoft, DangerLine, Danger, "refused"
	}
	words := []fyne.CanvasObject{NewText(what, Strong, Ink).Wrapped()}
	if why != "" {
		words = append(words, Para(why, Ink2))
	}
	if next != "" {
		words = append(words, Para(next, Ink))
	}
	if len(actions) > 0 {
		words = append(words, Inset(0, S4, 0, 0, Flow(S16, actions...)))
	}
	return Z(NewBox(fill, stroke, RadiusCard), Inset(S16, S12+2, S16, S12+2, HTop(S12, NewIcon(glyph, 20, mark), Grow(V(2, words...)))))
}

// Note is a caption with a small icon before it.
func Note(icon, words string) *fyne.Container {
	return HTop(S8, NewIcon(icon, 16, Ink3), Grow(NewText(words, Caption, Ink2).Wrapped()))
}

// EmptyState is a page that has nothing to show yet: a picture, what the thing is for
// in two lines, and whatever belongs below. The action that begins it is in the
// page's bar. In the tone Refused it is the page that could not be shown.
func EmptyState(icon string, t Tone, title, says string, under ...fyne.CanvasObject) *fyne.Container {
	fill, ink := AccentSoft, Accent
	if t == Refused {
		fill, ink = DangerSoft, Danger
	}
	picture := Sized(112, 112, Z(NewDisc(fill, ""), Centre(NewIcon(icon, 48, ink).Fixed())))
	parts := []fyne.CanvasObject{Centre(picture), V(S8, NewText(title, Title, Ink).Wrapped().Centered(), Para(says, Ink2).Centered())}
	return Inset(0, S48, 0, 0, Narrow(440, V(S20, append(parts, under...)...)))
}
