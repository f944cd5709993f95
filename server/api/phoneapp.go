package api

// A PhoneApp is a phone that is registered as an account's app (R50, R91).
type PhoneApp struct {
	ID      string `json:"id"`             // for the path
	Name    string `json:"name"`           // what its owner calls the phone
	Added   Time   `json:"added"`          // when it was registered
	HasKey  bool   `json:"has_key"`        // whether it has an app key, so that it shows login codes (R91)
	Push    string `json:"push,omitempty"` // the host of its push service; absent if nothing can be pushed to it
	Current bool   `json:"current"`        // whether the request's session is this app's

	// SignOut says what signing out on this phone turns off (R54), in the form of the
	// consequences of turning a method off. It is empty for a phone that turned no method on.
	SignOut []Consequence `json:"sign_out"`
}

// A PhoneAppRequest registers the request's session as a phone app. The second request of a
// session replaces the name and the push address of the first.
type PhoneAppRequest struct {
	Name string       `json:"name"`           // 1 to 64 characters
	Push *PushAddress `json:"push,omitempty"` // where pushes go; absent: none are sent
}

// A PushAddress is where a push service takes messages for an app: a PushSubscription of the
// Push API (W3C), which UnifiedPush distributors use as well.
type PushAddress struct {
	Endpoint string   `json:"endpoint"`      // an https address (RFC 8030 §5), or `lab:` and the ID of a device of the lab
	Keys     PushKeys `json:"keys,omitzero"` // RFC 8291 §3; absent for a device of the lab
}

// PushKeys encrypt the messages to an app (RFC 8291 §3).
type PushKeys struct {
	P256dh string `json:"p256dh"` // the app's public key, uncompressed, base64url without padding
	Auth   string `json:"auth"`   // 16 bytes of the app, base64url without padding
}

// A MadePhoneApp is a phone app that was just registered.
type MadePhoneApp struct {
	ID     string `json:"id"`               // for the path
	Secret string `json:"secret,omitempty"` // the app key: base32, 160 bits, shown only here; absent while two-factor is off (R91)
}

// An AppKey is a new app key, shown once (R91).
type AppKey struct {
	Secret string `json:"secret"` // base32, 160 bits
}

// A LoginRequestState is the state of a login request.
type LoginRequestState string

// The states. All but the first are final.
const (
	RequestOpen      LoginRequestState = "open"
	RequestApproved  LoginRequestState = "approved"
	RequestDenied    LoginRequestState = "denied"
	RequestExpired   LoginRequestState = "expired"   // R52: ten minutes without an answer
	RequestWithdrawn LoginRequestState = "withdrawn" // the sign-in ended, or went on with another method
)

// A LoginRequestView is a login request in the form that the account's owner sees (R51).
type LoginRequestView struct {
	ID         string            `json:"id"`                 // for the path
	Client     string            `json:"client"`             // the name that the client gave itself
	RemoteAddr string            `json:"place"`              // the address of the client
	Created    Time              `json:"created"`            // when the sign-in asked
	Expires    Time              `json:"expires"`            // R52: an answer counts before then
	State      LoginRequestState `json:"state"`              // `open`, `approved`, `denied`, `expired` or `withdrawn`
	Numbers    []int             `json:"numbers,omitempty"`  // R50, hardened: the three numbers of which an open request takes one; only for a phone app
	Answered   *Time             `json:"answered,omitempty"` // when it was approved or denied
	By         string            `json:"by,omitempty"`       // the client that answered
	Reported   bool              `json:"reported,omitempty"` // it was denied with a report, or with a wrong number (R52)
}

// The decisions on a login request.
const (
	Approve = "approve"
	Deny    = "deny"
)

// A Decision answers a login request. Approving is done by a phone app's session, denying by
// any (R51).
type Decision struct {
	Decision string `json:"decision"`         // `approve` or `deny`
	Number   int    `json:"number,omitempty"` // R50, hardened: the number that the sign-in page shows; another one denies and reports
	Report   bool   `json:"report,omitempty"` // deny: it was not the owner
}
