package assets

import (
	"regexp"
	"slices"
	"testing"
)

// A text that names a time says what is left, or is about a rule that holds in every
// state. These are about rules.
var ruleTimes = map[string]string{
	"error.code_expired.text.why":          "the whole life of a code that has expired",
	"error.code_expired.email.why":         "the same",
	"error.invitation_invalid.expired.why": "R7; the whole life of an invitation that has expired",
	"ui.accounts.invite-new-why":           "R7; the life of an invitation that is about to be made",
	"error.resend_too_early.why":           "how long a text can take",
	"error.key_none.what":                  "fido.DefaultTimeout",
	"error.key_tap_again.why":              "CTAP 2.1, 11.3.1",
	"error.key_reset_late.why":             "CTAP 2.1, 6.6",
	"ui.key.reset.in":                      "CTAP 2.1, 6.6; a countdown is beside it",
	"lab.minute":                           "a button",
	"lab.hour":                             "a button",
	"ui.rescue.next.turn-on.why":           "how long it takes a person",
	"wizard.overview.text.lead":            "how long it takes a person",
	"wizard.overview.app.lead":             "how long it takes a person",
	"wizard.overview.key.lead":             "how long it takes a person",
	"wizard.code.text.late-link":           "R12",
	"wizard.code.text.late":                "R12",
	"wizard.code.email.late-link":          "R12",
	"wizard.code.email.late":               "R12",
	"wizard.code.app.lead":                 "RFC 6238",
	"wizard.code.app.late-why":             "R21",
	"wizard.approval.code-lead":            "R90",
	"error.approval_expired.why":           "R52; the whole life of a request that has expired",
	"wizard.password.lead":                 "R3; the password is entered now",
	"ui.reauth.why":                        "R3; the password is entered now",
	"wizard.finished.reauthenticate.lead":  "R3; the password was entered just now",
	"ui.sessions.policy.classic":           "R44",
	"ui.sessions.policy.hardened":          "R44",
	"wizard.signed-in.lead-classic":        "R44",
	"wizard.signed-in.lead-hardened":       "R44",
}

func TestTextsHaveNoConstantTimes(t *testing.T) {
	t.Parallel()
	times := regexp.MustCompile(`(?i)\b(\d+|one|an|two|five|ten|thirty|sixty) (second|minute|hour|day)s?\b`)
	w := english(t)
	var found []string
	for _, key := range w.Keys() {
		if times.MatchString(w.T(key)) {
			found = append(found, key)
			if ruleTimes[key] == "" {
				t.Errorf("%s: %q: say what is left, or add the rule to ruleTimes", key, w.T(key))
			}
		}
	}
	for key := range ruleTimes {
		if !slices.Contains(found, key) {
			t.Errorf("%s names no time: remove it from ruleTimes", key)
		}
	}
}
