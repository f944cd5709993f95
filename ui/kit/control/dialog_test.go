package control_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

func TestDialogHasTheFocusAndRestoresIt(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	pageEscaped, done, closed := 0, 0, 0
	opener := control.NewButton("Delete", "delete", control.Destroy, nil)
	other := control.NewButton("Other", "", control.Secondary, nil)
	win := kittest.Open(t, kit.NewWindow(nil, look.V(8, opener, other)), 800, 600, 1)
	c := win.Canvas()
	control.Bindings{Escape: func() { pageEscaped++ }}.Attach(c)
	c.Focus(opener)
	ask := func() *control.Dialog {
		return control.ShowDialog(c, control.DialogConfig{
			Title: "Delete “Nitrokey 3A Mini”?", Words: "It is the only key.", Consequences: []string{"Sign-ins ask for the app instead.", "You get a mail."},
			Icon: "attention", Tone: look.Attention, Do: "Delete security key", Destroy: true, OnDo: func() { done++ }, OnClose: func() { closed++ },
		})
	}
	ask()
	if opener.Focused {
		t.Error("the button below still shows a focus ring")
	}
	if got := tabs(c); !slices.Equal(got, []string{"Cancel", "Delete security key"}) {
		t.Errorf("Tab goes to %q", got)
	}
	c.Focus(nil)
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if done != 0 {
		t.Error("Enter deletes without a Tab")
	}
	c.FocusNext()
	kittest.Press(c.Focused(), fyne.KeyEscape)
	if closed != 1 || pageEscaped != 0 || c.Overlays().Top() != nil {
		t.Errorf("after Escape: closed %d, page left %d times, overlay %v", closed, pageEscaped, c.Overlays().Top())
	}
	if c.Focused() != opener || !opener.Focused {
		t.Error("the focus did not return to the button that opened it")
	}
	kittest.Press(opener, fyne.KeyEscape)
	if pageEscaped != 1 {
		t.Error("the bindings of the page were not restored")
	}
	d := ask()
	d.Do().Tapped(nil)
	d.Dismiss() // too late
	if done != 1 || closed != 1 {
		t.Errorf("OnDo was called %d times, OnClose %d times", done, closed)
	}
}

func TestEnterInADialogIsTheSafeAction(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	done := 0
	win := kittest.Open(t, kit.NewWindow(nil, look.V(8, control.NewButton("x", "", control.Secondary, nil))), 800, 600, 1)
	field := control.NewTextField("Name", "", control.InputConfig{})
	d := control.ShowDialog(win.Canvas(), control.DialogConfig{Title: "Rename", Body: []fyne.CanvasObject{field}, Do: "Rename", Keep: true, OnDo: func() { done++ }})
	if win.Canvas().Focused() != field.Focus() {
		t.Error("the field does not have the focus")
	}
	d.Do().Disable()
	kittest.Press(field.Focus(), fyne.KeyReturn)
	d.Do().Enable()
	kittest.Press(field.Focus(), fyne.KeyReturn)
	if done != 1 || win.Canvas().Overlays().Top() == nil {
		t.Errorf("OnDo was called %d times; Keep must leave the dialog open", done)
	}
	d.Close()
	if win.Canvas().Overlays().Top() != nil {
		t.Error("the dialog is still open")
	}
}

// A long text in a small window scrolls, and the buttons stay visible.
func TestDialogInASmallWindow(t *testing.T) {
	for _, l := range kittest.Appearances(t) {
		t.Run(l.Name, func(t *testing.T) {
			kittest.Wear(t, l.Theme)
			win := kittest.Open(t, kit.NewWindow(nil, look.V(0)), 420, 360, 1)
			var lines []string
			for range 12 {
				lines = append(lines, kittest.Say(l.Theme, "Every code made so far becomes void, and this can’t be taken back."))
			}
			d := control.ShowDialog(win.Canvas(), control.DialogConfig{Title: kittest.Say(l.Theme, "Replace all backup codes?"), Consequences: lines, Do: kittest.Say(l.Theme, "Replace all"), Destroy: true})
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.Do())
			if at.Y+d.Do().Size().Height > 360 || at.X+d.Do().Size().Width > 420 || at.X < 0 {
				t.Errorf("the button is at %v, %v large", at, d.Do().Size())
			}
			kittest.Picture(t, win, "dialog-small-"+l.Name)
		})
	}
}

// Fyne removes the focus between MouseDown and Tapped.
func TestPressBesideWidgetsKeepsTheFocus(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	name, other := control.NewInput(control.InputConfig{Name: "Name"}), control.NewInput(control.InputConfig{Name: "Other"})
	copied, beside := false, fyne.Focusable(nil)
	var c fyne.Canvas
	copyIt := control.NewButton("Copy", "", control.Secondary, func() { copied, beside = true, c.Focused() })
	page := look.V(8, name, copyIt)
	win := kittest.Open(t, page, 800, 600, 1)
	c = win.Canvas()
	click := func(on interface {
		MouseDown(*desktop.MouseEvent)
		MouseUp(*desktop.MouseEvent)
		Tapped(*fyne.PointEvent)
	},
	) {
		on.MouseDown(&desktop.MouseEvent{})
		c.Unfocus()
		on.MouseUp(&desktop.MouseEvent{})
		on.Tapped(&fyne.PointEvent{})
	}
	ground := control.NewBackdrop(c)
	c.Focus(name.Focus())
	click(ground)
	if c.Focused() != name.Focus() {
		t.Error("a press on the page takes the focus from the field")
	}
	click(copyIt)
	if !copied || beside != name.Focus() || c.Focused() != name.Focus() {
		t.Error("a press on a button takes the focus from the field")
	}
	d := control.ShowDialog(c, control.DialogConfig{Title: "Name", Body: []fyne.CanvasObject{name, other}, Do: "Save"})
	c.Focus(other.Focus())
	click(d)
	if c.Focused() != other.Focus() {
		t.Error("a press beside the dialog takes the focus from its field")
	}
}

// If the page is drawn again while a dialog is open, the focus returns to the button
// with the same name.
func TestDialogRestoresTheFocusOnAPageDrawnAgain(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	page := look.V(8, control.NewButton("First", "", control.Secondary, nil), control.NewButton("Set a PIN", "", control.Secondary, nil))
	c := kittest.Open(t, page, 800, 600, 1).Canvas()
	c.Focus(page.Objects[1].(*control.Button))
	d := control.ShowDialog(c, control.DialogConfig{Title: "Set a PIN", Do: "Set it"})
	next := control.NewButton("Set a PIN", "", control.Secondary, nil)
	page.Objects = []fyne.CanvasObject{control.NewButton("First", "", control.Secondary, nil), next}
	page.Refresh()
	d.Dismiss()
	if c.Focused() != next {
		t.Errorf("%v has the focus", c.Focused())
	}
}
