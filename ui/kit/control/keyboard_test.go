package control_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

func TestSpaceAndEnterPress(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	n := 0
	b := control.NewButton("Verify", "", control.Primary, func() { n++ })
	kittest.Open(t, b, 200, 100, 1)
	kittest.Press(b, fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter)
	b.Disable()
	kittest.Press(b, fyne.KeyReturn)
	if n != 3 {
		t.Errorf("pressed %d times, want 3", n)
	}
}

// name is the name for screen readers, or the type.
func name(o fyne.CanvasObject) string {
	if a, ok := o.(fyne.Accessible); ok && a.AccessibilityLabel() != "" {
		return a.AccessibilityLabel()
	}
	return reflect.TypeOf(o).String()
}

// tabs presses Tab until the order repeats.
func tabs(c fyne.Canvas) (order []string) {
	c.Unfocus()
	for range 100 {
		c.FocusNext()
		o, ok := c.Focused().(fyne.CanvasObject)
		if !ok {
			return order
		}
		if n := name(o); slices.Contains(order, n) {
			return order
		}
		order = append(order, name(o))
	}
	return order
}

// Tab goes through a screen in reading order: rail, page, action bar; in the bar Cancel,
// Back, and then the primary button.
func TestTabOrderIsReadingOrder(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	off := control.NewButton("Not now", "", control.Secondary, nil)
	off.Disable()
	page := kit.Page{
		Crumbs: []control.Crumb{{Name: "Security", OnTap: func() {}}, {Name: "Keys"}}, Title: "Set up", Aside: control.NewButton("Export", "save", control.Secondary, nil),
		Body: []fyne.CanvasObject{
			control.NewTextField("Name", "", control.InputConfig{Text: "x"}), control.NewTextField("PIN", "", control.InputConfig{Secret: true}), off,
			namedField("Code", control.NewCodeField(6, 3, "")), control.NewField("Printer", "", control.NewSelector(control.SelectorConfig{Options: []string{"A4"}})),
			control.NewToggle(control.SwitchForm, false, nil).Named("Keep running"), control.NewSegments(0, nil, "A", "B").Named("Policy"),
			kit.List(0, control.NewTapRow(kit.Row(nil, "Backup codes", "two left"), nil)), kit.NewBanner(look.Info, "What", "", "", control.NewLink("Why", nil)),
		},
		Left: []fyne.CanvasObject{control.NewButton("Cancel", "", control.Quiet, nil)}, Actions: []fyne.CanvasObject{control.NewButton("Back", "", control.Secondary, nil), control.NewButton("Continue", "", control.Primary, nil)},
	}
	win := kittest.Open(t, kit.NewWindow(kittest.Rail("keys"), page.Build()), 1180, 780, 1)
	want := []string{
		"Account: Margarethe Oyelaran-Fitzwilliam", "Overview", "Security keys", "Login requests, 1", "Help",
		"Security", "Export", "Name", "PIN", "Show password", "Code", "Printer A4", "Keep running", "Policy", "Backup codes", "Why", "Cancel", "Back", "Continue",
	}
	if got := tabs(win.Canvas()); !slices.Equal(got, want) {
		t.Errorf("order is\n%q; want\n%q", got, want)
	}
}

// namedField puts a code field into a Field.
func namedField(label string, c *control.CodeField) fyne.CanvasObject {
	c.SetName(label)
	return look.H(0, c, look.Gap())
}

func TestUnusedKeysReachThePage(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	var got []string
	keys := control.Bindings{
		Enter: func() { got = append(got, "enter") }, Escape: func() { got = append(got, "escape") },
		Other: map[fyne.KeyName]func(){fyne.KeyF1: func() { got = append(got, "help") }},
	}
	in := control.NewInput(control.InputConfig{})
	submit := control.NewInput(control.InputConfig{OnSubmit: func(string) { got = append(got, "submit") }})
	code := control.NewCodeField(6, 3, "")
	button := control.NewButton("Copy", "", control.Secondary, func() { got = append(got, "copy") })
	choice := control.NewSegments(0, nil, "A", "B")
	win := kittest.Open(t, look.V(8, in, submit, code, button, choice), 400, 400, 1)
	keys.Attach(win.Canvas())
	for _, tt := range []struct {
		o    fyne.Focusable
		want []string
	}{
		{in.Focus(), []string{"enter", "escape", "help"}},
		{submit.Focus(), []string{"submit", "escape", "help"}},
		{code, []string{"enter", "escape", "help"}},
		{button, []string{"copy", "escape", "help"}},
		{choice, []string{"enter", "escape", "help"}},
	} {
		got = nil
		win.Canvas().Focus(tt.o)
		kittest.Press(tt.o, fyne.KeyReturn, fyne.KeyEscape, fyne.KeyF1)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%T: %q; want %q", tt.o, got, tt.want)
		}
	}
}

func TestFocusScrollsIntoView(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	var buttons []fyne.CanvasObject
	for i := range 40 {
		buttons = append(buttons, control.NewButton(fmt.Sprintf("Revoke %d", i), "", control.Secondary, nil))
	}
	field := control.NewTextField("Label", "", control.InputConfig{})
	page := kit.Page{Title: "Keys", Body: append(buttons, field)}.Build()
	win := kittest.Open(t, kit.NewWindow(nil, page), 800, 500, 1)
	var scroll *container.Scroll
	look.Walk(win.Content(), func(o fyne.CanvasObject) bool {
		if s, ok := o.(*container.Scroll); ok {
			scroll = s
		}
		return scroll == nil
	})
	visible := func(o fyne.CanvasObject) bool {
		y := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y
		return y >= 4 && y+o.Size().Height <= scroll.Size().Height-4
	}
	c := win.Canvas()
	for i := range 40 {
		c.FocusNext()
		if !visible(c.Focused().(fyne.CanvasObject)) {
			t.Fatalf("button %d has the focus and cannot be seen", i)
		}
	}
	c.FocusNext()
	if !visible(field.Input) {
		t.Error("the field has the focus and cannot be seen")
	}
	c.FocusNext()
	if c.Focused().(fyne.CanvasObject) != buttons[0] || !visible(buttons[0]) {
		t.Error("back at the top, the first button cannot be seen")
	}
}

func TestArrowKeysChoose(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	var got []int
	pick := func(i int) { got = append(got, i) }
	s := control.NewSegments(0, pick, "System", "Light", "Dark")
	sel := control.NewSelector(control.SelectorConfig{Options: []string{"A4", "Letter", "Legal"}, OnPick: pick})
	kittest.Open(t, look.V(8, s, sel), 400, 400, 1)
	kittest.Press(s, fyne.KeyLeft, fyne.KeyRight, fyne.KeyRight, fyne.KeyRight, fyne.KeyHome, fyne.KeyEnd)
	kittest.Press(sel, fyne.KeyDown, fyne.KeyEnd, fyne.KeyDown, fyne.KeyUp)
	if want := []int{1, 2, 0, 2, 1, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("picked %v; want %v", got, want)
	}
	if s.Selected != 2 || sel.Selected != 1 {
		t.Errorf("selected %d, %d", s.Selected, sel.Selected)
	}
	s.Disable()
	kittest.Press(s, fyne.KeyHome)
	if s.Selected != 2 {
		t.Error("a disabled selection changes")
	}
}

func TestSelectorList(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	var got []int
	options := []string{"Brother", "Canon", "Epson", "HP", "Kyocera", "Lexmark", "Oki", "Ricoh", "Xerox", "Zebra"}
	sel := control.NewSelector(control.SelectorConfig{Options: options, Selected: 1, OnPick: func(i int) { got = append(got, i) }})
	before := control.NewButton("Before", "", control.Secondary, nil)
	escaped := 0
	win := kittest.Open(t, kit.NewWindow(nil, look.V(8, before, sel)), 500, 300, 1)
	control.Bindings{Escape: func() { escaped++ }}.Attach(win.Canvas())
	c := win.Canvas()
	list := func() fyne.Focusable {
		c.Focus(sel)
		kittest.Press(sel, fyne.KeySpace)
		return c.Focused()
	}
	kittest.Press(list(), fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	kittest.Press(list(), fyne.KeyEnd, fyne.KeyUp, fyne.KeySpace)
	l := list()
	l.TypedRune('k')
	kittest.Press(l, fyne.KeyReturn)
	kittest.Press(list(), fyne.KeyHome, fyne.KeyEscape)
	if want := []int{3, 8, 4}; !slices.Equal(got, want) || sel.Selected != 4 {
		t.Errorf("picked %v, has %d; want %v", got, sel.Selected, want)
	}
	if escaped != 0 {
		t.Error("Escape in the list also reached the page")
	}
	if c.Focused() != sel || !sel.Focused || c.Overlays().Top() != nil {
		t.Error("the focus did not return to the selector")
	}
	kittest.Press(sel, fyne.KeyEscape)
	if escaped != 1 {
		t.Error("Escape does not reach the page afterwards")
	}
}

func TestToggles(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	n := 0
	words := look.NewText("Contacts can find me by it", look.Body, look.Ink)
	check, sw := control.NewToggle(control.CheckForm, true, words), control.NewToggle(control.SwitchForm, false, nil).Named("Flight")
	for _, k := range []*control.Toggle{check, sw} {
		k.OnChanged = func(bool) { n++ }
	}
	kittest.Open(t, look.V(8, check, sw), 400, 200, 1)
	kittest.Press(check, fyne.KeySpace)
	kittest.Press(sw, fyne.KeySpace)
	if check.On || !sw.On || n != 2 {
		t.Errorf("on: %v %v, OnChanged called %d times", check.On, sw.On, n)
	}
	sw.Set(false)
	if sw.On || n != 2 {
		t.Error("Set calls OnChanged")
	}
	if check.AccessibilityLabel() != words.Words || sw.AccessibilityLabel() != "Flight" {
		t.Error("toggles have no name")
	}
}

func TestRailWithArrowKeysAndFolded(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	picked := ""
	r := control.NewRail(control.RailConfig{Selected: "a", Name: "Ø", Groups: [][]control.Destination{{{ID: "a", Icon: "key", Name: "A"}, {ID: "b", Icon: "key", Name: "B"}}}, Feet: []control.Destination{{ID: "c", Icon: "help", Name: "C"}}, OnSelect: func(id string) { picked = id }})
	win := kittest.Open(t, kit.NewWindow(r, look.V(0)), 1180, 400, 1)
	c := win.Canvas()
	c.Focus(r.Item("a"))
	kittest.Press(c.Focused(), fyne.KeyUp, fyne.KeyDown)
	kittest.Press(c.Focused(), fyne.KeyDown)
	if c.Focused() != r.Item("c") {
		t.Error("the arrow keys do not move through the rail")
	}
	kittest.Press(c.Focused(), fyne.KeyHome)
	kittest.Press(c.Focused(), fyne.KeyDown, fyne.KeyReturn)
	if c.Focused() != r.Item("b") {
		t.Error("Down does not move to the next entry")
	}
	kittest.Press(c.Focused(), fyne.KeyReturn)
	if picked != "b" {
		t.Errorf("picked %q", picked)
	}
	r.Select("b")
	if r.Item("a").Selected || !r.Item("b").Selected {
		t.Error("Select marks the wrong entry")
	}
	for _, width := range []float32{1180, 900, 899, 500} {
		win.Resize(fyne.NewSize(width, 400))
		if r.Folded() != (width < 900) {
			t.Errorf("at %v folded is %v", width, r.Folded())
		}
	}
	if r.Size().Width != control.RailFolded || r.Item("b").AccessibilityLabel() != "B" {
		t.Errorf("folded it is %v wide and its item is called %q", r.Size().Width, r.Item("b").AccessibilityLabel())
	}
}

// A folded rail shows the name of the entry with the focus beside it.
func TestFoldedRailShowsTheNameOfTheFocusedEntry(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	r := kittest.Rail("keys")
	win := kittest.Open(t, kit.NewWindow(r, kit.Page{Title: "Overview"}.Build()), 700, 420, 1.5)
	without := win.Canvas().Capture()
	control.KeyDown(&fyne.KeyEvent{Name: fyne.KeyTab})
	win.Canvas().Focus(r.Item("requests"))
	kittest.Picture(t, win, "rail-folded")
	if kittest.Same(without, win.Canvas().Capture()) {
		t.Error("nothing is shown")
	}
	win.Canvas().Unfocus()
	if !kittest.Same(without, win.Canvas().Capture()) {
		t.Error("the name is still shown")
	}
}
