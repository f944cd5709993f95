package api

// LabClock is the lab's clock. To set it, give Set or Advance (a Go duration).
type LabClock struct {
	Now     *Time  `json:"now,omitempty"`
	Set     *Time  `json:"set,omitempty"`
	Advance string `json:"advance,omitempty"`
}

// LabText is a text that arrived on a simulated phone, or one it sends.
type LabText struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Body string `json:"body"`
	At   *Time  `json:"at,omitempty"`
}

// LabPhone is a simulated phone and its carrier. In a PUT, missing fields stay.
type LabPhone struct {
	Number        string      `json:"number,omitempty"`
	FlightMode    *bool       `json:"flight_mode,omitempty"`
	Notifications *bool       `json:"notifications,omitempty"`
	Carrier       *LabCarrier `json:"carrier,omitempty"`
}

// LabCarrier is how a carrier treats texts to one phone.
type LabCarrier struct {
	Delay         *string  `json:"delay,omitempty"` // Go duration
	Loss          *float64 `json:"loss,omitempty"`  // 0 to 1
	OptInRequired *bool    `json:"opt_in_required,omitempty"`
	OptedIn       *bool    `json:"opted_in,omitempty"` // GO and STOP change it (R18)
}

// LabMail is a mail that arrived.
type LabMail struct {
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	At      Time   `json:"at"`
}

// LabKey is a virtual security key. PIN is only ever sent, never shown.
type LabKey struct {
	ID              string `json:"id,omitempty"`
	Name            string `json:"name"`
	Transport       string `json:"transport"` // usb, nfc
	Path            string `json:"path,omitempty"`
	PIN             string `json:"pin,omitempty"`
	HasPIN          bool   `json:"has_pin"`
	AutoTouch       *bool  `json:"auto_touch,omitempty"`
	WaitingForTouch bool   `json:"waiting_for_touch"`
	PluggedIn       bool   `json:"plugged_in"`
}

// LabAccount is a demo account of the seed.
type LabAccount struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Story    string `json:"story"` // a translation key's last part: what it is for
}
