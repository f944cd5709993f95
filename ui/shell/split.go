package shell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/ui/kit/look"
)

// split is the layout of NewSplit.
type split struct{ left float32 }

// leastForm is the smallest width of the right side, at text size 100 %.
const leastForm float32 = 440

// NewSplit sets two sides beside each other. The left one is width wide at text size 100 %,
// narrower, and then hidden,
// where the right one would get too narrow.
func NewSplit(width float32, left, right fyne.CanvasObject) fyne.CanvasObject {
	return container.New(split{width}, left, look.NewBox(look.Hairline, "", 0), right)
}

func (split) MinSize(objs []fyne.CanvasObject) fyne.Size { return fyne.NewSize(400, 320) }

func (l split) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	left, rule, right := objs[0], objs[1], objs[2]
	w := look.Points(l.left)
	if room := look.Whole(s.Width - 1 - look.Points(leastForm)); room < w && room > w*2/3 {
		w = room
	}
	if s.Width-w-1 < look.Points(leastForm) {
		left.Hide()
		rule.Hide()
		right.Move(fyne.Position{})
		right.Resize(s)
		return
	}
	left.Show()
	rule.Show()
	left.Resize(fyne.NewSize(w, s.Height))
	rule.Move(fyne.NewPos(w, 0))
	rule.Resize(fyne.NewSize(1, s.Height))
	right.Move(fyne.NewPos(w+1, 0))
	right.Resize(fyne.NewSize(s.Width-w-1, s.Height))
}
