package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
)

// LongRow is a kit.Row whose second line wraps, so that it is not cut off at large
// text sizes.
func LongRow(lead fyne.CanvasObject, title, sub string, trail ...fyne.CanvasObject) fyne.CanvasObject {
	words := []fyne.CanvasObject{kit.NewText(title, kit.Strong, kit.Ink)}
	if sub != "" {
		words = append(words, kit.NewText(sub, kit.Caption, kit.Ink2).Wrapped())
	}
	line := []fyne.CanvasObject{}
	if lead != nil {
		line = append(line, lead)
	}
	line = append(line, kit.Grow(kit.V(2, words...)))
	if len(trail) > 0 {
		line = append(line, kit.H(kit.S8, trail...))
	}
	return kit.Inset(kit.S16, kit.S12, kit.S16, kit.S12, kit.H(kit.S16, line...))
}
