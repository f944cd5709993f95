package api

// LabDevice is a simulated phone without its SIM. In a PUT, missing fields stay.
type LabDevice struct {
	ID            string    `json:"id,omitempty"`            // for the path, and for the push address `lab:ID`; ignored in a PUT
	Number        string    `json:"number,omitempty"`        // the number that its SIM has now, E.164; absent without a SIM; ignored in a PUT
	On            *bool     `json:"on,omitempty"`            // whether it is switched on
	FlightMode    *bool     `json:"flight_mode,omitempty"`   // nothing arrives while it is on
	Notifications *bool     `json:"notifications,omitempty"` // whether it shows notifications
	Lost          *bool     `json:"lost,omitempty"`          // whether its owner has lost it; ignored in a PUT
	Broken        *bool     `json:"broken,omitempty"`        // whether it is broken, for good; ignored in a PUT
	Pushes        []LabPush `json:"pushes,omitempty"`        // what its lock screen shows, oldest first; ignored in a PUT
}

// LabPush is a push that a simulated phone shows.
type LabPush struct {
	Type  string `json:"type"`  // `login-request`
	ID    string `json:"id"`    // of the login request
	Title string `json:"title"` // the title
	Body  string `json:"body"`  // the text
	At    Time   `json:"at"`    // when it arrived
}

// A DeviceAction is what happens to a simulated phone.
type DeviceAction string

// The actions of POST /lab/v1/devices/{id}/….
const (
	LoseDevice    DeviceAction = "lose"
	FindDevice    DeviceAction = "find"
	BreakDevice   DeviceAction = "break"
	ReplaceDevice DeviceAction = "replace"
)
