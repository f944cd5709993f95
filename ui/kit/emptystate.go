package kit

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// Note is a caption with a small icon before it.
func Note(icon, words string) *fyne.Container {
	return look.HTop(look.S8, look.NewIcon(icon, 16, look.Ink3), look.Grow(look.NewText(words, look.Caption, look.Ink2).Wrapped()))
}

// EmptyState fills a page that has nothing to show yet: a picture, a title, what the
// page is for, and the objects below. The button that starts something is in the
// page's action bar. With the tone Refused it says that a page cannot be shown.
func EmptyState(icon string, t look.Tone, title, says string, under ...fyne.CanvasObject) *fyne.Container {
	fill, ink := look.AccentSoft, look.Accent
	if t == look.Refused {
		fill, ink = look.DangerSoft, look.Danger
	}
	picture := look.Scaled(112, 112, look.Z(look.NewDisc(fill, ""), look.Centre(look.NewIcon(icon, 48, ink))))
	parts := []fyne.CanvasObject{look.Centre(picture), look.V(look.S8, look.NewText(title, look.Title, look.Ink).Wrapped().Centered(), look.Para(says, look.Ink2).Centered())}
	return look.Inset(0, look.S48, 0, 0, look.Narrow(440, look.V(look.S20, append(parts, under...)...)))
}
