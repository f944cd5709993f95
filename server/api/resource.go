package api

// An Account is an account in the form that its owner sees.
type Account struct {
	Username       string      `json:"username"`                  // as its owner spells it
	Email          string      `json:"email"`                     // the address, an empty string without one
	EmailConfirmed bool        `json:"email_confirmed"`           // whether a code proved the address (R4)
	EmailKept      bool        `json:"email_kept,omitempty"`      // it was set while no mail could be sent, so it is not confirmed
	EmailDue       bool        `json:"email_due,omitempty"`       // it was set so, and mail can be sent now: change-email confirms it (R4)
	Phone          string      `json:"phone"`                     // E.164
	PhoneVerified  bool        `json:"phone_verified"`            // whether a code proved the number (R11)
	Discoverable   bool        `json:"discoverable"`              // whether people who have the number find the account (R10)
	TwoFactor      bool        `json:"two_factor"`                // whether signing in takes a second step
	Methods        Methods     `json:"methods"`                   // the methods that are on
	LastMethod     Method      `json:"last_method"`               // "" before the first sign-in with a second step
	BackupCodes    BackupCodes `json:"backup_codes"`              // a count of the backup codes
	Owner          bool        `json:"owner"`                     // R7: owns the server
	Policy         string      `json:"policy"`                    // classic or hardened
	Created        Time        `json:"created"`                   // when the account was made
	PasswordProved *Time       `json:"password_proved,omitempty"` // R3: until when this session counts as recently authenticated
	AppAdded       *Time       `json:"app_added,omitempty"`       // when the authenticator app was set up; absent without one
	TextAdded      *Time       `json:"text_added,omitempty"`      // when text messages were set up; absent if they are off

	Recommended Method          `json:"recommended,omitempty"` // the method to set up first; absent once a strong one is on
	Unavailable []RefusedAction `json:"unavailable,omitempty"` // the actions that would be refused now

	Texts *TextOptOut `json:"texts,omitempty"` // the last GO or STOP of the phone, if any (R18)
}

// A TextOptOut is the last GO or STOP that a phone sent to ShortCode. After STOP,
// nothing is texted to it (R18).
type TextOptOut struct {
	Stopped   bool   `json:"stopped"`    // true after STOP, false after GO
	At        Time   `json:"at"`         // when the phone sent it
	ShortCode string `json:"short_code"` // the number it sent it to
}

// An AccountChange changes the fields that are set.
type AccountChange struct {
	Discoverable *bool `json:"discoverable,omitempty"` // R10
}

// Methods are the enabled methods.
type Methods struct {
	Text         bool `json:"text"`          // whether text messages are on
	App          bool `json:"app"`           // whether an authenticator app is on
	Keys         int  `json:"keys"`          // how many security keys are enrolled
	LoginRequest bool `json:"login_request"` // whether login requests are on
}

// BackupCodes counts the backup codes. Next is the number of the code that sign-in
// will ask for (R72), 0 if none is active.
type BackupCodes struct {
	Active int `json:"active"` // how many are active
	Next   int `json:"next"`   // the number of the next one, 0 if none is active

	// Low means that sign-in and the overview should warn that few codes are left
	// (R78). An account with a security key needs no codes (R32), so having none is not
	// low there.
	Low bool `json:"low,omitempty"`
}

// A Key is an enrolled security key (R31).
type Key struct {
	ID             string   `json:"id"`                  // the server's ID of the key, for the path
	Label          string   `json:"label"`               // its name
	Model          string   `json:"model,omitempty"`     // the model's name, if it is known
	AAGUID         string   `json:"aaguid,omitempty"`    // the model's ID (W3C WebAuthn Level 3, §6.5.1); absent if the key does not tell
	Transports     []string `json:"transports"`          // `usb`, `nfc` and others of W3C WebAuthn Level 3, §5.8.4
	RPID           string   `json:"rp_id"`               // the server name that it was set up for
	ForeignRP      bool     `json:"elsewhere,omitempty"` // rp_id is not the server's, so the key cannot be used here
	CredentialID   string   `json:"credential_id"`       // base64url without padding, as in WebAuthn
	Added          Time     `json:"added"`               // when it was added
	LastUsed       *Time    `json:"last_used"`           // `null` before the first sign-in with it
	PossiblyCopied bool     `json:"possibly_copied"`     // R34
	Lab            bool     `json:"lab,omitempty"`       // the lab's virtual key
}

// A TemporaryPassword is a temporary password in the list (R83).
type TemporaryPassword struct {
	ID       string `json:"id"`                // for the path
	Label    string `json:"label"`             // its name
	Service  string `json:"service,omitempty"` // the only service that it works for; absent: every one
	Created  Time   `json:"created"`           // when it was made
	Expires  Time   `json:"expires"`           // when it stops working
	LastUsed *Use   `json:"last_used"`         // `null` before the first use
	Uses     int    `json:"uses"`              // how often it was used
	State    string `json:"state"`             // live, expired, revoked
	Texted   bool   `json:"texted,omitempty"`  // R82
}

// The services that a temporary password can be limited to, as Use.Protocol names them
// (R83): the protocols that carry a user name and a password only.
const (
	HTTPBasic = "http-basic"
	OAuth     = "oauth"
)

// Services lists the services. A new protocol adds its name here.
func Services() []string { return []string{HTTPBasic, OAuth} }

// A Use is the time and origin of one use of a temporary password.
type Use struct {
	At       Time   `json:"at"`       // when it was
	Protocol string `json:"protocol"` // http-basic, oauth
	Address  string `json:"address"`  // the address of the program
}

// A NewTemporaryPassword is a new temporary password, shown once (R81).
type NewTemporaryPassword struct {
	ID       string `json:"id"`       // for the path
	Password string `json:"password"` // shown only here
	Expires  Time   `json:"expires"`  // when it stops working
}

// A Session is a signed-in client (R44).
type Session struct {
	ID         string `json:"id"`        // for the path
	Client     string `json:"client"`    // the name that the client gave itself
	RemoteAddr string `json:"place"`     // the address of the client
	Created    Time   `json:"created"`   // when it began
	LastSeen   Time   `json:"last_seen"` // the last request
	Expires    Time   `json:"expires"`   // when it ends (R44)
	Current    bool   `json:"current"`   // whether it is the session of the request
	NewPlace   bool   `json:"new_place"` // nobody had signed in from that address before
}

// An Activity is one audit event, in the form that the account's owner sees.
type Activity struct {
	Cursor     string            `json:"cursor"`            // pass as ?before= for older ones
	At         Time              `json:"at"`                // when it happened
	Type       EventType         `json:"type"`              // what happened
	Rule       string            `json:"rule,omitempty"`    // the rule behind it, such as `R22`
	Refused    bool              `json:"refused,omitempty"` // true if something was refused
	Client     string            `json:"client,omitempty"`  // the name that the client gave itself
	RemoteAddr string            `json:"place,omitempty"`   // the address of the client
	Details    map[string]string `json:"details,omitempty"` // by name; the table of activity types has them
}

// An Event says that a resource has changed and should be read again (server-sent
// events).
type Event struct {
	Topic string `json:"topic"` // account, keys, backup-codes, temporary-passwords, sessions, activity, ceremony, messages
}

// A Message is a mail in the local mailbox: no mail server was set up when it was
// written.
type Message struct {
	ID      string `json:"id"`      // the server's ID of the mail
	To      string `json:"to"`      // the address
	Subject string `json:"subject"` // the subject
	Text    string `json:"text"`    // the text
	At      Time   `json:"at"`      // when it was written
}

// Me is the answer of GET /api/v1/me, for third-party clients.
type Me struct {
	Username string `json:"username"` // of the account
}

// About describes the server: GET /api/v1/about, no session needed.
type About struct {
	Version  string `json:"version"`             // of the program
	Policy   string `json:"policy"`              // `classic` or `hardened`
	RPID     string `json:"rp_id"`               // the name that security keys are bound to
	Lab      bool   `json:"lab"`                 // whether it is a lab
	Accounts bool   `json:"accounts"`            // whether there is an account (the first start asks to create one)
	Mail     bool   `json:"mail"`                // whether mail can be sent or kept
	MailKept bool   `json:"mail_kept,omitempty"` // no mail server is set up: mail is kept on this computer (GET /api/v1/messages)
	Text     bool   `json:"text"`                // whether texts can be sent
	SignUp   string `json:"sign_up"`             // R7: open, invite or closed
	Owned    bool   `json:"owned"`               // whether there is an owner; without one, a sign-up takes the set-up code
	Now      Time   `json:"now"`                 // the server's clock

	ShortCode string `json:"short_code"` // R18: the number to text GO and STOP to
	Limits    Limits `json:"limits"`     // numbers of the policy

	PushKey  string   `json:"push_key,omitempty"` // by which push services know this server: the applicationServerKey of the Push API (RFC 8292)
	Services []string `json:"services"`           // R83: what a temporary password can be limited to
}

// The values of About.Policy and Account.Policy.
const (
	PolicyClassic  = "classic"
	PolicyHardened = "hardened"
)

// Limits are numbers of the policy that clients show.
type Limits struct {
	SecurityKeys             int `json:"security_keys"`              // R31: of an account
	BackupCodes              int `json:"backup_codes"`               // R71: active at a time, of an account
	TemporaryPasswords       int `json:"temporary_passwords"`        // R83: live at a time, of an account
	TemporaryPasswordMinutes int `json:"temporary_password_minutes"` // R81: how long one works
}
