package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// What stands in a place that was empty at first makes room for itself.
func TestAnEmptyPlaceGrows(t *testing.T) {
	test.NewTempApp(t)
	place := V(0)
	card := V(S8, NewText("above", Body, Ink), place)
	before := heightFor(card, 300)
	card.Resize(fyne.NewSize(300, before))
	place.Objects = []fyne.CanvasObject{NewText("what was found", Body, Ink)}
	place.Refresh()
	if after := heightFor(card, 300); after < before+Body.line() {
		t.Errorf("%v high, and %v with one line more", before, after)
	}
}
