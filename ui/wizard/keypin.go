package wizard

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"golang.org/x/text/unicode/norm"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// maxPINBytes is the maximum length of a PIN in UTF-8 (CTAP 2.1, 6.5.1).
const maxPINBytes = 63

// minPINRunes is the minimum length of a PIN in characters; keys may require more (CTAP
// 2.1, 6.5.1).
const minPINRunes = 4

// askPIN asks for the PIN of the key and shows how many tries are left.
func (d *StepView) askPIN(s State, h Host) {
	w := h.Words
	next := func() {
		if s.Key.Gone {
			return
		}
		if s.Draft.PIN == "" {
			h.Do(Fail{explain.Code(w, "empty.pin")})
			return
		}
		pin := s.Draft.PIN
		s.Draft.PIN = ""
		h.Do(KeyInput{PIN: pin})
	}
	pin := d.text(s, "pin", w.T("wizard.key.pin"), "", true, &s.Draft.PIN)
	switch {
	case s.Fault != nil && s.Fault.Field == "pin":
		pin.Refuse(s.Fault.Sentence())
	case s.Key.WrongPIN:
		pin.Refuse(w.T("wizard.key.pin-wrong"))
	}
	d.Heading, d.Lead = w.T("wizard.key.pin-heading"), w.T("wizard.key.pin-lead", assets.Args{"key": DeviceName(w, s.Key.Device)})
	parts := append(s.Key.gone(w), pin)
	if s.Key.TriesLeft > 0 && (s.Key.WrongPIN || s.Key.TriesLeft < fido.MaxPINTries) {
		parts = append(parts, PINTries(s.Key.TriesLeft)...)
	}
	if s.Draft.Hints {
		next := w.T("wizard.key.pin-forgotten-next")
		if len(api.Usable(s.View.Step)) == 0 {
			next = w.T("wizard.key.pin-forgotten-next-alone")
		}
		parts = append(parts, kit.NewBanner(look.Info, w.T("wizard.key.pin-forgotten"), w.T("wizard.key.pin-forgotten-why"), next))
	} else {
		parts = append(parts, look.H(0, control.NewLink(w.T("wizard.key.pin-forgotten-link"), func() { s.Draft.Hints = true; h.Do(Redraw) }), look.Gap()))
	}
	d.beside(s, h, parts)
	d.Next = primary(s, h, w.T("wizard.continue"), next)
	d.First = pin.Focus()
}

// beside places a form beside the picture of a key, where there is room for it.
func (d *StepView) beside(s State, h Host, parts []fyne.CanvasObject) {
	picture := kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock, Reader: s.Key.Device.Transport == fido.NFC})
	d.Body = []fyne.CanvasObject{look.Adorned(look.S32, look.Points(300), picture, look.V(look.S20, parts...))}
}

// setPIN sets or changes the PIN of the key within the ceremony.
func (d *StepView) setPIN(s State, h Host) {
	w := h.Words
	key := "wizard.key.new-pin"
	if s.Key.OldPIN {
		key = "wizard.key.other-pin"
	}
	form := PINForm{Words: w, Draft: &s.Draft.PINs, Min: s.Key.MinPIN, Old: s.Key.OldPIN, Tries: s.Key.TriesLeft, Fault: s.Fault}
	fields, first := form.Draw()
	d.Heading, d.Lead = w.T(key), w.T(key+"-lead", assets.Args{"key": DeviceName(w, s.Key.Device)})
	d.beside(s, h, append(s.Key.gone(w), fields...))
	d.Next = primary(s, h, w.T(key+"-do"), func() {
		switch why := form.Check(); {
		case s.Key.Gone:
		case why != nil:
			h.Do(Fail{*why})
		case !s.Busy:
			h.Do(KeyInput{NewPIN: true})
		}
	})
	d.First = first
}

// KeyGone shows that a key was removed while the user typed text for it.
func KeyGone(w *assets.Catalog, d fido.Device) []fyne.CanvasObject {
	return []fyne.CanvasObject{kit.NewBanner(look.Attention, w.T("wizard.key.gone"), "", w.T("wizard.key.gone-next", assets.Args{"key": DeviceName(w, d)})).AsNews()}
}

// gone is KeyGone if the key was removed, else nil.
func (k KeyInteraction) gone(w *assets.Catalog) []fyne.CanvasObject {
	if !k.Gone {
		return nil
	}
	return KeyGone(w, k.Device)
}

// PINs are the texts in a PINForm.
type PINs struct {
	Old, New, Repeat string
	Shown            bool // all are shown in clear
}

// A PINForm asks for a new PIN twice, and for the current PIN if there is one.
type PINForm struct {
	Words *assets.Catalog
	Draft *PINs
	Min   int // minimum length in characters; 0: that of the standard
	Old   bool
	Tries int // tries left for the current PIN, with Old
	Fault *explain.Explanation
}

// Draw draws the fields. first has the keyboard focus at first.
func (f PINForm) Draw() (parts []fyne.CanvasObject, first fyne.Focusable) {
	w := f.Words
	if f.Old {
		old := f.field("wizard.key.pin-now", "", &f.Draft.Old)
		f.refuse(old, "empty.pin", "key_wrong_pin", "key_pin_auth_blocked", "key_pin_blocked", "key_pin_required")
		parts, first = append(parts, old), old.Focus()
		if f.Tries > 0 && f.Tries < fido.MaxPINTries {
			parts = append(parts, PINTries(f.Tries)...)
		}
	}
	next := f.field("wizard.key.pin-new", w.N("wizard.key.pin-rule", f.min()), &f.Draft.New)
	repeat := f.field("wizard.key.pin-repeat", "", &f.Draft.Repeat)
	f.refuse(next, "pin.short", "pin.long", "key_pin_policy")
	f.refuse(repeat, "pin.unlike")
	parts = append(parts, next, repeat)
	parts = append(parts, f.showBox(parts))
	switch {
	case repeat.Refused():
		first = repeat.Focus()
	case first == nil, next.Refused():
		first = next.Focus()
	}
	if f.Fault != nil && !refusedIn(parts) {
		parts = append(parts, newRefusal(*f.Fault))
	}
	return parts, first
}

// field is the field of one PIN. It has no button that shows the text, so that Tab
// moves to the next PIN.
func (f PINForm) field(key, hint string, draft *string) *control.TextField {
	field := control.NewTextField(f.Words.T(key), hint, control.InputConfig{Text: *draft, Secret: true, Blind: true, OnChanged: func(s string) { *draft = s }})
	field.Input.Uncover(f.Draft.Shown)
	return field
}

// showBox is the check box that shows all PINs in clear.
func (f PINForm) showBox(parts []fyne.CanvasObject) fyne.CanvasObject {
	tick := control.NewToggle(control.CheckForm, f.Draft.Shown, look.NewText(f.Words.T("wizard.key.pin-show"), look.Body, look.Ink))
	tick.OnChanged = func(on bool) {
		f.Draft.Shown = on
		for _, p := range parts {
			if t, ok := p.(*control.TextField); ok {
				t.Input.Uncover(on)
			}
		}
	}
	return tick
}

func refusedIn(parts []fyne.CanvasObject) bool {
	for _, p := range parts {
		if t, ok := p.(*control.TextField); ok && t.Refused() {
			return true
		}
	}
	return false
}

// refuse marks a field if the fault has one of the codes.
func (f PINForm) refuse(field *control.TextField, codes ...string) {
	if f.Fault == nil {
		return
	}
	for _, c := range codes {
		if f.Fault.Code == c {
			words := f.Fault.What
			if f.Fault.Why != "" {
				words += ". " + f.Fault.Why
			}
			field.Refuse(words)
		}
	}
}

func (f PINForm) min() int { return max(f.Min, minPINRunes) }

// Check explains what is wrong with the new PIN, nil if nothing is. It counts
// characters in Unicode's normal form C (CTAP 2.1, 6.5.1).
func (f PINForm) Check() *explain.Explanation {
	w := f.Words
	pin := norm.NFC.String(f.Draft.New)
	var r explain.Explanation
	switch {
	case f.Old && f.Draft.Old == "":
		r = explain.Code(w, "empty.pin")
	case utf8.RuneCountInString(pin) < f.min():
		r = explain.Code(w, "pin.short")
		r.Why = w.N("error.pin.short-why", f.min())
	case len(pin) > maxPINBytes:
		r = explain.Code(w, "pin.long")
	case f.Draft.New != f.Draft.Repeat:
		r = explain.Code(w, "pin.unlike")
	default:
		return nil
	}
	return &r
}

// PINTries shows how many tries are left before the key locks.
func PINTries(left int) []fyne.CanvasObject {
	return []fyne.CanvasObject{kit.Tries(left, max(fido.MaxPINTries, left))}
}
