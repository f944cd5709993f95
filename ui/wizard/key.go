package wizard

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/server/rawtext"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/look"
)

// A Phase is a phase of the communication with a security key.
type Phase int

// The phases, in about the order in which they occur.
const (
	Beginning  Phase = iota
	Inserting        // no usable key is connected
	Choosing         // more than one usable key is connected
	Working          // the program communicates with the key
	Touching         // the key waits for a touch
	Tapping          // the key must stay on the reader
	InDialog         // the system's own dialog asks for the key
	AskingPIN        // the key needs its PIN
	SettingPIN       // a PIN is set or changed
	Answering        // the key has answered, the server checks the answer
	Failing          // there was no answer
)

// A KeyInteraction is the state of the communication with a security key: a
// phase, and the fields that phase uses.
type KeyInteraction struct {
	Phase     Phase
	Device    fido.Device
	Gone      bool          // AskingPIN, SettingPIN: the key was removed; the typed text stays
	Chosen    bool          // the user selected the key by touching it
	Devices   []fido.Device // Choosing
	Locked    []fido.Device // Inserting: keys that this user may not open
	Reader    fido.Reader   // Inserting: the state of the NFC reader
	Dialog    *fido.Device  // Inserting: the system's dialog, which starts when the user wants it
	Until     time.Time     // Touching, Tapping, Choosing: when the key stops waiting, by the server's clock
	TriesLeft int           // AskingPIN, SettingPIN
	WrongPIN  bool          // AskingPIN: the last PIN was wrong
	MinPIN    int           // SettingPIN: minimum length in characters
	OldPIN    bool          // SettingPIN: the key has a PIN
	Err       error         // Failing
	Enrolled  string        // Failing: the label of this key, if it is enrolled already
}

// A KeyInput is a user action for the security key other than touching it. Exactly
// one field is set.
type KeyInput struct {
	Retry  bool
	Device *fido.Device
	PIN    string
	Offer  bool // show the form for a new PIN
	NewPIN bool // set the PIN in that form
}

// A KeyAccess describes how this computer can reach security keys.
type KeyAccess struct {
	NFC            bool   // this build can use keys on an NFC reader
	UdevCommand    string // installs the udev rule that lets users open keys; "" if not needed
	ReadersCommand string // installs or starts the service for readers; "" if unknown
}

// Answerable reports whether a key can answer the step. Without options, every
// key of the account was set up for another name of the server, as the view's
// notice explains.
func Answerable(step api.UseSecurityKey) bool { return len(step.Create)+len(step.Get) > 0 }

// useSecurityKey asks for a touch on a security key.
func useSecurityKey(s State, h Host, step api.UseSecurityKey) StepView {
	w := h.Words
	d := StepView{Back: true, Cancel: true}
	picture := kit.TouchConfig{Clock: h.Clock, Reader: s.Key.Device.Transport == fido.NFC}
	failed := s.View.Refusal != nil || s.Fault != nil && s.Key.Phase != AskingPIN || s.Key.Phase == Failing || !Answerable(step)
	switch {
	case s.Key.Phase == SettingPIN:
		d.setPIN(s, h)
	case failed:
		d.keyFailed(s, h)
	case s.Key.Phase == Choosing:
		d.chooseKey(s, h)
	case s.Key.Phase == AskingPIN:
		d.askPIN(s, h)
	case s.Key.Phase == Touching || s.Key.Phase == Tapping:
		d.Heading, d.Lead = KeyPrompt(w, s.Key.Phase, s.Key.Device)
		if s.Key.Chosen && s.Key.Phase == Touching {
			d.Heading, d.Lead = w.T("wizard.key.again"), w.T("wizard.key.again-lead", assets.Args{"key": DeviceName(w, s.Key.Device)})
		}
		picture.Lit = true
		d.Picture = kit.NewTouchPicture(picture)
		d.Body = []fyne.CanvasObject{look.Centre(KeyCountdown(h.Words, h.Clock, s.Key.Until))}
	case s.Key.Phase == Working || s.Key.Phase == Answering || s.Key.Phase == InDialog:
		d.Heading, d.Lead = KeyPrompt(w, s.Key.Phase, s.Key.Device)
		d.Picture = kit.NewTouchPicture(picture)
	default:
		d.insertKey(s, h)
	}
	switch link := otherMethods(s, h); {
	case link == nil || s.Key.Phase == SettingPIN:
	case d.Next == nil && failed && !api.Alone(step): // it is all that helps
		d.Next = primary(s, h, w.T("wizard.ways.link"), h.does(ShowMethods))
		d.First = d.Next
	default:
		d.Foot = append([]fyne.CanvasObject{link}, d.Foot...)
	}
	return d
}

// KeyPrompt returns the heading and the lead for a phase in which the key waits or
// works.
func KeyPrompt(w *assets.Catalog, p Phase, d fido.Device) (heading, lead string) {
	key := map[Phase]string{
		Inserting: "insert", Touching: "touch", Tapping: "tap", Working: "working", Answering: "answering", InDialog: "windows",
	}[p]
	lead = w.T("wizard.key." + key + "-lead")
	if nfc := "wizard.key." + key + "-nfc-lead"; d.Transport == fido.NFC && w.Has(nfc) {
		lead = w.T(nfc)
	}
	return w.T("wizard.key." + key), lead
}

// KeyCountdown shows how long a key will still wait.
func KeyCountdown(w *assets.Catalog, clock kit.Clock, until time.Time) fyne.CanvasObject {
	return kit.NewCountdown(kit.CountdownConfig{
		Clock: clock, Ends: until, Total: fido.DefaultTimeout,
		Before: w.T("wizard.key.waiting"), After: w.T("wizard.key.waiting-left"),
	})
}

// deviceNameMax is the number of characters that are kept of a key's names.
const deviceNameMax = 60

// DeviceName is the product name of a key. A device can report any text, so
// characters that reorder or hide other text are removed.
func DeviceName(w *assets.Catalog, d fido.Device) string {
	name := rawtext.Visible(d.Product, deviceNameMax)
	switch {
	case name != "":
		return name
	case d.Virtual:
		return w.T("wizard.key.virtual")
	}
	return w.T("wizard.key.nameless")
}

// DeviceMaker is the manufacturer and the transport of a key.
func DeviceMaker(w *assets.Catalog, d fido.Device) string {
	where := w.T("transport." + d.Transport)
	if d.Virtual {
		return w.T("wizard.key.of-the-lab", assets.Args{"transport": where})
	}
	maker := rawtext.Visible(d.Manufacturer, deviceNameMax)
	if maker == "" {
		return where
	}
	return w.T("wizard.key.maker", assets.Args{"maker": maker, "transport": where})
}

// DeviceIcon is the icon for the transport of a key.
func DeviceIcon(d fido.Device) string {
	if d.Transport == fido.NFC {
		return "nfc"
	}
	return "usb"
}

// LabTag marks virtual keys of the lab.
func LabTag(w *assets.Catalog) fyne.CanvasObject { return kit.Tag("lab", w.T("wizard.key.lab")) }

// nameKey asks for the label of the key that was just enrolled (R31).
func nameKey(s State, h Host, step api.NameKey) StepView {
	w := h.Words
	fill(s, &s.Draft.Label, step.Suggested)
	d := newStep(s, h)
	d.Tile, d.Cancel = "check", true
	next := func() { sendFilled(s, h, s.Draft.Label, "label", api.Label{Label: s.Draft.Label}) }
	label := d.text(s, "label", w.T("wizard.name"), w.T("wizard.name.hint"), false, &s.Draft.Label)
	d.Next = primary(s, h, w.T("wizard.name.next"), next)
	d.Body = []fyne.CanvasObject{label}
	d.refuse(s, h)
	return d
}
