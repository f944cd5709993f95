package kittest

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// WalkVisible visits the objects of a tree. It skips hidden objects and
// everything inside them.
func WalkVisible(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	hidden := map[fyne.CanvasObject]bool{}
	look.Walk(o, func(o fyne.CanvasObject) bool {
		if !o.Visible() {
			look.Walk(o, func(in fyne.CanvasObject) bool { hidden[in] = true; return true })
		}
		if !hidden[o] {
			visit(o)
		}
		return true
	})
}
