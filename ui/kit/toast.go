package kit

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// A Toaster shows short messages on the page: "Copied". A message may have a button that
// undoes what was done. It is hidden after some seconds. It is shown on the newest of the
// views, which is the dialog that is open, or the page.
type Toaster struct {
	clock Clock
	views []*ToastView
	now   message
	stop  func()
}

// A message is what a toaster shows; the zero message is nothing.
type message struct {
	icon, says string
	action     string // label of the button; "" for none
	do         func()
	over       func() // called when the message goes away without the button; may be nil
}

// A message is shown for toastTime plus toastPerRune for each character.
const (
	toastTime    = 3 * time.Second
	toastPerRune = 50 * time.Millisecond
)

// NewToaster makes a toaster; clock times its messages.
func NewToaster(clock Clock) *Toaster { return &Toaster{clock: clock} }

// View returns a view of the toaster over the objects of under, which it covers as little
// as possible. Place it above them, at the same place and of the same size.
func (t *Toaster) View(under fyne.CanvasObject) *ToastView {
	v := newToastView(t, under)
	t.views = append(t.views, v)
	t.draw()
	return v
}

// Say shows a message, in place of an earlier one.
func (t *Toaster) Say(says string) { t.show(message{icon: "check", says: says}, 0) }

// Wait shows that something is being done.
func (t *Toaster) Wait(says string) { t.show(message{icon: "clock", says: says}, 0) }

// Offer shows a message with a button, for at least a time. over is called once, when the
// message goes away without a press of the button; it may be nil.
func (t *Toaster) Offer(says, action string, least time.Duration, do, over func()) {
	t.show(message{icon: "check", says: says, action: action, do: do, over: over}, least)
}

// Act presses the button of the message. It reports whether there is one.
func (t *Toaster) Act() bool {
	do := t.now.do
	if do == nil {
		return false
	}
	t.now.over = nil
	t.Hush()
	do()
	return true
}

// Hush hides the message.
func (t *Toaster) Hush() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	over := t.now.over
	t.now = message{}
	t.draw()
	if over != nil {
		over()
	}
}

func (t *Toaster) show(m message, least time.Duration) {
	t.Hush()
	t.now = m
	t.draw()
	if t.clock.Every != nil {
		t.stop = t.clock.Every(max(least, toastTime+time.Duration(len([]rune(m.says)))*toastPerRune), t.Hush)
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
func (t *Toaster) Says() string { return t.now.says }

// Place moves the message to where it covers least, after the page was drawn again.
func (t *Toaster) Place() {
	if len(t.views) > 0 && t.now.says != "" {
		t.views[len(t.views)-1].Refresh()
	}
}

// draw shows the message on the newest view only.
func (t *Toaster) draw() {
	for i, v := range t.views {
		if i == len(t.views)-1 {
			v.show(t.now)
		} else {
			v.show(message{})
		}
	}
}
