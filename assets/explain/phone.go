package explain

import (
	"strings"

	"nightlatch/server/e164"
)

// PhoneNumber formats a number in E.164 for reading: "+1 202-555-0143". Text that is
// not a whole number, such as a masked one, is returned unchanged.
func PhoneNumber(number string) string {
	n, err := e164.Parse(number, "")
	if err != nil {
		return number
	}
	return n.International()
}

// Dialled is a number in E.164 that was typed as people dial it in a country (ISO 3166-1
// alpha-2). Text that is no number there is returned unchanged: the server says why.
func Dialled(typed, country string) string {
	n, err := e164.Parse(typed, country)
	if err != nil {
		return typed
	}
	return n.String()
}

// LastDigits returns the last four digits of a phone number, for "ending in 0143".
// Characters other than ASCII digits are skipped, so a masked number will do.
func LastDigits(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	return digits[max(0, len(digits)-4):]
}
