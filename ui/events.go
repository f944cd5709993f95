package ui

import (
	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit/look"
)

// eventIcon is the icon of an event and its colour: a warning if something was refused,
// otherwise the icon of the subject.
func eventIcon(e api.Activity) (string, fyne.ThemeColorName) {
	if api.IsRefusal(e.Type, e.Refused) {
		return "refused", look.Danger
	}
	icon := "info"
	switch e.Type {
	case api.EventAccountCreated, api.EventFindableOn, api.EventFindableOff, api.EventSignUpChanged, api.EventInviteUsed, api.EventOwnerMade, api.EventOwnerHandedOn:
		icon = "user"
	case api.EventSignedIn, api.EventPasswordProved, api.EventTwoFactorOn, api.EventUnlocked:
		icon = "check"
	case api.EventSignedOut, api.EventSessionEnded, api.EventSessionsEnded:
		icon = "sessions"
	case api.EventPasswordChanged, api.EventBackupsChanged:
		icon = "lock"
	case api.EventCodeSent, api.EventTextEnabled, api.EventPhoneChanged, api.EventPhoneDeleted, api.EventCarrierOptIn, api.EventCarrierOptOut:
		icon = "message"
	case api.EventEmailConfirmed, api.EventEmailChanged, api.EventEmailKept, api.EventDeliveryChanged, api.EventInvited, api.EventInviteTakenBack:
		icon = "mail"
	case api.EventAppEnabled:
		icon = "app"
	case api.EventKeyAdded, api.EventKeyRenamed, api.EventKeyDeleted:
		icon = "key"
	case api.EventPhoneAppAdded, api.EventPhoneAppRemoved, api.EventPhoneRestored, api.EventAppKeyMade, api.EventRequestMade, api.EventRequestApproved, api.EventRequestDenied:
		icon = "login-request"
	case api.EventKeyPossiblyCopied, api.EventRequestReported, api.EventPhoneSignedOut, api.EventRestored, api.EventBackupFailed:
		return "attention", look.Brass
	case api.EventMethodOff, api.EventTwoFactorOff, api.EventTwoFactorReset:
		icon = "shield-off"
	case api.EventBackupCodeIssued, api.EventBackupCodeUsed, api.EventBackupCodesVoided, api.EventBackupCodesReplaced:
		icon = "backup-codes"
	case api.EventTemporaryPasswordMade, api.EventTemporaryPasswordTexted, api.EventTemporaryPasswordUsed, api.EventTemporaryPasswordRevoked, api.EventTemporaryPasswordsRevoked:
		icon = "temporary-password"
	}
	return icon, look.Ink2
}
