package securitykey

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A pinQuestion asks for a key's PIN, for something that needs it.
type pinQuestion struct {
	device    fido.Device
	tries     int    // left for wrong PINs; 0 if unknown
	words, do string // the reason, and the text of the button
	// try runs in the background with the key; done runs if err is nil.
	try   func(ctx context.Context, d fido.Device, pin string) (done func(), err error)
	ended func(fido.Device) // the dialog was closed
}

// A pinDialog is a dialog with fields for PINs. It stays open while the key
// refuses them, and shows the remaining tries. When the key is removed, it
// shows this, keeps the typed text, and continues when the key is back.
type pinDialog struct {
	held   *Held
	parts  []fyne.CanvasObject // the fields
	c      *shell.Console
	keys   *Access
	scope  *shell.Scope
	body   *fyne.Container
	dialog *control.Dialog
	tries  int
	fault  *explain.Explanation
	busy   bool // the key is being used
	draw   func(d *pinDialog) ([]fyne.CanvasObject, fyne.Focusable)
	ended  func(done bool)
}

// open shows the dialog.
func (d *pinDialog) open(title, words, do string, act func()) {
	parts, first := d.draw(d)
	d.body, d.parts = look.V(look.S12, parts...), parts
	d.dialog = d.c.Dialog(control.DialogConfig{
		Title: title, Words: words, Icon: "lock", Body: []fyne.CanvasObject{d.body}, Do: do, Keep: true,
		OnDo: func() {
			if !d.held.Gone && !d.busy {
				act()
			}
		},
		OnClose: func() {
			d.scope.Leave()
			d.ended(false)
		},
	})
	d.c.Window().Canvas().Focus(first)
	d.keys.Watch(d.scope, func(p Presence) {
		if d.held.Update(p) {
			d.showNotice()
		}
	})
}

// showNotice shows or hides the notice that the key was removed. It does not
// redraw the fields, because the user may be typing.
func (d *pinDialog) showNotice() {
	d.body.Objects = d.parts
	if d.held.Gone {
		d.body.Objects = append(wizard.KeyGone(d.c.Catalog, d.held.Device), d.parts...)
	}
	d.body.Refresh()
	d.dialog.Refresh()
	d.dialog.Tell()
}

// redraw shows a fault and focuses the field that must be typed again.
func (d *pinDialog) redraw() {
	parts, first := d.draw(d)
	d.parts = parts
	d.showNotice()
	d.c.Window().Canvas().Focus(first)
	d.dialog.Tell()
}

// try runs work with the typed PINs, and closes the dialog if it succeeds.
// Otherwise the dialog shows the refusal, or why the key could not be reached.
func (d *pinDialog) try(work func(ctx context.Context) (done func(), err error)) {
	d.fault, d.busy = nil, true
	d.keys.Use(d.scope, func(ctx context.Context, tell func(func())) {
		then, err := work(ctx)
		tell(func() {
			d.busy = false
			var wrong *fido.WrongPINError
			switch {
			case err == nil:
				d.close(true)
				then()
				return
			case d.held.Gone: // the notice says so
				d.redraw()
				return
			case errors.As(err, &wrong):
				d.tries = wrong.TriesLeft
			case errors.Is(err, fido.ErrPINBlocked):
				d.tries = 0
			}
			why := wizard.ExplainKey(d.c.Catalog, err, nil)
			d.fault = &why
			d.redraw()
		})
	})
}

func (d *pinDialog) close(done bool) {
	d.dialog.Close()
	d.scope.Leave()
	d.ended(done)
}

// askPIN asks for the PIN of a key in a dialog.
func askPIN(c *shell.Console, keys *Access, s *shell.Scope, q pinQuestion) *control.Dialog {
	pin := ""
	held := Hold(q.device)
	d := &pinDialog{held: held, c: c, keys: keys, scope: s.Child(), tries: q.tries, ended: func(bool) { q.ended(held.Device) }}
	d.draw = func(d *pinDialog) ([]fyne.CanvasObject, fyne.Focusable) {
		return drawPIN(c.Catalog, &pin, d.tries, d.fault)
	}
	d.open(c.Catalog.T("ui.key.pin.ask", wizard.DeviceName(c.Catalog, q.device)), q.words, q.do, func() {
		typed := pin
		if typed == "" {
			why := explain.Code(c.Catalog, "empty.pin")
			d.fault = &why
			d.redraw()
			return
		}
		pin = ""
		key := held.Device
		d.try(func(ctx context.Context) (func(), error) { return q.try(ctx, key, typed) })
	})
	return d.dialog
}

// drawPIN draws the field for a PIN, what was wrong with the last one, and how many
// tries are left if some were used.
func drawPIN(w *assets.Catalog, pin *string, tries int, fault *explain.Explanation) ([]fyne.CanvasObject, fyne.Focusable) {
	field := control.NewTextField(w.T("wizard.key.pin"), "", control.InputConfig{Text: *pin, Secret: true, Limit: 63, OnChanged: func(s string) { *pin = s }})
	parts := []fyne.CanvasObject{field}
	switch {
	case fault == nil:
	case fault.Code == "key_wrong_pin": // how many tries are left follows
		field.Refuse(fault.What)
	case fault.Field == "pin":
		field.Refuse(fault.Sentence())
	default:
		parts = append(parts, kit.NewBanner(look.Refused, fault.What, fault.Why, fault.Next))
	}
	if tries > 0 && (tries < fido.MaxPINTries || fault != nil && fault.Code == "key_wrong_pin") {
		parts = append(parts, wizard.PINTries(tries)...)
	}
	return parts, field.Focus()
}

// askNewPIN sets or changes a key's PIN in a dialog.
func askNewPIN(c *shell.Console, keys *Access, s *shell.Scope, key fido.Device, p fido.Info, ended func(d fido.Device, done bool)) *control.Dialog {
	w := c.Catalog
	var pins wizard.PINs
	old := p.PIN == fido.PINSet
	title := "ui.key.pin.set-title"
	if old {
		title = "ui.key.pin.change-title"
	}
	form := wizard.PINForm{Words: w, Draft: &pins, Min: p.MinPIN, Old: old}
	held := Hold(key)
	d := &pinDialog{held: held, c: c, keys: keys, scope: s.Child(), tries: p.PINTries, ended: func(done bool) { ended(held.Device, done) }}
	d.draw = func(d *pinDialog) ([]fyne.CanvasObject, fyne.Focusable) {
		form.Tries, form.Fault = d.tries, d.fault
		return form.Draw()
	}
	d.open(w.T(title, wizard.DeviceName(w, key)), w.T(title+"-why"), w.T(title+"-do"), func() {
		if d.fault = form.Check(); d.fault != nil {
			d.redraw()
			return
		}
		before := ""
		if old {
			before = pins.Old
		}
		next, key := pins.New, held.Device
		pins.Old = ""
		d.try(func(ctx context.Context) (func(), error) {
			return func() {}, keys.SetPIN(ctx, key, before, next)
		})
	})
	return d.dialog
}

// A pinPrompt asks in a dialog for the PIN that a key needs while it is used
// (Prompts.AskPIN). Closing the dialog cancels the use. If the key was removed
// and is back, the use begins again with the typed PIN.
type pinPrompt struct {
	c      *shell.Console
	keys   *Access
	use    *shell.Scope
	device func() fido.Device
	again  func(pin string) // begins the use again
	typed  string           // the PIN to use first
}

func (q *pinPrompt) ask(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
	if pin := q.typed; pin != "" && !previousWrong {
		q.typed = ""
		return pin, nil
	}
	typed := make(chan string, 1)
	q.use.Tell(func() { q.open(triesLeft, previousWrong, typed) })
	select {
	case pin, ok := <-typed:
		if !ok {
			return "", fido.ErrCancelled
		}
		return pin, nil
	case <-ctx.Done():
		return "", fido.ErrCancelled
	}
}

func (q *pinPrompt) open(triesLeft int, previousWrong bool, typed chan<- string) {
	pin, c := "", q.c
	held := Hold(q.device())
	was := held.Device
	d := &pinDialog{held: held, c: c, keys: q.keys, scope: q.use.Child(), tries: triesLeft, ended: func(done bool) {
		if !done {
			close(typed)
		}
	}}
	if previousWrong {
		why := explain.Code(c.Catalog, "key_wrong_pin")
		d.fault = &why
	}
	d.draw = func(d *pinDialog) ([]fyne.CanvasObject, fyne.Focusable) {
		return drawPIN(c.Catalog, &pin, d.tries, d.fault)
	}
	d.open(c.Catalog.T("ui.key.pin.ask", wizard.DeviceName(c.Catalog, held.Device)), c.Catalog.T("ui.key.pin.ask-why"), c.Catalog.T("wizard.continue"), func() {
		switch {
		case pin == "":
			why := explain.Code(c.Catalog, "empty.pin")
			d.fault = &why
			d.redraw()
		case held.Device != was: // the removal has ended the use that asked
			d.close(false)
			q.again(pin)
		default:
			typed <- pin
			d.close(true)
		}
	})
}
