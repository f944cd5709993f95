package api

// A Recovery answers the question: if this phone died now, could you get back in? For an
// account whose only second step is a security key, the key is lost instead. It has codes
// and no words; clients translate them.
type Recovery struct {
	Lost   RecoveryLoss     `json:"lost,omitempty"` // what the question assumes to be lost; absent while two-factor is off
	BackIn BackIn           `json:"back_in"`        // the answer
	Level  RecoveryLevel    `json:"level"`          // how well the account is protected
	Keeps  []RecoveryOption `json:"keeps"`          // what still works
	Gone   []RecoveryOption `json:"gone"`           // what is lost
	Next   RecoveryStep     `json:"next"`           // the one step that helps most

	CodesVoid *VoidedCodes `json:"codes_void,omitempty"` // if no backup code is active because all became void
}

// VoidedCodes says which event voided all backup codes.
type VoidedCodes struct {
	At     *Time     `json:"at,omitempty"`     // when; absent if that was not recorded
	By     EventType `json:"by,omitempty"`     // as voided_by of a backup code
	Number int       `json:"number,omitempty"` // of the code that was used out of order (R73)
}

// A RecoveryLoss is a device that an account's second steps depend on.
type RecoveryLoss string

// The losses.
const (
	LostPhone RecoveryLoss = "phone" // with its texts and its authenticator app
	LostKey   RecoveryLoss = "key"   // one security key, where no second step is on a phone
)

// BackIn is the answer to the question of Recovery.
type BackIn string

// The answers.
const (
	BackInYes BackIn = "yes"
	BackInNo  BackIn = "no"
	BackInOff BackIn = "off" // two-factor is off: the password is enough
)

// A RecoveryLevel is how well an account is protected against the loss of the phone.
type RecoveryLevel string

// The levels.
const (
	RecoveryNone RecoveryLevel = "none" // no second step works, or none is on
	RecoveryHalf RecoveryLevel = "half" // one works
	RecoveryFull RecoveryLevel = "full" // two or more work
)

// A RecoveryOption is one way to sign in, or to stay signed in.
type RecoveryOption struct {
	Kind   RecoveryKind `json:"kind"`             // what it is
	Count  int          `json:"count,omitempty"`  // of keys, and of backup codes with a copy that can be used (R77)
	Labels []string     `json:"labels,omitempty"` // of the keys; absent if it may be any of them
	Number int          `json:"number,omitempty"` // of the next backup code (R72)
	Until  *Time        `json:"until,omitempty"`  // end of the session
}

// A RecoveryKind is a kind of option.
type RecoveryKind string

// The kinds.
const (
	RecoveryKey         RecoveryKind = "key"
	RecoveryBackupCodes RecoveryKind = "backup-codes"
	RecoverySession     RecoveryKind = "session" // the session of the request
	RecoveryPassword    RecoveryKind = "password"
	RecoveryText        RecoveryKind = "text"
	RecoveryApp         RecoveryKind = "app"
)

// A RecoveryStep is an action that improves the answer.
type RecoveryStep string

// The steps.
const (
	RecoverTurnOn    RecoveryStep = "turn-on" // turn on two-factor authentication
	RecoverCode      RecoveryStep = "code"    // make a backup code
	RecoverKey       RecoveryStep = "key"     // add a security key
	RecoverCopied    RecoveryStep = "copied"  // check a key that may have been copied
	RecoverCheck     RecoveryStep = "check"   // check that the printed codes are still there
	RecoverMoreCodes RecoveryStep = "more"    // make more backup codes
	RecoverCopy      RecoveryStep = "copy"    // check the copy of a code of which the server does not know whether it was kept
	RecoverReplace   RecoveryStep = "replace" // replace the backup codes, because the next one was not kept
)
