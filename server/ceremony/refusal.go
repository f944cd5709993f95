package ceremony

import "nightlatch/server/api"

// A Reason is why an input was refused. There are more reasons than refusal
// codes: a code is for programs, a reason picks the words.
type Reason string

// The reasons.
const (
	WrongCredentials Reason = "wrong credentials"
	WrongPassword    Reason = "wrong password" // in a session
	UsernameTaken    Reason = "user name taken"
	PasswordShort    Reason = "password too short"
	PasswordLong     Reason = "password too long"
	PasswordCommon   Reason = "password common"
	PasswordIsName   Reason = "password contains user name"

	WrongCode    Reason = "wrong code"
	WrongAppCode Reason = "wrong app code"
	CodeExpired  Reason = "code expired"
	NoCodeSent   Reason = "no code sent"
	CodeUsed     Reason = "code used"
	AppCodeUsed  Reason = "app code used"
	ClockDrift   Reason = "clock drift"
	TooManyTries Reason = "too many tries"
	Throttled    Reason = "throttled"
	Disabled     Reason = "disabled"
	SendLimit    Reason = "too many messages"
	ResendEarly  Reason = "resend too early"
	CannotMail   Reason = "cannot mail"
	CannotText   Reason = "cannot text"
	TextsStopped Reason = "texts stopped"

	BackupUnknown    Reason = "backup code unknown"
	BackupUsed       Reason = "backup code used"
	BackupVoid       Reason = "backup code void"
	BackupOrderVoids Reason = "backup code out of order, all void"
	BackupOrder      Reason = "backup code out of order"

	KeyEnrolled      Reason = "key enrolled"
	KeyOtherAccount  Reason = "key of another account"
	KeyUnknown       Reason = "key unknown"
	KeyRefused       Reason = "key refused"
	KeyFromLab       Reason = "key from the lab"
	KeyCopied        Reason = "key possibly copied"
	KeyNoPIN         Reason = "key not verified"
	KeyFormat        Reason = "key of another kind"
	KeyForeignRP     Reason = "key of another name"
	KeyForeignRPOnly Reason = "key of another name, no other way"
	KeysFull         Reason = "keys full"
	MethodNotOn      Reason = "method not on"
	Changed          Reason = "account changed"
	SameEmail        Reason = "same address"
	SamePhone        Reason = "same number"
	SamePassword     Reason = "same password"
	PasswordGone     Reason = "password changed"
)

// Reasons lists every reason.
func Reasons() []Reason {
	return []Reason{
		WrongCredentials,
		WrongPassword,
		UsernameTaken,
		PasswordShort,
		PasswordLong,
		PasswordCommon,
		PasswordIsName,
		WrongCode,
		WrongAppCode,
		CodeExpired,
		NoCodeSent,
		CodeUsed,
		AppCodeUsed,
		ClockDrift,
		TooManyTries,
		Throttled,
		Disabled,
		SendLimit,
		ResendEarly,
		CannotMail,
		CannotText,
		TextsStopped,
		BackupUnknown,
		BackupUsed,
		BackupVoid,
		BackupOrderVoids,
		BackupOrder,
		KeyEnrolled,
		KeyOtherAccount,
		KeyUnknown,
		KeyRefused,
		KeyFromLab,
		KeyCopied,
		KeyNoPIN,
		KeyFormat,
		KeyForeignRP,
		KeyForeignRPOnly,
		KeysFull,
		MethodNotOn,
		Changed,
		SameEmail,
		SamePhone,
		SamePassword,
		PasswordGone,
	}
}

// Refuse returns the refusal for a reason: what happened, why, what to do next,
// in plain English for clients without words of their own. It never says how
// near a wrong code came.
func Refuse(reason Reason) api.Refusal {
	code, rule, title, detail := words(reason)
	return api.Refusal{Code: code, Reason: variant(reason), Rule: rule, Title: title, Detail: detail}
}

// variant tells apart what has one code but wants different words: for clients
// that have their own.
func variant(reason Reason) string {
	switch reason {
	case PasswordShort:
		return "too_short"
	case PasswordLong:
		return "too_long"
	case PasswordCommon:
		return "common"
	case PasswordIsName:
		return "contains_username"
	case PasswordGone:
		return "changed"
	case NoCodeSent:
		return "not_sent"
	case Disabled:
		return "locked"
	case SendLimit:
		return "sends"
	case CannotMail:
		return "mail"
	case CannotText:
		return "texts"
	case TextsStopped:
		return "stopped"
	case BackupUnknown:
		return "unknown"
	case BackupUsed:
		return "used"
	case BackupVoid:
		return "void"
	case BackupOrderVoids:
		return "voided"
	case BackupOrder:
		return "kept"
	case KeyOtherAccount:
		return "foreign"
	case KeyRefused:
		return "untrusted"
	case KeyFormat:
		return "format"
	case KeyForeignRPOnly:
		return "only"
	case MethodNotOn:
		return "not_on"
	case Changed:
		return "more_to_lose"
	case SameEmail:
		return "same_address"
	case SamePhone:
		return "same_number"
	case SamePassword:
		return "same_password"
	}
	return ""
}

// Malformed returns the refusal of an input whose form is wrong.
func Malformed(field, detail string) api.Refusal {
	return api.Refusal{
		Code:   api.Malformed,
		Title:  "That can't be read",
		Detail: detail,
		Field:  field,
	}
}
