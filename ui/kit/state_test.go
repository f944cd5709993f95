package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

func texts(o fyne.CanvasObject) (all []string) {
	look.Walk(o, func(o fyne.CanvasObject) bool {
		if t, ok := o.(*look.Text); ok {
			all = append(all, t.Words)
		}
		return true
	})
	return all
}

func TestBannerChangesItsContent(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	again := control.NewLink("Try again", func() {})
	banner := kit.NewBanner(look.Refused, "Wrong code", "It was not the code we sent.", "Try again.", again)
	below := look.NewText("below", look.Body, look.Ink)
	win := kittest.Open(t, look.V(8, banner, below), 400, 300, 1)
	win.Canvas().Focus(again)
	first := below.Position().Y

	banner.SetState(kit.BannerState{Tone: look.Attention, What: "Too many attempts", Why: "5 wrong codes.", Actions: []fyne.CanvasObject{again}})
	if got := texts(banner); len(got) != 3 || got[0] != "Too many attempts" {
		t.Errorf("the banner shows %q", got)
	}
	if win.Canvas().Focused() != fyne.Focusable(again) {
		t.Error("an action that stayed lost the focus")
	}
	if below.Position().Y >= first {
		t.Errorf("the text below stayed at %v after the banner became smaller", below.Position().Y)
	}

	banner.SetState(kit.BannerState{})
	if banner.Visible() || below.Position().Y != 0 {
		t.Errorf("an empty banner is visible: %t; the text below is at %v", banner.Visible(), below.Position().Y)
	}
	banner.SetState(kit.BannerState{What: "Code sent"})
	if !banner.Visible() || below.Position().Y == 0 {
		t.Error("a banner with content again is not shown")
	}
}

func TestRowListKeepsRowsThatHaveNotChanged(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	drawn := map[string]int{}
	row := func(key, title string) kit.ListRow {
		return kit.ListRow{Key: key, State: title, Draw: func() fyne.CanvasObject {
			drawn[key]++
			return control.NewTapRow(kit.Row(nil, title, "", control.NewButton("Rename", "", control.Secondary, nil), control.NewButton("Delete", "", control.Destroy, nil)), func() {})
		}}
	}
	list := kit.NewRowList(16, row("a", "Blue key"), row("b", "Green key"), row("c", "Red key"))
	c := kittest.Open(t, list, 500, 400, 1).Canvas()
	part := func(key string, n int) fyne.Focusable {
		var found []fyne.Focusable
		look.Walk(list.Row(key), func(o fyne.CanvasObject) bool {
			if f, ok := o.(fyne.Focusable); ok {
				found = append(found, f)
			}
			return true
		})
		return found[n]
	}

	kept := part("b", 1)
	c.Focus(kept)
	list.SetRows(row("a", "Blue key, renamed"), row("new", "White key"), row("b", "Green key"), row("c", "Red key"))
	if c.Focused() != kept || part("b", 1) != kept {
		t.Error("a row that did not change lost the focus")
	}
	if drawn["a"] != 2 || drawn["b"] != 1 || drawn["c"] != 1 {
		t.Errorf("rows were drawn %v times", drawn)
	}
	if list.Row("a").Position().Y >= list.Row("b").Position().Y {
		t.Error("the rows are not in the order they were given")
	}

	list.SetRows(row("a", "Blue key, renamed"), row("b", "Green key, renamed"), row("c", "Red key"))
	if c.Focused() != part("b", 1) {
		t.Error("the focus did not move to the same button of the row drawn again")
	}

	list.SetRows(row("a", "Blue key, renamed"), row("c", "Red key"))
	if c.Focused() != part("c", 1) {
		t.Error("the focus did not move to the row that took the removed row's position")
	}

	list.SetRows()
	if c.Focused() != nil {
		t.Errorf("the list is empty, and the focus is on %v", c.Focused())
	}
}
