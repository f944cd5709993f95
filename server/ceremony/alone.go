package ceremony

import (
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
)

// alone has the details for users who have no other method that works now. The usual ones
// advise another method.
var alone = map[Reason]string{
	NoCodeSent: "Choose Send again to get one.",
	SendLimit:  "Several codes were sent and never entered. Wait until the time shown.",
	CannotText: "This server has no SMS gateway set up. Ask the operator of this server to set one up, or to reset two-factor authentication.",
	TextsStopped: fmt.Sprintf("It replied STOP, so no messages have been sent since. Text GO to %s from it, then choose Send again. If that is not possible, ask the operator of this server to reset two-factor authentication.",
		account.CarrierShortCode),
	BackupVoid:        "It was replaced or cancelled and no longer works. Use a newer code.",
	BackupOrderVoids:  "Backup codes must be used in the order of their numbers. To be safe, all codes generated so far are now void. Go on with the step that is shown now. If that is not possible, ask the operator of this server to reset two-factor authentication.",
	BackupNone:        "All of your codes were used or are void, and no other method works now. Ask the operator of this server to reset two-factor authentication.",
	KeyUnknown:        "It is not in the account's list of keys. Use one that is.",
	KeyCopied:         "Its counter did not increase since the last use, so a copy may exist. Use another key. Without one, ask the operator of this server to reset two-factor authentication.",
	RequestDenied:     "Somebody answered the request with “Deny”. If that was a mistake, ask again.",
	RequestExpired:    "Nobody answered it within ten minutes. Ask again.",
	CannotTextInstead: "The account has no confirmed phone number, or this server has no SMS gateway.",
}

// fitting returns a refusal with advice that fits the step on which it is shown.
func fitting(r *api.Refusal, step api.Step) *api.Refusal {
	if r == nil || !api.Alone(step) {
		return r
	}
	for reason, detail := range alone {
		if usual := refusals[reason]; usual.code == r.Code && usual.variant == r.Reason && usual.detail == r.Detail {
			changed := *r
			changed.Detail = detail
			return &changed
		}
	}
	return r
}
