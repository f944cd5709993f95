package typeset

import (
	"strings"
	"unicode"
)

// Digit converts a decimal digit of any script (Arabic, Devanagari, full width …) to
// the ASCII digit, because people type with the keyboard they have. ok is false for
// other characters.
func Digit(r rune) (digit rune, ok bool) {
	if r >= '0' && r <= '9' {
		return r, true
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10, true
		}
	}
	return 0, false
}

// Crockford converts a character to a symbol of Crockford's base32, in lower case. O
// becomes 0, I and L become 1; U is not in the alphabet (R76).
func Crockford(r rune) (symbol rune, ok bool) {
	if d, ok := Digit(r); ok {
		return d, true
	}
	r = unicode.ToLower(r)
	switch r {
	case 'o':
		return '0', true
	case 'i', 'l':
		return '1', true
	}
	return r, strings.ContainsRune("abcdefghjkmnpqrstvwxyz", r)
}
