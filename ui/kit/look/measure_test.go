package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// A container that was empty at first grows when objects are added.
func TestEmptyContainerGrows(t *testing.T) {
	test.NewTempApp(t)
	empty := V(0)
	card := V(S8, NewText("above", Body, Ink), empty)
	before := HeightFor(card, 300)
	card.Resize(fyne.NewSize(300, before))
	empty.Objects = []fyne.CanvasObject{NewText("what was found", Body, Ink)}
	empty.Refresh()
	if after := HeightFor(card, 300); after < before+Body.LineHeight() {
		t.Errorf("%v high, and %v with another line", before, after)
	}
}
