package gallerytest

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// checkFit fails if a text ends in an ellipsis because it has too little room, breaks inside
// a word, is higher than its place, or extends beyond the window. Only texts that are part of a drawing may
// be cut.
func (s Shot) checkFit(t *testing.T, c *shell.Console) {
	t.Helper()
	width := c.Window().Canvas().Size().Width
	for _, root := range roots(c.Window()) {
		kittest.WalkVisible(root, func(o fyne.CanvasObject) {
			v, ok := o.(*look.Text)
			if !ok || v.Words == "" || v.Color == look.Clear || v.Line {
				return
			}
			if cutOff(v) {
				t.Errorf("%s: %q is cut off", s.Name, v.Words)
			}
			// The lab's column beside the phone is narrower than a long word.
			if word := brokenWord(v); word != "" {
				t.Errorf("%s: %q is broken in %q, which is %v wide", s.Name, word, v.Words, v.Size().Width)
			}
			size := v.Size()
			if need := v.HeightFor(size.Width); size.Height+.5 < need {
				t.Errorf("%s: %q is %v high and needs %v", s.Name, v.Words, size.Height, need)
			}
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(v)
			if at.X < -.5 || at.X+drawnWidth(v) > width+.5 {
				t.Errorf("%s: %q extends beyond the window: from %v to %v", s.Name, v.Words, at.X, at.X+drawnWidth(v))
			}
		})
	}
}

// cutOff reports whether a text is drawn with an ellipsis that is not part of it.
func cutOff(t *look.Text) bool {
	drawn := 0
	for _, o := range test.WidgetRenderer(t).Objects() {
		if run, ok := o.(*canvas.Text); ok {
			drawn += strings.Count(run.Text, "…")
		}
	}
	return drawn > strings.Count(t.Words, "…")
}

// drawnWidth is where the longest line of a text ends.
func drawnWidth(t *look.Text) (end float32) {
	for _, o := range test.WidgetRenderer(t).Objects() {
		end = fyne.Max(end, o.Position().X+o.Size().Width)
	}
	return end
}

// farFromContent is the largest distance of a primary button from what is above it, at
// text size 100 %.
const farFromContent float32 = 56

// checkPrimary fails if there is empty space between a primary button and the content
// that it belongs to, unless that content scrolls: then it ends at the button's bar.
func (s Shot) checkPrimary(t *testing.T, c *shell.Console) {
	t.Helper()
	for _, root := range roots(c.Window()) {
		kittest.WalkVisible(root, func(o fyne.CanvasObject) {
			b, ok := o.(*control.Button)
			if !ok || b.Kind != control.Primary {
				return
			}
			top := fyne.CurrentApp().Driver().AbsolutePositionForObject(b).Y
			if gap := top - lowest(b, top); gap > look.Points(farFromContent) {
				t.Errorf("%s: %q is %v points below the content", s.Name, b.Label(), gap)
			}
		})
	}
}

// pageOf is the largest object around another one that has no rail and no panel.
func pageOf(o fyne.CanvasObject) fyne.CanvasObject {
	for _, around := range look.PathTo(o) {
		rail := false
		look.Walk(around, func(in fyne.CanvasObject) bool {
			_, is := in.(*control.SideRail)
			rail = rail || is
			return !rail
		})
		if !rail {
			return around
		}
	}
	return o
}

// lowest is the bottom edge of the lowest thing on the page of a button above y: words, a
// control, the edge of a card. Content that scrolls under the bar of the button ends at y.
func lowest(b *control.Button, y float32) (bottom float32) {
	around := map[fyne.CanvasObject]bool{}
	for _, o := range look.PathTo(b) {
		around[o] = true
	}
	var visit func(o fyne.CanvasObject, scrolls bool)
	visit = func(o fyne.CanvasObject, scrolls bool) {
		if !o.Visible() || o == fyne.CanvasObject(b) {
			return
		}
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
		end := at.Y + o.Size().Height
		switch v := o.(type) {
		case *container.Scroll:
			scrolls = !around[o]
		case *look.Text, *look.Icon, fyne.Focusable:
			if end <= y+.5 || scrolls && at.Y < y {
				bottom = fyne.Max(bottom, fyne.Min(end, y))
			}
		case *look.Box:
			edge := v.Stroke != "" && v.Stroke != look.Clear
			if edge && (end <= y+.5 || scrolls && at.Y < y) {
				bottom = fyne.Max(bottom, fyne.Min(end, y))
			}
		}
		for _, in := range look.Children(o) {
			visit(in, scrolls)
		}
	}
	visit(pageOf(b), false)
	return bottom
}

// longestWord is the number of letters of a word that a place has room for. Addresses and
// codes are longer.
const longestWord = 16

// brokenWord is a word that does not fit into its line and continues on the next, "" if
// there is none.
func brokenWord(t *look.Text) string {
	if t.Role.Mono {
		return ""
	}
	var lines []string
	y := float32(-1)
	for _, o := range test.WidgetRenderer(t).Objects() {
		run, ok := o.(*canvas.Text)
		switch {
		case !ok:
		case o.Position().Y == y:
			return "" // letters of two directions: not compared
		default:
			lines, y = append(lines, run.Text), o.Position().Y
		}
	}
	for _, word := range strings.Fields(t.Words) {
		if n := len([]rune(word)); n <= longestWord && !strings.ContainsAny(word, "-/@.–") && !strings.Contains(strings.Join(lines, "\n"), word) {
			return word
		}
	}
	return ""
}
