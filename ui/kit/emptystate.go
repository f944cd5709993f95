package kit

import (
	"fyne.io/fyne/v2"
)

// Note is a caption with a small icon before it.
func Note(icon, words string) *fyne.Container {
	return HTop(S8, NewIcon(icon, 16, Ink3), Grow(NewText(words, Caption, Ink2).Wrapped()))
}

// EmptyState fills a page that has nothing to show yet: a picture, a title, what the
// page is for, and the objects below. The button that starts something is in the
// page's action bar. With the tone Refused it says that a page cannot be shown.
func EmptyState(icon string, t Tone, title, says string, under ...fyne.CanvasObject) *fyne.Container {
	fill, ink := AccentSoft, Accent
	if t == Refused {
		fill, ink = DangerSoft, Danger
	}
	picture := Sized(112, 112, Z(NewDisc(fill, ""), Centre(NewIcon(icon, 48, ink).Fixed())))
	parts := []fyne.CanvasObject{Centre(picture), V(S8, NewText(title, Title, Ink).Wrapped().Centered(), Para(says, Ink2).Centered())}
	return Inset(0, S48, 0, 0, Narrow(440, V(S20, append(parts, under...)...)))
}
