package api

// A StepType names a step on the wire.
type StepType string

// A Step is what a ceremony asks for now. Its JSON form has "type" and the step's
// fields.
type Step interface{ StepType() StepType }

// ChooseCredentials asks for a new account's user name and password (R0).
// Answer: Credentials.
type ChooseCredentials struct {
	MinPassword int `json:"min_password"` // characters
	MaxPassword int `json:"max_password"` // the longest password, in characters
}

// EnterCredentials asks for user name and password. Answer: Credentials.
type EnterCredentials struct{}

// EnterPassword asks for the account's password. Answer: Password.
type EnterPassword struct {
	Username string `json:"username"` // of the account
}

// ChoosePassword asks for a new password (R0). Answer: Password.
type ChoosePassword struct {
	MinPassword int `json:"min_password"` // the shortest password, in characters
	MaxPassword int `json:"max_password"` // the longest password, in characters
}

// Overview explains what an enrolment will do (R2). Answer: Continue.
type Overview struct {
	Method   Method `json:"method"`             // the method that will be turned on
	Replaces bool   `json:"replaces,omitempty"` // the method is on already; it is replaced when the new one is enrolled
}

// EnterEmail asks for an address to confirm (R4). Answer: Email.
type EnterEmail struct {
	Address string `json:"address,omitempty"` // the account's address, if any
	Kept    bool   `json:"kept,omitempty"`    // no mail can be sent: no code follows, and the address is not confirmed
}

// EnterPhone asks for a phone number (R10). Answer: Phone.
type EnterPhone struct {
	Number       string `json:"number,omitempty"` // the account's number, if any
	Discoverable bool   `json:"discoverable"`     // initial value for Phone.Discoverable
}

// EnterCode asks for a six-digit code. Answer: Code; Resend where ResendAt is
// set; at sign-in also ChooseMethod.
type EnterCode struct {
	Channel      Channel        `json:"channel"`                // how the code reaches the user
	Digits       int            `json:"digits"`                 // how many digits the code has
	SentTo       string         `json:"sent_to,omitempty"`      // masked at sign-in, whole in a session
	SentAt       *Time          `json:"sent_at,omitempty"`      // last send
	ResendAt     *Time          `json:"resend_at,omitempty"`    // R12: Resend is accepted from then on
	CodeExpires  *Time          `json:"code_expires,omitempty"` // when the code that was sent expires
	TriesLeft    *int           `json:"tries_left,omitempty"`   // R4, R11: for a code that was sent; 0 if no more tries are accepted
	Tries        int            `json:"tries,omitempty"`        // how many tries a code has
	Alternatives []Method       `json:"alternatives,omitzero"`  // at sign-in the other methods, an empty list if there are none (R40)
	Unable       []UnableMethod `json:"unable,omitempty"`       // at sign-in the alternatives that would not complete it now
}

// ScanQR shows a new TOTP secret (R20). Answer: Continue.
type ScanQR struct {
	URI    string `json:"uri"`    // Key URI format, issuer twice
	Secret string `json:"secret"` // base32 without padding or spaces
}

// UseSecurityKey asks for a touch on a security key. One of Create and Get is
// set: the WebAuthn option objects in their standard JSON form (W3C WebAuthn
// Level 3, §5.1.8 and §5.1.9). Neither is set if every key of the account was set up
// for another name of the server; then only ChooseMethod is possible. Answer:
// KeyResponse; at sign-in also ChooseMethod.
type UseSecurityKey struct {
	Create       RawJSON        `json:"create,omitempty"`      // PublicKeyCredentialCreationOptionsJSON, to enrol
	Get          RawJSON        `json:"get,omitempty"`         // PublicKeyCredentialRequestOptionsJSON, to sign in
	ForeignRP    []ForeignKey   `json:"elsewhere,omitempty"`   // at sign-in the keys that cannot be used with this server's name
	Alternatives []Method       `json:"alternatives,omitzero"` // at sign-in the other methods
	Unable       []UnableMethod `json:"unable,omitempty"`      // at sign-in the alternatives that would not complete it now
}

// A ForeignKey is a security key that was set up for another name (relying-party ID)
// of the server.
type ForeignKey struct {
	Label string `json:"label"` // the key's name
	RPID  string `json:"rp_id"` // the server name that it was set up for
}

// An UnableMethod is an alternative that would not complete a sign-in now, and why. It can be
// chosen all the same: its step says what helps.
type UnableMethod struct {
	Method Method `json:"method"`           // one of the alternatives
	Code   string `json:"code"`             // why, for programs: `cannot_send`, `key_elsewhere` or `backup_code_inactive`
	Reason string `json:"reason,omitempty"` // more detail than the code
	Rule   string `json:"rule,omitempty"`   // the rule behind it, such as `R18`
	Title  string `json:"title"`            // why, in short, in English
}

// NameKey asks what to call the key just enrolled (R31). Answer: Label.
type NameKey struct {
	Suggested string `json:"suggested"` // a name to offer
}

// EnterBackupCode asks for the backup code with a number (R72). Answer: Code or ChooseMethod.
type EnterBackupCode struct {
	Number       int            `json:"number,omitempty"`      // 0 without an active code: a code that is entered is refused with its reason (R74)
	Alternatives []Method       `json:"alternatives,omitzero"` // the other methods
	Unable       []UnableMethod `json:"unable,omitempty"`      // the alternatives that would not complete the sign-in now
	OthersVoid   bool           `json:"others_void,omitempty"` // true: another number is refused and voids every code (R73, classic)
}

// AwaitApproval waits until a phone approves the sign-in (R50). The client reads the ceremony
// again, or follows its events. Answers: ChooseMethod, TextInstead, Code with a login code of
// the phone (R90), and Resend for another request once State is not `open`.
type AwaitApproval struct {
	SentTo       string            `json:"sent_to,omitempty"` // the names of the phones that can approve
	Number       int               `json:"number,omitempty"`  // R50, hardened: the number to pick on the phone
	State        LoginRequestState `json:"state"`             // of the request; an approved one is never shown here
	Asked        *Time             `json:"asked,omitempty"`   // when the request was made; absent without one
	Expires      *Time             `json:"expires,omitempty"` // when the request expires (R52); absent without one
	Digits       int               `json:"digits"`            // how many digits a login code of the phone has (R90)
	TextInstead  bool              `json:"text_instead"`      // TextInstead is possible: a number is confirmed (R53)
	Alternatives []Method          `json:"alternatives"`      // the other methods
	Unable       []UnableMethod    `json:"unable,omitempty"`  // those of them that would not complete the sign-in now
}

// SaveBackupCode shows the first backup code, once (R13, R70). Answer: Continue.
type SaveBackupCode struct {
	Number int    `json:"number"` // its number
	Code   string `json:"code"`   // as printed: 7kmq-2xwd-9hfz-3r8n
}

// Confirm asks before something is lost (R60, R61). Answer: ConfirmInput.
type Confirm struct {
	Method       Method        `json:"method,omitempty"` // the method that will be turned off
	Consequences []Consequence `json:"consequences"`     // what will happen
}

// A Consequence is one effect of confirming, as a code. Count is the number of
// affected items, if it applies.
type Consequence struct {
	Code  string `json:"code"`            // `method_off`, `two_factor_off`, `backup_codes_void`, `temporary_passwords_void` or `security_keys_deleted`
	Title string `json:"title"`           // in English, for clients without translations
	Count int    `json:"count,omitempty"` // how many are affected
}

// The consequences of turning a method off.
const (
	MethodOff              = "method_off"
	TwoFactorOff           = "two_factor_off"
	BackupCodesVoid        = "backup_codes_void"
	TemporaryPasswordsVoid = "temporary_passwords_void"
	SecurityKeysDeleted    = "security_keys_deleted"
)

// SignedIn ends sign-in and sign-up.
type SignedIn struct {
	SessionToken string  `json:"session_token"` // send it as `Authorization: Bearer`
	DeviceToken  string  `json:"device_token"`  // kept by the client, sent as Nightlatch-Device with later sign-ins (R43)
	Account      Account `json:"account"`       // as `GET /api/v1/account` returns it
}

// Finished ends every other ceremony.
type Finished struct{}

func (ChooseCredentials) StepType() StepType { return "choose-credentials" }
func (EnterCredentials) StepType() StepType  { return "enter-credentials" }
func (EnterPassword) StepType() StepType     { return "enter-password" }
func (ChoosePassword) StepType() StepType    { return "choose-password" }
func (Overview) StepType() StepType          { return "overview" }
func (EnterEmail) StepType() StepType        { return "enter-email" }
func (EnterPhone) StepType() StepType        { return "enter-phone" }
func (EnterCode) StepType() StepType         { return "enter-code" }
func (ScanQR) StepType() StepType            { return "scan-qr" }
func (UseSecurityKey) StepType() StepType    { return "use-security-key" }
func (NameKey) StepType() StepType           { return "name-key" }
func (EnterBackupCode) StepType() StepType   { return "enter-backup-code" }
func (AwaitApproval) StepType() StepType     { return "await-approval" }
func (SaveBackupCode) StepType() StepType    { return "save-backup-code" }
func (Confirm) StepType() StepType           { return "confirm" }
func (SignedIn) StepType() StepType          { return "signed-in" }
func (Finished) StepType() StepType          { return "finished" }

// Steps returns a zero value of every step, for tests that check that each step has a
// renderer.
func Steps() []Step {
	return []Step{
		ChooseCredentials{},
		EnterCredentials{},
		EnterPassword{},
		ChoosePassword{},
		Overview{},
		EnterEmail{},
		EnterPhone{},
		EnterCode{},
		ScanQR{},
		UseSecurityKey{},
		NameKey{},
		EnterBackupCode{},
		AwaitApproval{},
		SaveBackupCode{},
		Confirm{},
		SignedIn{},
		Finished{},
	}
}
