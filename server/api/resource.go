package api

// An Account is an account in the form that its owner sees.
type Account struct {
	Username       string      `json:"username"`
	Email          string      `json:"email"`
	EmailConfirmed bool        `json:"email_confirmed"`
	EmailKept      bool        `json:"email_kept,omitempty"` // confirmed only by mail kept on this computer, which proves no address
	Phone          string      `json:"phone"`                // E.164
	PhoneVerified  bool        `json:"phone_verified"`
	Discoverable   bool        `json:"discoverable"`
	TwoFactor      bool        `json:"two_factor"`
	Methods        Methods     `json:"methods"`
	LastMethod     Method      `json:"last_method"` // "" before the first sign-in with a second step
	BackupCodes    BackupCodes `json:"backup_codes"`
	Owner          bool        `json:"owner"`  // R7: owns the server
	Policy         string      `json:"policy"` // classic or hardened
	Created        Time        `json:"created"`
	PasswordProved *Time       `json:"password_proved,omitempty"` // R3: until when this session counts as recently authenticated
	AppAdded       *Time       `json:"app_added,omitempty"`
	TextAdded      *Time       `json:"text_added,omitempty"`

	Texts *TextOptOut `json:"texts,omitempty"` // the last GO or STOP of the phone, if any (R18)
}

// A TextOptOut is the last GO or STOP that a phone sent to ShortCode. After STOP,
// nothing is texted to it (R18).
type TextOptOut struct {
	Stopped   bool   `json:"stopped"`
	At        Time   `json:"at"`
	ShortCode string `json:"short_code"`
}

// An AccountChange changes the fields that are set.
type AccountChange struct {
	Discoverable *bool `json:"discoverable,omitempty"` // R10
}

// Methods are the enabled methods.
type Methods struct {
	Text         bool `json:"text"`
	App          bool `json:"app"`
	Keys         int  `json:"keys"`
	LoginRequest bool `json:"login_request"`
}

// BackupCodes counts the backup codes. Next is the number of the code that sign-in
// will ask for (R72), 0 if none is active.
type BackupCodes struct {
	Active int `json:"active"`
	Next   int `json:"next"`

	// Low means that sign-in and the overview should warn that few codes are left
	// (R78). An account with a security key needs no codes (R32), so having none is not
	// low there.
	Low bool `json:"low,omitempty"`
}

// A Key is an enrolled security key (R31).
type Key struct {
	ID             string   `json:"id"`
	Label          string   `json:"label"`
	Model          string   `json:"model,omitempty"`
	AAGUID         string   `json:"aaguid,omitempty"`
	Transports     []string `json:"transports"`
	RPID           string   `json:"rp_id"`
	ForeignRP      bool     `json:"elsewhere,omitempty"` // rp_id is not the server's, so the key cannot be used here
	CredentialID   string   `json:"credential_id"`       // base64url without padding, as in WebAuthn
	Added          Time     `json:"added"`
	LastUsed       *Time    `json:"last_used"`
	PossiblyCopied bool     `json:"possibly_copied"` // R34
	Lab            bool     `json:"lab,omitempty"`   // the lab's virtual key
}

// A BackupCodeEntry is a backup code in the list. The code itself is not stored.
type BackupCodeEntry struct {
	Number  int    `json:"number"`
	State   string `json:"state"` // active, used, void
	Created Time   `json:"created"`
	Used    *Time  `json:"used,omitempty"`
}

// A NewBackupCode is a new backup code, shown once (R76).
type NewBackupCode struct {
	Number int    `json:"number"`
	Code   string `json:"code"`
}

// A BackupCodeCheck is the body and answer of "Check your copy" (R77):
// POST /api/v1/backup-codes/check {"code"} → {"number","state"}.
type BackupCodeCheck struct {
	Code   string `json:"code,omitempty"`
	Number int    `json:"number,omitempty"`
	State  string `json:"state,omitempty"` // active, used, void, unknown
}

// A TemporaryPassword is a temporary password in the list (R83).
type TemporaryPassword struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Service  string `json:"service,omitempty"`
	Created  Time   `json:"created"`
	Expires  Time   `json:"expires"`
	LastUsed *Use   `json:"last_used"`
	Uses     int    `json:"uses"`
	State    string `json:"state"`            // live, expired, revoked
	Texted   bool   `json:"texted,omitempty"` // R82
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
	At       Time   `json:"at"`
	Protocol string `json:"protocol"` // http-basic, oauth
	Address  string `json:"address"`
}

// A NewTemporaryPassword is a new temporary password, shown once (R81).
type NewTemporaryPassword struct {
	ID       string `json:"id"`
	Password string `json:"password"`
	Expires  Time   `json:"expires"`
}

// A Session is a signed-in client (R44).
type Session struct {
	ID         string `json:"id"`
	Client     string `json:"client"`
	RemoteAddr string `json:"place"`
	Created    Time   `json:"created"`
	LastSeen   Time   `json:"last_seen"`
	Expires    Time   `json:"expires"`
	Current    bool   `json:"current"`
}

// An Activity is one audit event, in the form that the account's owner sees.
type Activity struct {
	Cursor     string            `json:"cursor"` // pass as ?before= for older ones
	At         Time              `json:"at"`
	Type       EventType         `json:"type"`
	Rule       string            `json:"rule,omitempty"`
	Refused    bool              `json:"refused,omitempty"`
	Client     string            `json:"client,omitempty"`
	RemoteAddr string            `json:"place,omitempty"`
	Details    map[string]string `json:"details,omitempty"`
}

// An Event says that a resource has changed and should be read again (server-sent
// events).
type Event struct {
	Topic string `json:"topic"` // account, keys, backup-codes, temporary-passwords, sessions, activity, ceremony, messages
}

// A Message is a mail in the local mailbox: no mail server was set up when it was
// written.
type Message struct {
	ID      string `json:"id"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	At      Time   `json:"at"`
}

// Me is the answer of GET /api/v1/me, for third-party clients.
type Me struct {
	Username string `json:"username"`
}

// About describes the server: GET /api/v1/about, no session needed.
type About struct {
	Version  string `json:"version"`
	Policy   string `json:"policy"`
	RPID     string `json:"rp_id"`
	Lab      bool   `json:"lab"`
	Accounts bool   `json:"accounts"`            // whether there is an account (the first start asks to create one)
	Mail     bool   `json:"mail"`                // whether mail can be sent or kept
	MailKept bool   `json:"mail_kept,omitempty"` // no mail server is set up: mail is kept on this computer (GET /api/v1/messages)
	Text     bool   `json:"text"`
	SignUp   string `json:"sign_up"` // R7: open, invite or closed
	Owned    bool   `json:"owned"`   // whether there is an owner; without one, a sign-up takes the set-up code
	Now      Time   `json:"now"`

	ShortCode string `json:"short_code"` // R18: the number to text GO and STOP to
	Limits    Limits `json:"limits"`

	Services []string `json:"services"` // R83: what a temporary password can be limited to
}

// The values of About.Policy and Account.Policy.
const (
	PolicyClassic  = "classic"
	PolicyHardened = "hardened"
)

// Limits are numbers of the policy that clients show.
type Limits struct {
	SecurityKeys             int `json:"security_keys"`              // R31: of an account
	TemporaryPasswords       int `json:"temporary_passwords"`        // R83: live at a time, of an account
	TemporaryPasswordMinutes int `json:"temporary_password_minutes"` // R81: how long one works
}
