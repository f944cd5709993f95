package audit

// The types of events.
const (
	AccountCreated  = "account-created"
	SignedIn        = "signed-in"
	SignInFailed    = "sign-in-failed"
	SignedOut       = "signed-out"
	SessionEnded    = "session-ended"
	SessionsEnded   = "sessions-ended" // all but one (R44)
	PasswordProved  = "password-proved"
	PasswordRefused = "password-refused" // a wrong one, in a session
	PasswordChanged = "password-changed"
	Throttled       = "throttled"    // R43
	CodeRefused     = "code-refused" // wrong, expired, used or drifted
	CodeSent        = "code-sent"

	EmailConfirmed  = "email-confirmed" // R4
	EmailKept       = "email-kept"      // R4, with mail kept on this computer: nobody proved that the address takes mail
	EmailChanged    = "email-changed"
	PhoneChanged    = "phone-changed" // R16
	PhoneDeleted    = "phone-deleted" // R17
	FindableOn      = "findable-on"   // R10: people who have the number find the account
	FindableOff     = "findable-off"
	DeliveryChanged = "delivery-changed" // how mail and texts leave this server
	CarrierOptIn    = "carrier-opt-in"   // R18
	CarrierOptOut   = "carrier-opt-out"

	TextEnabled       = "text-enabled"
	AppEnabled        = "app-enabled"
	KeyAdded          = "key-added"
	KeyRenamed        = "key-renamed"
	KeyDeleted        = "key-deleted"
	KeyPossiblyCopied = "key-possibly-copied" // R34
	MethodOff         = "method-off"          // R60
	MethodDisabled    = "method-disabled"     // R43: too many failures in a row; nobody signs in
	TwoFactorOn       = "two-factor-on"
	TwoFactorOff      = "two-factor-off"   // R61
	TwoFactorReset    = "two-factor-reset" // R102: off, by whoever runs the server
	Unlocked          = "unlocked"         // R43, by whoever runs the server

	BackupCodeIssued    = "backup-code-issued"
	BackupCodeUsed      = "backup-code-used"
	BackupCodeRefused   = "backup-code-refused"
	BackupCodesVoided   = "backup-codes-voided"   // R73
	BackupCodesReplaced = "backup-codes-replaced" // R71

	TemporaryPasswordMade     = "temporary-password-made"
	TemporaryPasswordTexted   = "temporary-password-texted" // R82
	TemporaryPasswordUsed     = "temporary-password-used"
	TemporaryPasswordRefused  = "temporary-password-refused"
	TemporaryPasswordRevoked  = "temporary-password-revoked"
	TemporaryPasswordsRevoked = "temporary-passwords-revoked"
)
