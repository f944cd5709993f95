package wizard

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// A Phase is a phase of the communication with a security key.
type Phase int

// The phases, roughly in their order.
const (
	Beginning  Phase = iota
	Inserting        // no key is there that could be used
	Choosing         // more than one is
	Working          // the program communicates with the key
	Touching         // the key waits for a touch
	Tapping          // the key is to stay on the reader
	AskingPIN        // the key wants its PIN
	SettingPIN       // the key gets a PIN, or another one
	Answering        // the key has answered, the server is checking
	Failing          // it ended without an answer
)

// A KeyInteraction is the state of the communication with a security key: a
// phase, and the fields that phase uses.
type KeyInteraction struct {
	Phase     Phase
	Device    fido.Device
	Chosen    bool          // the person picked it out of several by touching it
	Devices   []fido.Device // Choosing
	Locked    []fido.Device // Inserting: they are there, but may not be opened
	Reader    fido.Reader   // Inserting: how things stand with NFC
	Until     time.Time     // Touching, Tapping, Choosing: when the key gives up, by the server's clock
	TriesLeft int           // AskingPIN, SettingPIN
	WrongPIN  bool          // AskingPIN: the one before was wrong
	MinPIN    int           // SettingPIN: characters
	OldPIN    bool          // SettingPIN: there is one now
	Err       error         // Failing
	Enrolled  string        // Failing: the label under which this key is enrolled already
}

// A KeyInput is a user action for the security key other than touching it. Exactly
// one field is set.
type KeyInput struct {
	Retry  bool
	Device *fido.Device
	PIN    string
	Offer  bool // shows the form for a new PIN
	NewPIN bool // sets the PIN that was typed into it
}

// A KeyAccess describes how this computer can reach security keys.
type KeyAccess struct {
	NFC            bool   // this build reads keys on a reader
	UdevCommand    string // lets the person at this computer open keys; "" where nothing is needed
	ReadersCommand string // installs or starts the service that talks to readers; "" where none is known
}

// useSecurityKey asks for a touch on a security key.
func useSecurityKey(s State, h Host, step api.UseSecurityKey) StepView {
	w := h.Words
	d := StepView{Back: true, Cancel: true}
	picture := kit.TouchConfig{Clock: h.Clock, Reader: s.Key.Device.Transport == fido.NFC}
	switch {
	case s.Key.Phase == SettingPIN:
		d.setPIN(s, h)
	case s.View.Refusal != nil || s.Fault != nil && s.Key.Phase != AskingPIN || s.Key.Phase == Failing:
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
		d.Body = []fyne.CanvasObject{kit.Centre(KeyCountdown(h.Words, h.Clock, s.Key.Until))}
	case s.Key.Phase == Working || s.Key.Phase == Answering:
		d.Heading, d.Lead = KeyPrompt(w, s.Key.Phase, s.Key.Device)
		d.Picture = kit.NewTouchPicture(picture)
	default:
		d.insertKey(s, h)
	}
	if link := otherWay(h, step.Alternatives); link != nil && s.Key.Phase != SettingPIN {
		d.Foot = append([]fyne.CanvasObject{link}, d.Foot...)
	}
	return d
}

// KeyPrompt is what a person is told while a key waits or works.
func KeyPrompt(w *assets.Catalog, p Phase, d fido.Device) (heading, lead string) {
	key := map[Phase]string{
		Inserting: "insert", Touching: "touch", Tapping: "tap", Working: "working", Answering: "answering",
	}[p]
	lead = w.T("wizard.key." + key + "-lead")
	if nfc := "wizard.key." + key + "-nfc-lead"; d.Transport == fido.NFC && w.Has(nfc) {
		lead = w.T(nfc)
	}
	return w.T("wizard.key." + key), lead
}

// KeyCountdown is how long a key still waits.
func KeyCountdown(w *assets.Catalog, clock kit.Clock, until time.Time) fyne.CanvasObject {
	return kit.NewCountdown(kit.CountdownConfig{
		Clock: clock, Ends: until, Total: fido.DefaultTimeout,
		Before: w.T("wizard.key.waiting"), After: w.T("wizard.key.waiting-left"),
	})
}

// DeviceName is what a key calls itself.
func DeviceName(w *assets.Catalog, d fido.Device) string {
	switch {
	case d.Product != "":
		return d.Product
	case d.Virtual:
		return w.T("wizard.key.virtual")
	}
	return w.T("wizard.key.nameless")
}

// DeviceMaker is who made a key, and how it is reached.
func DeviceMaker(w *assets.Catalog, d fido.Device) string {
	where := w.T("transport." + d.Transport)
	if d.Virtual {
		return w.T("wizard.key.of-the-lab", assets.Args{"transport": where})
	}
	if d.Manufacturer == "" {
		return where
	}
	return w.T("wizard.key.maker", assets.Args{"maker": d.Manufacturer, "transport": where})
}

// DeviceIcon is the icon of how a key is reached.
func DeviceIcon(d fido.Device) string {
	if d.Transport == fido.NFC {
		return "nfc"
	}
	return "usb"
}

// LabTag marks what is of the lab, wherever it shows.
func LabTag(w *assets.Catalog) fyne.CanvasObject { return kit.Tag("lab", w.T("wizard.key.lab")) }

// nameKey asks what to call the key that was just enrolled (R31).
func nameKey(s State, h Host, step api.NameKey) StepView {
	w := h.Words
	fill(s, &s.Draft.Label, step.Suggested)
	d := StepView{Heading: w.T("wizard.name.heading"), Lead: w.T("wizard.name.lead"), Tile: "check", Cancel: true}
	next := func() { must(s, h, s.Draft.Label, "label", api.Label{Label: s.Draft.Label}) }
	label := newField(w.T("wizard.name"), w.T("wizard.name.hint"), false, refusedField(s, "label"), &s.Draft.Label)
	if s.Draft.Label == step.Suggested {
		label.Input.SelectFirst() // typing replaces it
	}
	d.Next = primary(s, h, w.T("wizard.name.next"), next)
	d.Body = []fyne.CanvasObject{label}
	d.refuse(s, h)
	d.First = label.Focus()
	return d
}
