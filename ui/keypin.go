package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A pinQuestion asks for a key's PIN and tries something with it.
type pinQuestion struct {
	device    fido.Device
	tries     int    // wrong ones left; 0 where that isn't known
	words, do string // why it is asked for; the button
	// try runs aside; what it returns is told when it went well.
	try   func(ctx context.Context, pin string) (tell func(), err error)
	ended func() // the dialog was closed, however it ended
}

// A pinDialog is a dialog with PINs in it. It stays while the key says no, and
// says how many tries are left.
type pinDialog struct {
	c      *Console
	scope  *Scope
	body   *fyne.Container
	dialog *kit.Dialog
	tries  int
	fault  *explain.Explanation
	draw   func(d *pinDialog) ([]fyne.CanvasObject, fyne.Focusable)
	ended  func(done bool)
}

// open shows the dialog.
func (d *pinDialog) open(title, words, do string, act func()) {
	parts, first := d.draw(d)
	d.body = kit.V(kit.S12, parts...)
	d.dialog = kit.ShowDialog(d.c.window.Canvas(), kit.DialogConfig{
		Title: title, Words: words, Icon: "lock", Body: []fyne.CanvasObject{d.body}, Do: do, Keep: true,
		OnDo: act,
		OnClose: func() {
			d.scope.Leave()
			d.ended(false)
		},
	})
	d.c.window.Canvas().Focus(first)
}

// redraw shows a fault, and gives the keyboard to what must be typed again.
func (d *pinDialog) redraw() {
	parts, first := d.draw(d)
	d.body.Objects = parts
	d.body.Refresh()
	d.dialog.Refresh()
	d.c.window.Canvas().Focus(first)
}

// try runs something with the PINs that were typed, and closes the dialog if it
// went well. What the key refuses is said in it; when the key is gone it closes.
func (d *pinDialog) try(work func(ctx context.Context) (tell func(), err error)) {
	d.fault = nil
	d.dialog.Do().Disable()
	d.c.withKeys(d.scope, func(ctx context.Context, tell func(func())) {
		then, err := work(ctx)
		tell(func() {
			var wrong *fido.WrongPINError
			switch {
			case err == nil:
				d.close(true)
				then()
				return
			case gone(err):
				d.close(false)
				d.c.warn(wizard.ExplainKey(d.c.words, err))
				return
			case errors.As(err, &wrong):
				d.tries = wrong.TriesLeft
			case errors.Is(err, fido.ErrPINBlocked):
				d.tries = 0
			}
			why := wizard.ExplainKey(d.c.words, err)
			d.fault = &why
			d.dialog.Do().Enable()
			d.redraw()
		})
	})
}

func (d *pinDialog) close(done bool) {
	d.dialog.Close()
	d.scope.Leave()
	d.ended(done)
}

// askPINFor asks for the PIN of a key.
func (c *Console) askPINFor(s *Scope, q pinQuestion) *kit.Dialog {
	pin := ""
	d := &pinDialog{c: c, scope: s.Child(), tries: q.tries, ended: func(bool) { q.ended() }}
	d.draw = func(d *pinDialog) ([]fyne.CanvasObject, fyne.Focusable) {
		return c.pinField(&pin, d.tries, d.fault)
	}
	d.open(c.words.T("ui.key.pin.ask", wizard.DeviceName(c.words, q.device)), q.words, q.do, func() {
		typed := pin
		if typed == "" {
			why := explain.Code(c.words, "empty.pin")
			d.fault = &why
			d.redraw()
			return
		}
		pin = ""
		d.try(func(ctx context.Context) (func(), error) { return q.try(ctx, typed) })
	})
	return d.dialog
}

// pinField is the field for a PIN, what was wrong with the one before, and how many
// tries are left where that is not all of them.
func (c *Console) pinField(pin *string, tries int, fault *explain.Explanation) ([]fyne.CanvasObject, fyne.Focusable) {
	field := kit.NewTextField(c.words.T("wizard.key.pin"), "", kit.InputConfig{Text: *pin, Secret: true, Limit: 63, OnChanged: func(s string) { *pin = s }})
	parts := []fyne.CanvasObject{field}
	if fault != nil {
		words := fault.What
		if fault.Code != "empty.pin" && fault.Code != "key_wrong_pin" {
			words = fault.What + ". " + fault.Next
		}
		field.Refuse(words)
	}
	if tries > 0 && (tries < fido.MaxPINTries || fault != nil && fault.Code == "key_wrong_pin") {
		parts = append(parts, wizard.PINTries(tries)...)
	}
	return parts, field.Focus()
}

// askNewPIN gives a key its first PIN, or another one.
func (c *Console) askNewPIN(s *Scope, key fido.Device, p fido.Info, ended func(done bool)) *kit.Dialog {
	w := c.words
	var pins wizard.PINs
	old := p.PIN == fido.PINSet
	title := "ui.key.pin.set-title"
	if old {
		title = "ui.key.pin.change-title"
	}
	form := wizard.PINForm{Words: w, Draft: &pins, Min: p.MinPIN, Old: old}
	d := &pinDialog{c: c, scope: s.Child(), tries: p.PINTries, ended: ended}
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
		next := pins.New
		pins.Old = ""
		d.try(func(ctx context.Context) (func(), error) {
			return func() {}, c.cfg.Keys.SetPIN(ctx, key, before, next)
		})
	})
	return d.dialog
}

// pinWanted asks for the PIN of a key that is used meanwhile, for fido.Interaction.
// Closing the dialog ends the use.
func (c *Console) pinWanted(use *Scope, device func() fido.Device) func(context.Context, int, bool) (string, error) {
	return func(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
		typed := make(chan string, 1)
		use.Tell(func() {
			pin := ""
			d := &pinDialog{c: c, scope: use.Child(), tries: triesLeft, ended: func(done bool) {
				if !done {
					close(typed)
				}
			}}
			if previousWrong {
				why := explain.Code(c.words, "key_wrong_pin")
				d.fault = &why
			}
			d.draw = func(d *pinDialog) ([]fyne.CanvasObject, fyne.Focusable) {
				return c.pinField(&pin, d.tries, d.fault)
			}
			d.open(c.words.T("ui.key.pin.ask", wizard.DeviceName(c.words, device())), c.words.T("ui.key.pin.ask-why"), c.words.T("wizard.continue"), func() {
				if pin == "" {
					why := explain.Code(c.words, "empty.pin")
					d.fault = &why
					d.redraw()
					return
				}
				typed <- pin
				d.close(true)
			})
		})
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
}
