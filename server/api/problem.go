package api

import "fmt"

// A Problem is an error over HTTP (RFC 9457), extended with a code.
type Problem struct {
	Type      string `json:"type"`                // "about:blank"
	Title     string `json:"title"`               // what happened, in English
	Status    int    `json:"status"`              // the HTTP status
	Detail    string `json:"detail,omitempty"`    // why, and what to do, in English
	Code      string `json:"code"`                // what clients decide by
	Reason    string `json:"reason,omitempty"`    // tells apart problems that share a code, such as disk_full of unavailable
	Field     string `json:"field,omitempty"`     // malformed: the field's name
	Rule      string `json:"rule,omitempty"`      // the rule behind it, such as `R44`
	Limit     int    `json:"limit,omitempty"`     // the number that the request exceeds or does not reach
	Character string `json:"character,omitempty"` // reason character: the one in the way
	RetryAt   *Time  `json:"retry_at,omitempty"`  // throttled, unavailable
}

// The reasons of Malformed.
const (
	ReasonMissing = "missing"
	ReasonType    = "type"   // another JSON type
	ReasonSyntax  = "syntax" // not JSON, or not UTF-8
	ReasonUnknown = "unknown"
	ReasonValue   = "value" // of the right type, but not allowed
)

// Error lets a client return a Problem as an error. It holds no secret.
func (p *Problem) Error() string { return fmt.Sprintf("api: %d %s", p.Status, p.Code) }

// The problem codes that are not also refusal codes.
const (
	TemporaryPasswordRequired = "temporary_password_required"
	TemporaryPasswordExpired  = "temporary_password_expired"
	BackupCodeNotAccepted     = "backup_code_not_accepted"
	ReauthenticationRequired  = "reauthentication_required"
	BackupCodesFull           = "backup_codes_full"
	TemporaryPasswordsFull    = "temporary_passwords_full"
	PhoneAppsFull             = "phone_apps_full"
	PhoneAppRequired          = "phone_app_required"  // 403: only a phone app may approve (R51)
	TwoFactorRequired         = "two_factor_required" // 409: backup codes and temporary passwords need it on
	NotFound                  = "not_found"
	TooLarge                  = "too_large"
	ForbiddenOrigin           = "forbidden_origin"
	Conflict                  = "conflict"
	Unavailable               = "unavailable"
	SignInRequired            = "sign_in_required" // 401 without a valid session
	MethodNotAllowed          = "method_not_allowed"
	NotOwner                  = "not_owner" // 403: only the owner of the server may
	Internal                  = "internal"  // 500
)
