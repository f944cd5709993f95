package api

// LabClock is the lab's clock. To set it, give Set or Advance (a Go duration).
type LabClock struct {
	Now     *Time  `json:"now,omitempty"`     // in an answer: the clock's time
	Set     *Time  `json:"set,omitempty"`     // in a request: the new time
	Advance string `json:"advance,omitempty"` // in a request: how far to move it, a Go duration such as `1h`
}

// LabText is a text message that a simulated phone received or sends.
type LabText struct {
	From string `json:"from,omitempty"` // the short code it came from
	To   string `json:"to,omitempty"`   // the short code it goes to
	Body string `json:"body"`           // the text, 1 to 160 characters
	At   *Time  `json:"at,omitempty"`   // when it arrived
}

// LabPhone is a simulated phone and its carrier. In a PUT, missing fields stay.
type LabPhone struct {
	Number        string      `json:"number,omitempty"`        // E.164
	FlightMode    *bool       `json:"flight_mode,omitempty"`   // nothing arrives while it is on
	Notifications *bool       `json:"notifications,omitempty"` // whether it shows notifications
	Carrier       *LabCarrier `json:"carrier,omitempty"`       // how its carrier treats texts
	Received      *int        `json:"received,omitempty"`      // texts that arrived since the reset; ignored in a PUT
	LastText      *Time       `json:"last_text,omitempty"`     // when the latest of them arrived; ignored in a PUT
}

// LabCarrier is how a simulated carrier treats text messages to one phone.
type LabCarrier struct {
	Delay         *string  `json:"delay,omitempty"`           // Go duration
	Loss          *float64 `json:"loss,omitempty"`            // 0 to 1
	OptInRequired *bool    `json:"opt_in_required,omitempty"` // texts arrive only after GO (R18)
	OptedIn       *bool    `json:"opted_in,omitempty"`        // GO and STOP change it (R18)
}

// LabMail is a mail that arrived.
type LabMail struct {
	To      string `json:"to"`      // the address
	Subject string `json:"subject"` // the subject
	Text    string `json:"text"`    // the text
	At      Time   `json:"at"`      // when it arrived
}

// LabKey is a virtual security key. PIN is accepted in requests and never returned.
type LabKey struct {
	ID              string  `json:"id,omitempty"`        // for the path
	Name            string  `json:"name"`                // 1 to 64 characters
	Transport       string  `json:"transport"`           // usb, nfc
	Kind            KeyKind `json:"kind,omitempty"`      // "" means KeyFIDO2
	Path            string  `json:"path,omitempty"`      // on Linux a pseudo-terminal that behaves like a USB key, which libfido2's tools open; elsewhere lab://…, for the lab's window alone
	PIN             string  `json:"pin,omitempty"`       // in a request: the PIN to set
	HasPIN          bool    `json:"has_pin"`             // whether it has a PIN
	PINTries        *int    `json:"pin_tries,omitempty"` // wrong PINs left, for a key with a PIN; 0: locked
	WaitingForTouch bool    `json:"waiting_for_touch"`   // whether it waits for a touch
	PluggedIn       bool    `json:"plugged_in"`          // whether it is plugged in
	CopyOf          string  `json:"copy_of,omitempty"`   // the ID of the key that it was copied from
	Stored          int     `json:"stored"`              // discoverable credentials on the key
	Room            int     `json:"room"`                // how many more fit
	Finger          *bool   `json:"finger,omitempty"`    // whether a finger is enrolled, for a key with a sensor
	KeyBehaviour
}

// A KeyKind is the kind of a virtual key.
type KeyKind string

// The kinds of virtual keys.
const (
	KeyFIDO2       KeyKind = "fido2"       // like most keys sold today
	KeyFingerprint KeyKind = "fingerprint" // FIDO2 with a fingerprint sensor
	KeyU2F         KeyKind = "u2f"         // an old key: U2F only, no PIN, no discoverable credentials
)

// KeyBehaviour is how a virtual key behaves. In a PUT, missing fields stay.
type KeyBehaviour struct {
	AutoTouch    *bool `json:"auto_touch,omitempty"`    // it answers without waiting for a touch
	PullOnTouch  *bool `json:"pull_on_touch,omitempty"` // it is pulled out the next time it waits for a touch
	CounterStill *bool `json:"counter_still,omitempty"` // its signature counter does not grow (R34)
	WrongFinger  *bool `json:"wrong_finger,omitempty"`  // an unknown finger touches its sensor
}

// A KeyAction is done to a virtual key once, with POST /lab/v1/keys/{id}/ACTION.
type KeyAction string

// The actions.
const (
	TouchKey       KeyAction = "touch"
	FillKey        KeyAction = "fill"             // stores invented credentials until no more fit
	LockPIN        KeyAction = "lock-pin"         // locks the PIN, as eight wrong PINs do
	ForcePINChange KeyAction = "force-pin-change" // the PIN must be changed before the key is used again
	EnrollFinger   KeyAction = "enroll-finger"    // enrols the owner's finger; a reset deletes it
)

// LabCopy names the copy of a virtual key.
type LabCopy struct {
	Name string `json:"name"` // the name of the copy
}

// LabAccount is a demo account of the seed.
type LabAccount struct {
	Username string `json:"username"` // of the account
	Password string `json:"password"` // of the account
	Story    string `json:"story"`    // what the account is for: the last part of a translation key

	// Second-step secrets from the seed, because a demo account has no real phone and
	// no printed codes. They do not follow later changes.
	AppSecret   string   `json:"app_secret,omitempty"`    // base32
	AppCode     string   `json:"app_code,omitempty"`      // six digits, by the lab's clock
	AppCodeEnds *Time    `json:"app_code_ends,omitempty"` // when it shows the next one
	BackupCodes []string `json:"backup_codes,omitempty"`  // in the order of their numbers, from 1
}
