// Package api holds the wire types of Nightlatch's HTTP interface: views, steps,
// inputs, resources, refusals and problems.
//
// The server, the console, the tests and the Go client share these types, so a
// field has one name and one meaning. Times are RFC 3339 in UTC. The types have no
// behaviour beyond their JSON form.
package api

// A Kind names a ceremony: one multi-step exchange with the server.
type Kind string

// The ceremonies.
const (
	SignUp         Kind = "sign-up"
	SignIn         Kind = "sign-in"
	Reauthenticate Kind = "reauthenticate"
	EnrollText     Kind = "enroll-text"
	EnrollApp      Kind = "enroll-app"
	EnrollKey      Kind = "enroll-key"
	TurnOff        Kind = "turn-off"
	ChangePassword Kind = "change-password"
	ChangeEmail    Kind = "change-email"
	ChangePhone    Kind = "change-phone"
)

// A State is the current position in a ceremony. Each definition declares its own
// states.
type State string

// A Method is a way to pass the second step.
type Method string

// The methods. A backup code can be used at sign-in, but is not enrolled.
const (
	Text         Method = "text"
	App          Method = "app"
	SecurityKey  Method = "key"
	LoginRequest Method = "login-request"
	BackupCode   Method = "backup-code"
)

// A Channel is how a six-digit code reaches the user.
type Channel string

// The channels.
const (
	ByEmail Channel = "email"
	ByText  Channel = "text"
	ByApp   Channel = "app"
	ByPush  Channel = "push" // a message to a phone app, without a code
)

// A Begin is the request body that begins a ceremony.
type Begin struct {
	Kind   Kind   `json:"kind"`             // the kind of ceremony
	Method Method `json:"method,omitempty"` // turn-off: what to turn off

	Invitation string `json:"invitation,omitempty"` // sign-up: an invitation or the set-up code (R7)

	// Client is `phone` for a sign-in on a phone that was restored without its app key: a live
	// temporary password is taken in place of password and second step, once (R93).
	Client string `json:"client,omitempty"`
}

// PhoneClient is the value of Begin.Client for a phone.
const PhoneClient = "phone"

// An Answer is the request body that answers a step. Rev is the revision of the view
// that it answers.
type Answer struct {
	Rev   int   `json:"rev"`   // the revision of the view that it answers
	Input Input `json:"input"` // the answer to the step
}
