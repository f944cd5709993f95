package kit

import "fyne.io/fyne/v2"

// trailing places objects after text, or below it where the text would get less than
// leastWords.
func trailing(words fyne.CanvasObject, trail []fyne.CanvasObject) *fyne.Container {
	return lay(&trailLayout{}, words, Flow(S8, trail...))
}

type trailLayout struct{}

// leastWords is the minimum width of the text beside the trailing objects.
const leastWords float32 = 132

func (trailLayout) split(objs []fyne.CanvasObject, w float32) (trail float32, below bool) {
	trail = natural(objs[1], S8)
	return trail, w-trail-S16 < scaled(leastWords)
}

func (l trailLayout) heightFor(objs []fyne.CanvasObject, w float32) float32 {
	trail, below := l.split(objs, w)
	if below {
		return heightFor(objs[0], w) + S8 + heightFor(objs[1], w)
	}
	return fyne.Max(heightFor(objs[0], w-trail-S16), heightFor(objs[1], trail))
}

func (l trailLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(80, fyne.Max(objs[0].MinSize().Height, objs[1].MinSize().Height))
}

func (l trailLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	trail, below := l.split(objs, s.Width)
	if below {
		h := heightFor(objs[0], s.Width)
		objs[0].Move(fyne.Position{})
		objs[0].Resize(fyne.NewSize(s.Width, h))
		objs[1].Move(fyne.NewPos(0, h+S8))
		objs[1].Resize(fyne.NewSize(s.Width, heightFor(objs[1], s.Width)))
		return
	}
	for i, w := range []float32{s.Width - trail - S16, trail} {
		h := heightFor(objs[i], w)
		objs[i].Resize(fyne.NewSize(w, h))
		objs[i].Move(fyne.NewPos(float32(i)*(s.Width-trail), whole((s.Height-h)/2)))
	}
}
