package ui

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// eventTitle is what happened, in a line. A type has words of its own, and where
// it wants them, of a method or a reason.
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

// eventDetail says more about what happened, "" when there is no more to say.
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

// eventArgs are the details, with names of things in words.
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

// eventPlace is who did it, or from where.
func eventPlace(w *assets.Catalog, e api.Activity) string {
	return clientName(w, e.Client, e.RemoteAddr)
}

// clientName is a client of this account, as people call it.
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

// eventIcon is the icon of an event: of what it is about, or that it was refused.
func eventIcon(e api.Activity) (string, fyne.ThemeColorName) {
	if e.Refused {
		return "refused", kit.Danger
	}
	icon := "info"
	switch e.Type {
	case api.EventAccountCreated, api.EventFindableOn, api.EventFindableOff:
		icon = "user"
	case api.EventSignedIn, api.EventPasswordProved, api.EventTwoFactorOn, api.EventUnlocked:
		icon = "check"
	case api.EventSignedOut, api.EventSessionEnded, api.EventSessionsEnded:
		icon = "sessions"
	case api.EventSignInFailed, api.EventPasswordRefused, api.EventCodeRefused, api.EventBackupCodeRefused, api.EventTemporaryPasswordRefused, api.EventThrottled, api.EventMethodDisabled:
		return "refused", kit.Danger
	case api.EventPasswordChanged:
		icon = "lock"
	case api.EventCodeSent, api.EventTextEnabled, api.EventPhoneChanged, api.EventPhoneDeleted, api.EventCarrierOptIn, api.EventCarrierOptOut:
		icon = "message"
	case api.EventEmailConfirmed, api.EventEmailChanged, api.EventEmailKept, api.EventDeliveryChanged:
		icon = "mail"
	case api.EventAppEnabled:
		icon = "app"
	case api.EventKeyAdded, api.EventKeyRenamed, api.EventKeyDeleted:
		icon = "key"
	case api.EventKeyPossiblyCopied:
		return "attention", kit.Brass
	case api.EventMethodOff, api.EventTwoFactorOff, api.EventTwoFactorReset:
		icon = "shield-off"
	case api.EventBackupCodeIssued, api.EventBackupCodeUsed, api.EventBackupCodesVoided, api.EventBackupCodesReplaced:
		icon = "backup-codes"
	case api.EventTemporaryPasswordMade, api.EventTemporaryPasswordTexted, api.EventTemporaryPasswordUsed, api.EventTemporaryPasswordRevoked, api.EventTemporaryPasswordsRevoked:
		icon = "temporary-password"
	}
	return icon, kit.Ink2
}

// A filter is which events one wants to see.
type filter int

// The filters, in the order of the bar.
const (
	filterAll filter = iota
	filterSignIns
	filterChanges
	filterRefusals
)

// lets reports whether an event passes the filter.
func (f filter) lets(e api.Activity) bool {
	_, ink := eventIcon(e)
	refused := e.Refused || ink == kit.Danger
	switch f {
	case filterSignIns:
		switch e.Type {
		case api.EventSignedIn, api.EventSignInFailed, api.EventSignedOut, api.EventSessionEnded, api.EventSessionsEnded, api.EventBackupCodeUsed, api.EventTemporaryPasswordUsed:
			return true
		}
		return false
	case filterChanges:
		switch e.Type {
		case api.EventSignedIn, api.EventSignedOut, api.EventPasswordProved, api.EventCodeSent, api.EventTemporaryPasswordUsed, api.EventBackupCodeUsed:
			return false
		}
		return !refused
	case filterRefusals:
		return refused
	}
	return true
}
