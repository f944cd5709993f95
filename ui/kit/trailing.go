package kit

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// trailing places objects after text, or below it where the text would get less than
// leastWords.
func trailing(words fyne.CanvasObject, trail []fyne.CanvasObject) *fyne.Container {
	return look.Lay(&trailLayout{}, words, look.Flow(look.S8, trail...))
}

type trailLayout struct{}

// leastWords is the minimum width of the text beside the trailing objects.
const leastWords float32 = 132

func (trailLayout) split(objs []fyne.CanvasObject, w float32) (trail float32, below bool) {
	trail = look.FlowWidth(objs[1], look.S8)
	return trail, w-trail-look.S16 < look.Points(leastWords)
}

func (l trailLayout) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	trail, below := l.split(objs, w)
	if below {
		return look.HeightFor(objs[0], w) + look.S8 + look.HeightFor(objs[1], w)
	}
	return fyne.Max(look.HeightFor(objs[0], w-trail-look.S16), look.HeightFor(objs[1], trail))
}

func (l trailLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(80, fyne.Max(objs[0].MinSize().Height, objs[1].MinSize().Height))
}

func (l trailLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	trail, below := l.split(objs, s.Width)
	if below {
		h := look.HeightFor(objs[0], s.Width)
		objs[0].Move(fyne.Position{})
		objs[0].Resize(fyne.NewSize(s.Width, h))
		objs[1].Move(fyne.NewPos(0, h+look.S8))
		objs[1].Resize(fyne.NewSize(s.Width, look.HeightFor(objs[1], s.Width)))
		return
	}
	for i, w := range []float32{s.Width - trail - look.S16, trail} {
		h := look.HeightFor(objs[i], w)
		objs[i].Resize(fyne.NewSize(w, h))
		objs[i].Move(fyne.NewPos(float32(i)*(s.Width-trail), look.Whole((s.Height-h)/2)))
	}
}
