package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// LongRow is a kit.Row whose lines wrap, so that they are not cut off at large
// text sizes.
func LongRow(lead fyne.CanvasObject, title, sub string, trail ...fyne.CanvasObject) fyne.CanvasObject {
	words := []fyne.CanvasObject{look.NewText(title, look.Strong, look.Ink).Wrapped()}
	if sub != "" {
		words = append(words, look.NewText(sub, look.Caption, look.Ink2).Wrapped())
	}
	line := []fyne.CanvasObject{}
	if lead != nil {
		line = append(line, lead)
	}
	line = append(line, look.Grow(look.V(2, words...)))
	if len(trail) > 0 {
		line = append(line, look.H(look.S8, trail...))
	}
	return look.Inset(look.S16, look.S12, look.S16, look.S12, look.H(look.S16, line...))
}
