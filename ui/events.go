package ui

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/kit/look"
)

// eventTitle is what happened, in one line. The most specific translation is used:
// activity.<type>.<detail>, then activity.<type>.
func eventTitle(w *assets.Catalog, e api.Activity) string {
	args := eventArgs(w, e)
	for _, detail := range []string{"method", "protocol", "factor"} {
		if v := e.Details[detail]; v != "" {
			if key := "activity." + string(e.Type) + "." + v; w.Has(key) {
				return w.T(key, args)
			}
		}
	}
	if key := "activity." + string(e.Type); w.Has(key) {
		return w.T(key, args)
	}
	return w.T("activity.other", assets.Args{"type": string(e.Type)})
}

// eventDetail is a second line, "" for none.
func eventDetail(w *assets.Catalog, e api.Activity) string {
	args := eventArgs(w, e)
	if reason := e.Details["reason"]; reason != "" {
		if key := "activity.reason." + reason; w.Has(key) {
			return w.T(key, args)
		}
	}
	if key := "activity." + string(e.Type) + ".detail"; w.Has(key) {
		return w.T(key, args)
	}
	return ""
}

// eventArgs are the details as arguments of a translation.
func eventArgs(w *assets.Catalog, e api.Activity) assets.Args {
	args := assets.Args{"label": "", "number": "", "count": "", "address": "", "was": "", "method": "", "factor": ""}
	for k, v := range e.Details {
		args[k] = v
	}
	for _, name := range []string{"method", "factor"} {
		if key := "activity.by." + e.Details[name]; e.Details[name] != "" && w.Has(key) {
			args[name] = w.T(key)
		}
	}
	if p := e.Details["protocol"]; p != "" {
		args["protocol"] = serviceName(w, p)
	}
	return args
}

// eventClient is the client that caused an event, and its address.
func eventClient(w *assets.Catalog, e api.Activity) string {
	return clientName(w, e.Client, e.RemoteAddr)
}

// clientName is the name of a client. place is its remote address.
func clientName(w *assets.Catalog, client, place string) string {
	switch {
	case place == "console" && (client == "" || client == "Nightlatch"):
		return w.T("ui.client.here")
	case place == "console":
		return client
	case client == "seed" || place == "seed":
		return w.T("ui.client.seed")
	case client == "" && place == "":
		return ""
	case client == "":
		return place
	case place == "" || place == "127.0.0.1" || place == "::1":
		return client
	}
	return w.T("ui.client.at", client, place)
}

// eventIcon is the icon of an event and its colour: a warning if something was refused,
// otherwise the icon of the subject.
func eventIcon(e api.Activity) (string, fyne.ThemeColorName) {
	if isRefusal(e) {
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
	case api.EventKeyPossiblyCopied, api.EventRestored, api.EventBackupFailed:
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

// A filter selects events.
type filter int

// The filters, in the order of the bar.
const (
	filterAll filter = iota
	filterSignIns
	filterChanges
	filterRefusals
)

// matches reports whether an event passes the filter.
func (f filter) matches(e api.Activity) bool {
	switch f {
	case filterSignIns:
		return isSignIn(e)
	case filterChanges:
		return !isRefusal(e) && !isUse(e)
	case filterRefusals:
		return isRefusal(e)
	}
	return true
}

// isRefusal reports whether an event is about something that was refused.
func isRefusal(e api.Activity) bool {
	switch e.Type {
	case api.EventSignInFailed, api.EventPasswordRefused, api.EventCodeRefused, api.EventBackupCodeRefused, api.EventTemporaryPasswordRefused, api.EventThrottled, api.EventMethodDisabled:
		return true
	}
	return e.Refused
}

// isSignIn reports whether an event is about signing in or out.
func isSignIn(e api.Activity) bool {
	switch e.Type {
	case api.EventSignedIn, api.EventSignInFailed, api.EventSignedOut, api.EventSessionEnded, api.EventSessionsEnded, api.EventBackupCodeUsed, api.EventTemporaryPasswordUsed:
		return true
	}
	return false
}

// isUse reports whether an event changed nothing in the account.
func isUse(e api.Activity) bool {
	switch e.Type {
	case api.EventSignedIn, api.EventSignedOut, api.EventPasswordProved, api.EventCodeSent, api.EventTemporaryPasswordUsed, api.EventBackupCodeUsed:
		return true
	}
	return false
}
