package ceremony

import (
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
)

// A Reason is why an input was refused. There are more reasons than refusal codes: a
// code is for programs, a reason selects the text.
type Reason int

// The reasons. The table refusals has what clients get for each.
const (
	WrongCredentials Reason = iota + 1
	WrongPassword
	PasswordGone
	TemporaryHere
	TemporaryOver
	TemporaryService
	UsernameTaken
	NamesTried
	SignUpClosed
	InvitationNeeded
	SetupNeeded
	InvitationUnknown
	InvitationUsed
	InvitationExpired
	PasswordShort
	PasswordLong
	PasswordCommon
	PasswordIsName

	WrongCode
	WrongAppCode
	CodeExpired
	NoCodeSent
	CodeUsed
	AppCodeUsed
	AppCodeClock
	AppCodeRestored
	ClockDrift
	ClockZone
	TooManyTries
	Throttled
	Disabled
	SendLimit
	ResendEarly
	CannotMail
	CannotText
	TextsStopped

	BackupUnknown
	BackupUsed
	BackupVoid
	BackupOrderVoids
	BackupOrder
	BackupNone

	KeyEnrolled
	KeyOtherAccount
	KeyUnknown
	KeyRefused
	KeyFromLab
	KeyCopied
	KeyNoPIN
	KeyFormat
	KeyUnusable
	KeyForeignRP
	KeyForeignRPOnly
	KeysFull

	RequestDenied
	RequestExpired
	RequestsFull
	RequestOpen
	WrongLoginCode
	CannotTextInstead
	PasswordAgain
	SignInAgain
	TwoFactorGone
	MethodGone
	NumberChanged
	KeysChanged
	EmailGone
	MethodNotOn
	Changed
	PartChanged
	SameEmail
	SamePhone
	SamePassword

	reasonCount // the number of reasons, plus one
)

// A refusal is what clients get for a reason.
type refusal struct {
	code    string // of package api
	variant string // api.Refusal.Reason: tells apart reasons that share a code
	rule    string
	title   string // what happened
	detail  string // why, and what to do
}

// refusals has an entry for each reason.
var refusals = [reasonCount]refusal{
	WrongCredentials: entry(api.InvalidCredentials, "", "R42", "User name or password is wrong",
		"They do not match, or the account is locked. Check the spelling and the Caps Lock key, then try again."),
	WrongPassword: entry(api.InvalidCredentials, "", "R3", "That is not your password",
		"The password of this account is needed to confirm that it is you. Check the Caps Lock key, then try again."),
	PasswordGone: entry(api.InvalidCredentials, "changed", "R6", "The password has been changed",
		"It was changed in another session after you entered it here. Enter the new password to go on."),
	TemporaryHere: entry(api.InvalidCredentials, "temporary_password", "R84", "That is a temporary password",
		"Temporary passwords are for programs that know only a user name and a password. Enter the password of your account here."),
	TemporaryOver: entry(api.InvalidCredentials, "temporary_password_over", "R85", "That temporary password no longer works",
		"It has expired, was revoked, or was used on a phone already. Make a new one in an open session and enter it within the hour."),
	TemporaryService: entry(api.InvalidCredentials, "temporary_password_service", "R83", "That temporary password is for one service",
		"It can't sign a phone in. Make one for every service in an open session, and enter that."),
	UsernameTaken: entry(api.UsernameTaken, "", "R0", "That user name is taken",
		"Another account has it. Upper and lower case letters count as the same. Choose another name."),
	NamesTried: entry(api.Throttled, "names", "R42", "Too many names were tried from here",
		"Otherwise strangers could list the names of this server. Try again at the time shown."),
	SignUpClosed: entry(api.SignUpIsClosed, "", "R7", "Nobody can sign up here",
		"The owner of this server has closed it to new accounts. Ask the owner."),
	InvitationNeeded: entry(api.InvitationRequired, "", "R7", "An invitation is needed",
		"This server takes new accounts by invitation. Ask its owner for one, and begin again with its code."),
	SetupNeeded: entry(api.InvitationRequired, "setup", "R7", "The set-up code is needed",
		"This server has no owner yet. Begin again with the set-up code that is in the log of this start, in the field invitation. The owner can also be made with nightlatch admin create-owner, or in the window."),
	InvitationUnknown: entry(api.InvitationInvalid, "unknown", "R7", "That is not an invitation",
		"There is no such code, or the owner has taken the invitation back. Check the code, or ask for another invitation."),
	InvitationUsed: entry(api.InvitationInvalid, "used", "R7", "That invitation was already used",
		"An invitation makes one account. Sign in, or ask the owner of this server for another one."),
	InvitationExpired: entry(api.InvitationInvalid, "expired", "R7", "That invitation has expired",
		"An invitation is valid for 72 hours. Ask the owner of this server for another one."),
	PasswordShort: entry(api.PasswordRefused, "too_short", "R0", "That password is too short",
		"Short passwords are easy to guess. Choose a longer one, such as a few unrelated words."),
	PasswordLong: entry(api.PasswordRefused, "too_long", "R0", "That password is too long",
		fmt.Sprintf("A password can have at most %d characters. Choose a shorter one.", account.PasswordMax)),
	PasswordCommon: entry(api.PasswordRefused, "common", "R0", "That password is too common",
		"Attackers try such passwords first: it is a common word or a simple pattern. Choose one that nobody else would think of."),
	PasswordIsName: entry(api.PasswordRefused, "contains_username", "R0", "That password contains the user name",
		"Anyone who knows the name would try it first. Choose a password that is unrelated to the name."),

	WrongCode: entry(api.WrongCode, "", "R11", "That is not the code",
		"It differs from the code that was sent last. Check the newest message and type the code again."),
	WrongAppCode: entry(api.WrongCode, "", "R21", "That is not the code",
		"It is not the code that your app shows now for this account. Wait for the next code and type it before it changes."),
	CodeExpired: entry(api.CodeExpired, "", "R11", "That code has expired",
		"Codes are valid for a short time only. Choose Send again to get a new one."),
	NoCodeSent: entry(api.CodeExpired, "not_sent", "R12", "No code has been sent yet",
		"Choose Send again to get one, or use another method."),
	CodeUsed: entry(api.CodeUsed, "", "R11", "That code was already used",
		"Each code that is sent works once. Choose Send again to get a new one."),
	AppCodeUsed: entry(api.CodeUsed, "", "R22", "That code was already used",
		"Each code of the app works once. Wait until the app shows the next one."),
	AppCodeClock: entry(api.CodeUsed, "clock_set_back", "R86", "Codes of the app count as used for now",
		"This server's clock was ahead when the last code was accepted, and was set back since. Until the time that it showed then, codes of the app count as used. Use another method or a backup code, then set up the app again; without one, ask the operator of this server to reset two-factor authentication."),
	AppCodeRestored: entry(api.CodeUsed, "restored", "R22", "That code may have been used before",
		"This server's data were just restored from a backup, so codes of the minute before count as used. Wait until the time shown, then type the code that the app shows."),
	ClockDrift: entry(api.ClockDrift, "", "R23", "The clocks of your phone and this server differ",
		"Either can be wrong. Set the phone's clock to automatic, or ask the operator of this server to check its clock. Then type the next code."),
	ClockZone: entry(api.ClockDrift, "time_zone", "R23", "The clocks of your phone and this server seem to differ by hours",
		"Then one of them has the wrong time zone: set the phone's clock and zone to automatic, or ask the operator of this server to check its clock. If both are right, the code was mistyped. Type the next one."),
	TooManyTries: entry(api.TooManyTries, "", "R11", "That code can't be tried any more",
		"A wrong code was entered too often. Choose Send again to get a new one."),
	Throttled: entry(api.Throttled, "", "R43", "Too many attempts",
		"After several failures in a row, each further attempt must wait, and is not checked before. Try again at the time shown."),
	Disabled: entry(api.TooManyTries, "locked", "R43", "Signing in is locked",
		"There were too many failures in a row. Sign in on a device that you signed in on before, enter the password in an open session, or ask the operator of this server to unlock the account."),
	SendLimit: entry(api.Throttled, "sends", "R12", "Too many codes were sent",
		"Several codes were sent and never entered. Wait until the time shown, or use another method."),
	ResendEarly: entry(api.ResendTooEarly, "", "R12", "Please wait before sending again",
		"Messages can be late. The code can be sent again at the time shown."),
	CannotMail: entry(api.CannotSend, "mail", "R4", "Mail can't be sent",
		"This server has no mail server set up. Ask the operator of this server to set one up, then try again."),
	CannotText: entry(api.CannotSend, "texts", "R11", "Text messages can't be sent",
		"This server has no SMS gateway set up. Use another method, or ask the operator of this server to set one up."),
	TextsStopped: entry(api.CannotSend, "stopped", "R18", "This phone opted out of text messages",
		fmt.Sprintf("It replied STOP, so no messages have been sent since. Text GO to %s from it and ask for a new code, or use another method.", account.CarrierShortCode)),

	BackupUnknown: entry(api.BackupCodeInactive, "unknown", "R74", "That is not one of your backup codes",
		"This account has no such backup code. Check the sheet and type the whole code again."),
	BackupUsed: entry(api.BackupCodeInactive, "used", "R74", "That backup code was already used",
		"Each backup code works once. Use the code with the number that is asked for."),
	BackupVoid: entry(api.BackupCodeInactive, "void", "R74", "That backup code is void",
		"It was replaced or cancelled and no longer works. Use a newer code, or another method."),
	BackupOrderVoids: entry(api.BackupCodeOutOfOrder, "voided", "R73", "That backup code was out of order",
		"Backup codes must be used in the order of their numbers. To be safe, all codes generated so far are now void. Sign in with another method and generate a new code."),
	BackupOrder: entry(api.BackupCodeOutOfOrder, "kept", "R73", "That backup code was out of order",
		"Backup codes must be used in the order of their numbers. Use the code with the number that is asked for."),

	BackupNone: entry(api.BackupCodeInactive, "none", "R74", "No backup code is active",
		"All of your codes were used or are void. Use another method and generate a new code after signing in. Without another method, ask the operator of this server to reset two-factor authentication."),

	KeyEnrolled: entry(api.KeyAlreadyEnrolled, "", "R33", "That security key is already enrolled",
		"It is in this account's list of keys. Use another key to add one."),
	KeyOtherAccount: entry(api.KeyAlreadyEnrolled, "foreign", "R33", "That security key's credential is in use",
		"The credential belongs to another account. Remove the key, insert it again and start over."),
	KeyUnknown: entry(api.KeyUnknown, "", "R33", "That security key does not belong to this account",
		"It is not in the account's list of keys. Use one that is, or another method."),
	KeyRefused: entry(api.Denied, "untrusted", "R30", "The security key's answer was refused",
		"Its signature or the signed data do not match this request. Touch the key to try again."),
	KeyFromLab: entry(api.KeyFromLab, "", "R30", "That is a virtual key of the lab",
		"A virtual key exists only inside a program, so it would protect nothing here. Use a physical security key."),
	KeyCopied: entry(api.KeyPossiblyCopied, "", "R34", "That security key may have been copied",
		"Its counter did not increase since the last use, so a copy may exist. Use another method, then delete the key."),
	KeyNoPIN: entry(api.KeyNotVerified, "", "R30", "The security key did not verify you",
		"This server requires the key's PIN or fingerprint, so that a lost key alone cannot sign in. Touch the key again and give its PIN or fingerprint. A key that has neither, and can't get a PIN, can't be used here."),
	KeyFormat: entry(api.Denied, "format", "R30", "That is not a USB or NFC security key",
		"Only authenticators built into a computer or phone answer like that. Use a security key."),
	KeyUnusable: entry(api.Denied, "public_key", "R30", "That security key's public key can't be used",
		"No signature could be verified safely with it, so the key is defective or its answer was changed on the way. Use another security key, and delete this one if it is in the account's list."),
	KeyForeignRP: entry(api.KeyForeignRP, "", "R30", "That security key was set up for another name of this server",
		"A security key works only with the name it was set up for. Use another method, then add the key again."),
	KeyForeignRPOnly: entry(api.KeyForeignRP, "only", "R30", "That security key was set up for another name of this server",
		"A security key works only with the name it was set up for, and no other method works now. Ask the operator of this server to use the old name again, then add another method."),
	KeysFull: entry(api.KeysFull, "", "R31", "No more security keys can be added",
		fmt.Sprintf("An account can have %d. Delete one that is no longer used, then add the new one.", account.KeysMax)),

	RequestDenied: entry(api.Denied, "phone", "R51", "The sign-in was denied on the phone",
		"Somebody answered the request with “Deny”. If that was a mistake, ask again or use another method."),
	RequestExpired: entry(api.ApprovalExpired, "", "R52", "The request to the phone has expired",
		"Nobody answered it within ten minutes. Ask again, or use another method."),
	RequestsFull: entry(api.Throttled, "requests", "R52", "The phone has several open requests",
		"Other sign-ins wait for an answer on the phone, so this one was not asked there. Use the step that is shown now, or answer those requests first."),
	RequestOpen: entry(api.ResendTooEarly, "request", "R52", "The phone has this request already",
		"It can be answered until the time shown. If no message came, open the app on the phone and look at Login requests."),
	WrongLoginCode: entry(api.WrongCode, "", "R90", "That is not the code",
		"It is not the code that your phone shows now under Security, Login code generator. Wait for the next code and type it before it changes."),
	CannotTextInstead: entry(api.CannotSend, "texts", "R53", "No code can be texted",
		"The account has no confirmed phone number, or this server has no SMS gateway. Use another method."),

	PasswordAgain: entry(api.ReauthenticationRequired, "", "R6", "Please enter your password again",
		"It was entered too long ago for this change. What you did here is kept; enter the password to go on."),
	SignInAgain: entry(api.ReauthenticationRequired, "sign_in", "R3", "Please sign in again",
		"The password was entered too long ago, so this was not checked. Enter the user name and the password to go on."),
	TwoFactorGone: entry(api.Conflict, "two_factor_off", "R61", "Two-factor authentication is off",
		"It was turned off in the meantime, so no second step was checked. The password alone is enough to sign in."),
	MethodGone: entry(api.Conflict, "method_off", "R60", "That second step is no longer on",
		"It was turned off in the meantime. Use the step that is shown now."),
	NumberChanged: entry(api.Conflict, "number_changed", "R16", "The phone number was changed",
		"Codes go to the new number now, and a code that was sent to the old one no longer works. Use the step that is shown now."),
	KeysChanged: entry(api.Conflict, "keys_changed", "R31", "The list of security keys was changed",
		"A key was added or deleted in the meantime. Use the key when it is asked for again."),
	EmailGone: entry(api.Conflict, "address_confirmed", "R4", "The address is set already",
		"One was set or confirmed in another way in the meantime. Go on with the step that is shown now."),
	MethodNotOn: entry(api.Conflict, "not_on", "R60", "That method is not on",
		"There is nothing to turn off. Check the list of methods again."),
	Changed: entry(api.Conflict, "more_to_lose", "R61", "The account has changed in the meantime",
		"Turning the method off would now do more than was shown. Check the list again, then confirm."),
	PartChanged: entry(api.Conflict, "changed", "R16", "The account has changed in the meantime",
		"What this would replace was changed in another way since it was begun, so nothing was replaced. Check what is shown, then go on or cancel."),
	SameEmail: entry(api.Conflict, "same_address", "R6", "That is already your address",
		"Nothing would change. Enter another one, or cancel."),
	SamePhone: entry(api.Conflict, "same_number", "R16", "That is already your number",
		"It is confirmed and in use. Enter another one, or cancel."),
	SamePassword: entry(api.Conflict, "same_password", "R6", "That is already your password",
		"Nothing would change. Choose another one, or cancel."),
}

func entry(code, variant, rule, title, detail string) refusal {
	return refusal{code, variant, rule, title, detail}
}

// Reasons lists every reason.
func Reasons() []Reason {
	all := make([]Reason, 0, len(refusals))
	for reason := WrongCredentials; reason < reasonCount; reason++ {
		all = append(all, reason)
	}
	return all
}

// Refuse returns the refusal for a reason: what happened, why, and what to do next, in
// plain English for clients without texts of their own. It never reveals how close a
// wrong code was.
func Refuse(reason Reason) api.Refusal {
	if reason <= 0 || reason >= reasonCount {
		return Malformed("", "This input can't be used here. Go back and try again.")
	}
	r := refusals[reason]
	return api.Refusal{Code: r.code, Reason: r.variant, Rule: r.rule, Title: r.title, Detail: r.detail, Limit: limits[reason]}
}

// MalformedText returns the refusal of a text for an error of package account, with the
// advice that helps. detail is for errors without an advice.
func MalformedText(field string, err error, detail string) api.Refusal {
	advice := account.Advise(err, detail)
	r := Malformed(field, advice.Detail)
	r.Character = advice.Character
	if advice.Reason != "" {
		r.Reason = advice.Reason
	}
	return r
}

// limits are the numbers behind reasons. That of PasswordShort depends on the policy
// (proof.Checker.NewPassword).
var limits = map[Reason]int{
	PasswordLong: account.PasswordMax,
	KeysFull:     account.KeysMax,
}

// Malformed returns the refusal of an input whose value is not allowed.
func Malformed(field, detail string) api.Refusal {
	return api.Refusal{
		Code:   api.Malformed,
		Reason: api.ReasonValue,
		Rule:   fieldRules[field],
		Title:  "That can't be read",
		Detail: detail,
		Field:  field,
	}
}

// Missing returns the refusal of an input that lacks a field.
func Missing(field, detail string) api.Refusal {
	r := Malformed(field, detail)
	r.Reason = api.ReasonMissing
	return r
}

// missingDetail says what to do about a field without a value.
func missingDetail(field string) string {
	switch field {
	case "response":
		return "The security key's answer is missing. Touch the key again."
	case "method":
		return "No method was chosen. Choose one of those listed."
	case "username":
		return "The user name is missing. Type it, then go on."
	}
	return "The " + field + " is missing. Type it, then go on."
}

// fieldRules are the rules that say what the fields of inputs look like.
var fieldRules = map[string]string{
	"username": "R0",
	"password": "R0",
	"address":  "R4",
	"number":   "R10",
	"code":     "R11",
	"response": "R30",
	"label":    "R31",
	"method":   "R60",
}
