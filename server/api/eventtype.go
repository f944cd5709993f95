package api

// An EventType is the type of an Activity. Each has a text in assets/translations,
// activity.<type>.
type EventType string

// The types of events in an account's activity list.
const (
	EventAccountCreated  EventType = "account-created"
	EventSignedIn        EventType = "signed-in"
	EventSignInFailed    EventType = "sign-in-failed"
	EventSignedOut       EventType = "signed-out"
	EventSessionEnded    EventType = "session-ended"
	EventSessionsEnded   EventType = "sessions-ended" // all but one (R44)
	EventPasswordProved  EventType = "password-proved"
	EventPasswordRefused EventType = "password-refused" // a wrong one, in a session
	EventPasswordChanged EventType = "password-changed"
	EventThrottled       EventType = "throttled"    // R43
	EventCodeRefused     EventType = "code-refused" // wrong, expired, used or drifted
	EventCodeSent        EventType = "code-sent"

	EventEmailConfirmed  EventType = "email-confirmed" // R4
	EventEmailKept       EventType = "email-kept"      // R4, with mail kept on this computer, which does not prove the address
	EventEmailChanged    EventType = "email-changed"
	EventPhoneChanged    EventType = "phone-changed" // R16
	EventPhoneDeleted    EventType = "phone-deleted" // R17
	EventFindableOn      EventType = "findable-on"   // R10: people who have the number find the account
	EventFindableOff     EventType = "findable-off"
	EventDeliveryChanged EventType = "delivery-changed"  // how this server sends mail and texts
	EventSignUpChanged   EventType = "sign-up-changed"   // R7: who may sign up
	EventInvited         EventType = "invited"           // R7: the owner invited somebody
	EventInviteTakenBack EventType = "invite-taken-back" // … and took the invitation back
	EventInviteUsed      EventType = "invite-used"       // R7: an invited user made an account
	EventOwnerMade       EventType = "owner-made"        // R7: this account is now the server owner's
	EventOwnerHandedOn   EventType = "owner-handed-on"   // … and no longer
	EventCarrierOptIn    EventType = "carrier-opt-in"    // R18
	EventCarrierOptOut   EventType = "carrier-opt-out"

	EventTextEnabled       EventType = "text-enabled"
	EventAppEnabled        EventType = "app-enabled"
	EventKeyAdded          EventType = "key-added"
	EventKeyRenamed        EventType = "key-renamed"
	EventKeyDeleted        EventType = "key-deleted"
	EventKeyPossiblyCopied EventType = "key-possibly-copied" // R34
	EventMethodOff         EventType = "method-off"          // R60
	EventMethodDisabled    EventType = "method-disabled"     // R43: too many failures in a row; signing in is locked
	EventTwoFactorOn       EventType = "two-factor-on"
	EventTwoFactorOff      EventType = "two-factor-off"   // R61
	EventTwoFactorReset    EventType = "two-factor-reset" // R102: turned off by the operator of the server
	EventUnlocked          EventType = "unlocked"         // R43, by the operator of the server, or by the password in a session
	EventBackupsChanged    EventType = "backups-changed"  // daily backups, for the owner of the server
	EventBackupFailed      EventType = "backup-failed"    // the first daily backup that failed after one that did not
	EventRestored          EventType = "restored"         // the operator restored the server's data from a backup

	EventBackupCodeIssued    EventType = "backup-code-issued"
	EventBackupCodeUsed      EventType = "backup-code-used"
	EventBackupCodeRefused   EventType = "backup-code-refused"
	EventBackupCodesVoided   EventType = "backup-codes-voided"   // R73
	EventBackupCodesReplaced EventType = "backup-codes-replaced" // R71

	EventTemporaryPasswordMade     EventType = "temporary-password-made"
	EventTemporaryPasswordTexted   EventType = "temporary-password-texted" // R82
	EventTemporaryPasswordUsed     EventType = "temporary-password-used"
	EventTemporaryPasswordRefused  EventType = "temporary-password-refused"
	EventTemporaryPasswordRevoked  EventType = "temporary-password-revoked"
	EventTemporaryPasswordsRevoked EventType = "temporary-passwords-revoked"
)
