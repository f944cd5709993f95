package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A Toaster shows short messages at the bottom of a window: "Copied". It ignores mouse
// and keyboard, and hides a message after some seconds. Place it above the window:
// Z(NewWindow(…), toaster).
type Toaster struct {
	widget.BaseWidget
	clock Clock
	text  *look.Text
	icon  *look.Icon
	plate fyne.CanvasObject
	stop  func()
}

// A message is shown for toastTime plus toastPerRune for each character.
const (
	toastTime    = 3 * time.Second
	toastPerRune = 50 * time.Millisecond
)

// NewToaster makes a toaster; clock times its messages.
func NewToaster(clock Clock) *Toaster {
	t := &Toaster{clock: clock, text: look.NewText("", look.Body, look.Window).Wrapped()}
	t.icon = look.NewIcon("check", 18, look.Window)
	box := look.NewBox(look.Ink, "", look.RadiusControl)
	box.Shadow = true
	t.plate = look.Z(box, look.Inset(look.S16, 10, look.S16, 10, look.HTop(10, t.icon, look.Grow(t.text))))
	t.plate.Hide()
	t.ExtendBaseWidget(t)
	return t
}

// Say shows a message, in place of an earlier one.
func (t *Toaster) Say(says string) { t.show("check", says) }

// Wait shows that work is running.
func (t *Toaster) Wait(says string) { t.show("clock", says) }

// Hush hides the message.
func (t *Toaster) Hush() {
	t.silence()
	t.plate.Hide()
	t.Refresh()
}

func (t *Toaster) show(icon, says string) {
	t.silence()
	t.icon.Name, t.text.Words = icon, says
	t.plate.Show()
	t.Refresh()
	if t.clock.Every != nil {
		t.stop = t.clock.Every(toastTime+time.Duration(len([]rune(says)))*toastPerRune, t.Hush)
	}
}

// Copied says that something was copied to the clipboard, with a warning if it is a
// secret.
func (t *Toaster) Copied(secret bool) {
	key := "kit.copied"
	if secret {
		key = "kit.copied-secret"
	}
	t.Say(look.Words().T(key))
}

// Says is the message shown now, "" if there is none.
func (t *Toaster) Says() string {
	if !t.plate.Visible() {
		return ""
	}
	return t.text.Words
}

func (t *Toaster) silence() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
}

func (t *Toaster) place(s fyne.Size) {
	w := fyne.Min(look.Points(440), fyne.Min(s.Width-2*look.S16, look.RoundUp(t.text.Role.TextWidth(t.text.Words))+look.Points(18)+2*look.S16+look.S12))
	h := look.HeightFor(t.plate, w)
	t.plate.Resize(fyne.NewSize(w, h))
	t.plate.Move(fyne.NewPos(look.Whole((s.Width-w)/2), s.Height-h-look.Points(look.ActionBar)-look.S12))
}

// AccessibilityLabel is the message.
func (t *Toaster) AccessibilityLabel() string { return t.Says() }

// AccessibilityRole is text.
func (t *Toaster) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// MinSize is zero: a toaster is above the other objects.
func (t *Toaster) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements fyne.Widget.
func (t *Toaster) CreateRenderer() fyne.WidgetRenderer {
	return &asleep{WidgetRenderer: look.NewPlaced(t.place, t.plate), sleep: t.silence}
}
