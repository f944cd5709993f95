package wizard

import (
	"errors"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// A Phase is where the talk between a person and a security key stands.
type Phase int

// The phases, roughly in their order.
const (
	Beginning Phase = iota
	Inserting       // no key is there
	Choosing        // more than one is
	Working         // key and program talk
	Touching        // the key waits for a touch
	AskingPIN       // the key wants its PIN
	Answering       // the key has answered, the server is checking
	Failing         // it ended without an answer
)

// A Talk is a phase and what belongs to it.
type Talk struct {
	Phase     Phase
	Device    fido.Device
	Devices   []fido.Device // Choosing
	Until     time.Time     // Touching: when the key gives up, by the server's clock
	TriesLeft int           // AskingPIN
	WrongPIN  bool          // AskingPIN: the one before was wrong
	Err       error         // Failing
	Enrolled  string        // Failing: the label under which this key is enrolled already
}

// A KeyInput is what a person does in a talk beyond touching the key. One of its
// fields is set.
type KeyInput struct {
	Retry  bool
	Device *fido.Device
	PIN    string
}

// pinTries is how many wrong PINs a key takes in all (CTAP 2.1, 6.5.2.2).
const pinTries = 8

// useSecurityKey asks for a touch on a security key.
func useSecurityKey(s State, h Host, step api.UseSecurityKey) Drawing {
	w := h.Words
	d := Drawing{Back: true, Cancel: true}
	switch {
	case s.View.Refusal != nil || s.Fault != nil && s.Talk.Phase != AskingPIN || s.Talk.Phase == Failing:
		d.keyFailed(s, h)
	case s.Talk.Phase == Choosing:
		d.chooseKey(s, h)
	case s.Talk.Phase == AskingPIN:
		d.askPIN(s, h)
	case s.Talk.Phase == Touching:
		d.Heading, d.Lead = w.T("wizard.key.touch"), w.T("wizard.key.touch-lead")
		if s.Talk.Device.Transport == fido.NFC {
			d.Lead = w.T("wizard.key.touch-nfc-lead")
		}
		d.Picture = kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock, Lit: true})
		d.Body = []fyne.CanvasObject{kit.Centre(kit.NewCountdown(kit.CountdownConfig{
			Clock: h.Clock, Ends: s.Talk.Until, Total: fido.DefaultTimeout,
			Before: w.T("wizard.key.waiting"), After: w.T("wizard.key.waiting-left"),
		}))}
	case s.Talk.Phase == Working || s.Talk.Phase == Answering:
		d.Heading, d.Lead = w.T("wizard.key.working"), w.T("wizard.key.working-lead")
		if s.Talk.Phase == Answering {
			d.Heading, d.Lead = w.T("wizard.key.answering"), w.T("wizard.key.answering-lead")
		}
		d.Picture = kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock})
	default:
		d.Heading, d.Lead = w.T("wizard.key.insert"), w.T("wizard.key.insert-lead")
		d.Picture = kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock})
		if s.Lab {
			d.Foot = append(d.Foot, kit.NewLink(w.T("wizard.key.open-lab"), func() { h.Open("lab") }))
		}
	}
	if link := otherWay(h, step.Alternatives); link != nil {
		d.Foot = append([]fyne.CanvasObject{link}, d.Foot...)
	}
	return d
}

// keyFailed says why there is no answer from a key, or why it was refused, and
// offers to try again.
func (d *Drawing) keyFailed(s State, h Host) {
	w := h.Words
	d.Heading, d.Lead = w.T("wizard.key.failed"), ""
	step, _ := s.View.Step.(api.UseSecurityKey)
	if len(step.Create)+len(step.Get) > 0 { // or else no key of this account can be used here
		d.Next = primary(s, h, w.T("wizard.key.retry"), func() {
			if !s.Busy {
				h.Key(KeyInput{Retry: true})
			}
		})
		d.First = d.Next
	}
	if s.View.Refusal == nil && s.Fault == nil {
		r := ExplainKey(w, s.Talk.Err)
		if len(step.Elsewhere) > 0 && errors.Is(s.Talk.Err, fido.ErrNotEnrolled) {
			k := step.Elsewhere[0]
			r = say(w, "key_not_enrolled", "elsewhere", assets.Args{"key": k.Label, "there": k.RPID})
		}
		if s.Talk.Enrolled != "" {
			r = say(w, api.KeyAlreadyEnrolled, "", assets.Args{"key": s.Talk.Enrolled})
		}
		d.Body = append(d.Body, said(r))
		return
	}
	d.refuse(s, h)
}

// chooseKey lists the keys that are there.
func (d *Drawing) chooseKey(s State, h Host) {
	w := h.Words
	d.Heading, d.Lead = w.T("wizard.key.choose"), w.T("wizard.key.choose-lead")
	var rows []fyne.CanvasObject
	for _, dev := range s.Talk.Devices {
		row := kit.NewTapRow(kit.Row(kit.Tile(transportIcon(dev.Transport), false), DeviceName(w, dev), deviceMaker(w, dev), kit.Chevron()),
			func() { h.Key(KeyInput{Device: &dev}) })
		if d.First == nil {
			d.First = row
		}
		rows = append(rows, row)
	}
	d.Body = []fyne.CanvasObject{kit.List(72, rows...)}
}

// askPIN asks for the key's own PIN and says how many tries the key has left.
func (d *Drawing) askPIN(s State, h Host) {
	w := h.Words
	next := func() {
		if s.Draft.PIN == "" {
			h.Fail(say(w, "empty.pin", "", nil))
			return
		}
		pin := s.Draft.PIN
		s.Draft.PIN = ""
		h.Key(KeyInput{PIN: pin})
	}
	pin := newField(w.T("wizard.key.pin"), "", true, false, &s.Draft.PIN)
	switch {
	case s.Fault != nil:
		pin.Refuse(s.Fault.What)
	case s.Talk.WrongPIN:
		pin.Refuse(w.T("wizard.key.pin-wrong"))
	}
	parts := []fyne.CanvasObject{
		kit.V(kit.S4, kit.NewText(w.T("wizard.key.pin-heading"), kit.Heading, kit.Ink).Wrapped(),
			kit.Para(w.T("wizard.key.pin-lead", assets.Args{"key": DeviceName(w, s.Talk.Device)}), kit.Ink2)),
		pin,
	}
	if s.Talk.TriesLeft > 0 && (s.Talk.WrongPIN || s.Talk.TriesLeft < pinTries) {
		parts = append(parts, tries(w, s.Talk.TriesLeft, max(pinTries, s.Talk.TriesLeft)))
	}
	if s.Draft.Hints {
		parts = append(parts, kit.Banner(kit.Info, w.T("wizard.key.pin-forgotten"), w.T("wizard.key.pin-forgotten-why"), w.T("wizard.key.pin-forgotten-next")))
	} else {
		parts = append(parts, kit.H(0, kit.NewLink(w.T("wizard.key.pin-forgotten-link"), func() { s.Draft.Hints = true; h.Redraw() }), kit.Gap()))
	}
	d.Body = []fyne.CanvasObject{kit.Beside(kit.S32, 300, kit.NewTouchPicture(kit.TouchConfig{Clock: h.Clock}), kit.V(kit.S20, parts...))}
	d.Next = primary(s, h, w.T("wizard.continue"), next)
	d.First = pin.Focus()
}

// DeviceName is what a key calls itself.
func DeviceName(w *assets.Words, d fido.Device) string {
	switch {
	case d.Product != "":
		return d.Product
	case d.Virtual:
		return w.T("wizard.key.virtual")
	}
	return w.T("wizard.key.nameless")
}

func deviceMaker(w *assets.Words, d fido.Device) string {
	where := w.T("transport." + d.Transport)
	if d.Virtual {
		return w.T("wizard.key.of-the-lab", assets.Args{"transport": where})
	}
	if d.Manufacturer == "" {
		return where
	}
	return w.T("wizard.key.maker", assets.Args{"maker": d.Manufacturer, "transport": where})
}

func transportIcon(transport string) string {
	if transport == fido.NFC {
		return "nfc"
	}
	return "usb"
}

// nameKey asks what to call the key that was just enrolled (R31).
func nameKey(s State, h Host, step api.NameKey) Drawing {
	w := h.Words
	fill(s, &s.Draft.Label, step.Suggested)
	d := Drawing{Heading: w.T("wizard.name.heading"), Lead: w.T("wizard.name.lead"), Tile: "check", Cancel: true}
	next := func() { must(s, h, s.Draft.Label, "label", api.Label{Label: s.Draft.Label}) }
	label := newField(w.T("wizard.name"), w.T("wizard.name.hint"), false, refusedField(s, "label"), &s.Draft.Label)
	d.Next = primary(s, h, w.T("wizard.name.next"), next)
	d.Body = []fyne.CanvasObject{label}
	d.refuse(s, h)
	d.First = label.Focus()
	return d
}
