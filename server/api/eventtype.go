package api

// An EventType is the type of an Activity. Each has a text in assets/translations,
// activity.<type>.
type EventType string

// The types of events in an account's activity list.
const (
	EventAccountCreated  EventType = "account-created"  // the account was made
	EventSignedIn        EventType = "signed-in"        // a session began, or a program signed in
	EventSignInFailed    EventType = "sign-in-failed"   // a wrong password or a wrong second step
	EventSignedOut       EventType = "signed-out"       // a session ended itself
	EventSessionEnded    EventType = "session-ended"    // a session was ended by another one
	EventSessionsEnded   EventType = "sessions-ended"   // all but one (R44)
	EventPasswordProved  EventType = "password-proved"  // the password was entered again
	EventPasswordRefused EventType = "password-refused" // a wrong one, in a session
	EventPasswordChanged EventType = "password-changed" // the password was changed
	EventThrottled       EventType = "throttled"        // R43
	EventCodeRefused     EventType = "code-refused"     // wrong, expired, used or drifted
	EventCodeSent        EventType = "code-sent"        // a code was sent

	EventEmailConfirmed  EventType = "email-confirmed"   // R4
	EventEmailKept       EventType = "email-kept"        // R4, set while no mail could be sent, so that nothing proves the address
	EventEmailChanged    EventType = "email-changed"     // the address was replaced
	EventPhoneChanged    EventType = "phone-changed"     // R16
	EventPhoneDeleted    EventType = "phone-deleted"     // R17
	EventFindableOn      EventType = "findable-on"       // R10: people who have the number find the account
	EventFindableOff     EventType = "findable-off"      // R10: people who have the number no longer find the account
	EventDeliveryChanged EventType = "delivery-changed"  // how this server sends mail and texts
	EventSignUpChanged   EventType = "sign-up-changed"   // R7: who may sign up
	EventInvited         EventType = "invited"           // R7: the owner invited somebody
	EventInviteTakenBack EventType = "invite-taken-back" // … and took the invitation back
	EventInviteUsed      EventType = "invite-used"       // R7: an invited user made an account
	EventOwnerMade       EventType = "owner-made"        // R7: this account is now the server owner's
	EventOwnerHandedOn   EventType = "owner-handed-on"   // … and no longer
	EventCarrierOptIn    EventType = "carrier-opt-in"    // R18
	EventCarrierOptOut   EventType = "carrier-opt-out"   // R18: the phone sent STOP

	EventTextEnabled       EventType = "text-enabled"           // text messages were set up
	EventAppEnabled        EventType = "app-enabled"            // an authenticator app was set up
	EventKeyAdded          EventType = "key-added"              // a security key was enrolled
	EventKeyRenamed        EventType = "key-renamed"            // a security key got another name
	EventKeyDeleted        EventType = "key-deleted"            // a security key was deleted
	EventKeyPossiblyCopied EventType = "key-possibly-copied"    // R34
	EventPhoneAppAdded     EventType = "phone-app-added"        // R91: a phone was registered as the account's app
	EventPhoneAppRemoved   EventType = "phone-app-removed"      // a phone is no longer the account's app
	EventPhoneRestored     EventType = "phone-restored"         // R93: a restored phone signed in with a temporary password
	EventAppKeyMade        EventType = "app-key-made"           // R91: a phone got a new app key
	EventPhoneSignedOut    EventType = "phone-signed-out"       // R54: the phone that set a method up signed out, which turned it off
	EventRequestMade       EventType = "login-request-made"     // R50: a sign-in waits for an approval
	EventRequestApproved   EventType = "login-request-approved" // a phone approved it, and the sign-in went on
	EventRequestDenied     EventType = "login-request-denied"   // it was denied
	EventRequestReported   EventType = "login-request-reported" // R51, R52: denied with a report or a wrong number
	EventMethodOff         EventType = "method-off"             // R60
	EventMethodDisabled    EventType = "method-disabled"        // R43: too many failures in a row; signing in is locked
	EventTwoFactorOn       EventType = "two-factor-on"          // two-factor authentication went on
	EventTwoFactorOff      EventType = "two-factor-off"         // R61
	EventTwoFactorReset    EventType = "two-factor-reset"       // R102: turned off by the operator of the server
	EventUnlocked          EventType = "unlocked"               // R43, by the operator of the server, or by the password in a session
	EventBackupsChanged    EventType = "backups-changed"        // daily backups, for the owner of the server
	EventBackupFailed      EventType = "backup-failed"          // the first daily backup that failed after one that did not
	EventRestored          EventType = "restored"               // the operator restored the server's data from a backup

	EventBackupCodeIssued    EventType = "backup-code-issued"    // a backup code was generated
	EventBackupCodeUsed      EventType = "backup-code-used"      // somebody signed in with a backup code
	EventBackupCodeRefused   EventType = "backup-code-refused"   // a backup code was refused
	EventBackupCodesVoided   EventType = "backup-codes-voided"   // R73
	EventBackupCodesReplaced EventType = "backup-codes-replaced" // R71

	EventTemporaryPasswordMade     EventType = "temporary-password-made"     // a temporary password was made
	EventTemporaryPasswordTexted   EventType = "temporary-password-texted"   // R82
	EventTemporaryPasswordUsed     EventType = "temporary-password-used"     // the first use of a temporary password
	EventTemporaryPasswordRefused  EventType = "temporary-password-refused"  // a program sent a password that does not work
	EventTemporaryPasswordRevoked  EventType = "temporary-password-revoked"  // a temporary password was revoked
	EventTemporaryPasswordsRevoked EventType = "temporary-passwords-revoked" // all temporary passwords were revoked
)
