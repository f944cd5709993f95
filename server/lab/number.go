package lab

import (
	"errors"
	"strings"

	"nightlatch/server/rawtext"
)

var errNumber = errors.New("lab: not an E.164 number")

// normalize returns a phone number in E.164 form: a plus sign and 7 to 15 digits, the
// first not zero (ITU-T E.164). The plus sign may be missing, since a path may have +1…,
// %2B1… or 1…. Spaces, dashes, dots and parentheses are ignored.
func normalize(s string) (string, error) {
	var digits strings.Builder
	for _, r := range strings.TrimPrefix(rawtext.Parsed(s), "+") {
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
