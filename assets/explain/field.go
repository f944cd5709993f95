package explain

import (
	"strings"

	"nightlatch/server/api"
)

// fieldOf is the field that an explanation belongs to, by its wire name, where the API does
// not name one: the field whose text has to be changed. It is "" if no single field is wrong
// (user name and password do not match), or if other input would not help (too many tries).
func fieldOf(code, variant string) string {
	for _, own := range []string{"empty.", "short."} { // of the screens
		if name, ok := strings.CutPrefix(code, own); ok {
			if name == "backup" {
				return "code"
			}
			return name
		}
	}
	switch code {
	case api.WrongCode, api.CodeUsed, api.CodeExpired, api.ClockDrift, api.BackupCodeInactive:
		if variant != "not_sent" && variant != "clock_set_back" {
			return "code"
		}
	case api.BackupCodeOutOfOrder:
		if variant == "kept" { // otherwise all codes are void now
			return "code"
		}
	case api.InvalidCredentials:
		if variant == "password" || variant == "temporary_password" || variant == "changed" {
			return "password"
		}
	case "key_wrong_pin", "key_pin_required", "key_pin_policy", "key_pin_same", "key_pin_auth_blocked":
		return "pin" // of a security key, which answers the window
	case api.PasswordRefused:
		return "password"
	case api.UsernameTaken:
		return "username"
	case api.InvitationRequired, api.InvitationInvalid:
		return "invitation"
	case api.Conflict:
		if name, same := strings.CutPrefix(variant, "same_"); same {
			return name
		}
	}
	return ""
}

// Sentence is an explanation as running text, for the line below a field.
func (e Explanation) Sentence() string {
	var parts []string
	for _, p := range []string{e.What, e.Why, e.Next} {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if !strings.ContainsAny(p[len(p)-1:], ".!?:") && !strings.HasSuffix(p, "。") {
			p += "."
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, " ")
}
