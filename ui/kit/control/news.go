package control

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// A Teller is a widget that can show news: a refusal, a notice, the result of
// an action. News returns its text, or "" if the widget only explains
// something.
type Teller interface{ News() string }

// NewsIn returns the texts of all news in a tree.
func NewsIn(root fyne.CanvasObject) map[string]bool {
	words := map[string]bool{}
	eachNews(root, func(_ fyne.CanvasObject, s string) { words[s] = true })
	return words
}

// RevealNews scrolls to the news in a tree that are not in known, so that they
// are not hidden below the edge of the window. The first one has priority.
func RevealNews(root fyne.CanvasObject, known map[string]bool) {
	var fresh []fyne.CanvasObject
	eachNews(root, func(o fyne.CanvasObject, s string) {
		if !known[s] {
			fresh = append(fresh, o)
		}
	})
	for i := len(fresh) - 1; i >= 0; i-- {
		reveal(fresh[i])
	}
}

func eachNews(root fyne.CanvasObject, found func(o fyne.CanvasObject, words string)) {
	look.Walk(root, func(o fyne.CanvasObject) bool {
		if t, ok := o.(Teller); ok && o.Visible() {
			if words := t.News(); words != "" {
				found(o, words)
			}
		}
		return true
	})
}
