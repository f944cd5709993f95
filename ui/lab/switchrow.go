package lab

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// switchRow places a switch after its label, or below it where a word of the label would be
// broken.
func switchRow(label *look.Text, sw fyne.CanvasObject) fyne.CanvasObject {
	return look.Lay(switchLayout{}, label, sw)
}

type switchLayout struct{}

// beside returns the width of the label, and whether the switch is beside it.
func (switchLayout) beside(objs []fyne.CanvasObject, w float32) (label float32, yes bool) {
	label = w - look.S8 - objs[1].MinSize().Width
	if objs[0].(*look.Text).Least() <= label {
		return label, true
	}
	return w, false
}

// HeightFor is the height at a width.
func (l switchLayout) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	label, beside := l.beside(objs, w)
	words, sw := look.HeightFor(objs[0], label), objs[1].MinSize().Height
	if beside {
		return fyne.Max(words, sw)
	}
	return words + look.S4 + sw
}

func (switchLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(40, fyne.Max(objs[0].MinSize().Height, objs[1].MinSize().Height))
}

func (l switchLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	label, beside := l.beside(objs, s.Width)
	words, sw := look.HeightFor(objs[0], label), objs[1].MinSize()
	objs[0].Resize(fyne.NewSize(label, words))
	objs[1].Resize(sw)
	if beside {
		objs[0].Move(fyne.NewPos(0, look.Whole((s.Height-words)/2)))
		objs[1].Move(fyne.NewPos(s.Width-sw.Width, look.Whole((s.Height-sw.Height)/2)))
		return
	}
	objs[0].Move(fyne.Position{})
	objs[1].Move(fyne.NewPos(0, words+look.S4))
}
