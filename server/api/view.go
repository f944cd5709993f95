package api

import (
	"encoding/json"
	"time"
)

// RawJSON is a JSON value that is passed on unchanged.
type RawJSON = json.RawMessage

// Time is an instant on the wire: RFC 3339, UTC.
type Time = time.Time

// A View is a ceremony in the form that its user sees. Path lists the steps that apply
// to this user and At is the current one, so that a client can show the progress.
type View struct {
	ID      string     `json:"id"`             // for the path
	Kind    Kind       `json:"kind"`           // the kind of ceremony
	State   State      `json:"state"`          // the state in the diagram of docs/ceremonies.md
	Rev     int        `json:"rev"`            // the revision that an answer must name
	Expires Time       `json:"expires"`        // two hours after the last answer
	Now     Time       `json:"now"`            // the server's clock, for countdowns
	Path    []StepType `json:"path,omitempty"` // the types of the steps that apply here
	At      int        `json:"at"`             // index into Path
	Step    Step       `json:"step"`           // what is asked for
	Refusal *Refusal   `json:"refusal"`        // why the last input was not accepted
	Notice  *Notice    `json:"notice"`         // what else the user must know here; nothing was refused
}

// A Notice has the form of a Refusal, but nothing was refused: the step can be answered,
// or another one was chosen for a reason that the user must know.
type Notice = Refusal

// A Refusal says why the last input was not accepted: what happened (Title), why,
// and what to do next (Detail).
type Refusal struct {
	Code       string   `json:"code"`                  // what clients decide by
	Title      string   `json:"title"`                 // what happened, in English
	Detail     string   `json:"detail"`                // why, and what to do, in English
	Rule       string   `json:"rule,omitempty"`        // "R22"
	Field      string   `json:"field,omitempty"`       // malformed: the field's name
	Character  string   `json:"character,omitempty"`   // reason character: the one in the way, "U+202E (RIGHT-TO-LEFT OVERRIDE)"
	Reason     string   `json:"reason,omitempty"`      // more detail than the code, such as too_short for password_refused
	Pattern    string   `json:"pattern,omitempty"`     // password_refused [common]: what makes it easy to guess: word, keyboard, repeat, sequence, year or date
	Limit      int      `json:"limit,omitempty"`       // too_short, too_long, keys_full: the number of characters or of keys
	RetryAt    *Time    `json:"retry_at,omitempty"`    // throttled, resend_too_early
	TriesLeft  *int     `json:"tries_left,omitempty"`  // wrong_code
	Drift      *int     `json:"drift,omitempty"`       // clock_drift: seconds the client's clock is ahead (R23)
	DriftHours *float64 `json:"drift_hours,omitempty"` // clock_drift [time_zone]: the same in hours, a multiple of a quarter
	Key        string   `json:"key,omitempty"`         // key_already_enrolled, key_elsewhere: its label
	KeyRPID    string   `json:"key_rp_id,omitempty"`   // key_elsewhere: the server name that the key was set up for
	RPID       string   `json:"rp_id,omitempty"`       // key_elsewhere: the server's current name
}

// The refusal codes inside a view.
const (
	InvalidCredentials   = "invalid_credentials"
	WrongCode            = "wrong_code"
	CodeExpired          = "code_expired"
	CodeUsed             = "code_used"
	ClockDrift           = "clock_drift"
	TooManyTries         = "too_many_tries"
	Throttled            = "throttled"
	BackupCodeOutOfOrder = "backup_code_out_of_order"
	BackupCodeInactive   = "backup_code_inactive"
	KeyAlreadyEnrolled   = "key_already_enrolled"
	KeyUnknown           = "key_unknown"
	KeyPossiblyCopied    = "key_possibly_copied"
	KeyFromLab           = "key_from_lab"     // a virtual key of the lab, on a real server
	KeyNotVerified       = "key_not_verified" // R30: no PIN or fingerprint, but the policy requires it
	KeyForeignRP         = "key_elsewhere"    // set up for another name of this server
	Denied               = "denied"
	ApprovalExpired      = "approval_expired" // R52
	ResendTooEarly       = "resend_too_early"
	Malformed            = "malformed"
	UsernameTaken        = "username_taken"
	SignUpIsClosed       = "sign_up_closed"      // R7
	InvitationRequired   = "invitation_required" // R7: reason setup: the set-up code, since there is no owner
	InvitationInvalid    = "invitation_invalid"  // R7: reason unknown, used or expired
	PasswordRefused      = "password_refused"    // R0: too common, or the user name
	KeysFull             = "keys_full"           // R31
	CannotSend           = "cannot_send"         // no mail server or text gateway is set up, or the phone opted out of text messages (R18)
)
