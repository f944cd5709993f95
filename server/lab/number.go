package lab

import (
	"errors"
	"strings"
)

var errNumber = errors.New("lab: not an E.164 number")

// normalize brings a phone number into E.164 form (ITU-T E.164: a plus and 7 to
// 15 digits, the first not zero). In a path it may come as +1…, %2B1… or without
// the plus; spaces, dashes, dots and parentheses do not count.
func normalize(s string) (string, error) {
	var digits strings.Builder
	for _, r := range strings.TrimPrefix(strings.TrimSpace(s), "+") {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case strings.ContainsRune(" -.()", r):
		default:
			return "", errNumber
		}
		if digits.Len() > 15 {
			return "", errNumber
		}
	}
	d := digits.String()
	if len(d) < 7 || d[0] == '0' {
		return "", errNumber
	}
	return "+" + d, nil
}
