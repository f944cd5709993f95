package typeset

import (
	"strings"
	"unicode"
)

// Digit reads a decimal digit of any script (Arabic, Devanagari, full width …) as
// the ASCII one: people type with the keyboard they have.
func Digit(r rune) (rune, bool) {
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

// Crockford reads a sign of Crockford's base32 in lower case. O is read as 0, I
// and L as 1; U is not in the alphabet (R76).
func Crockford(r rune) (rune, bool) {
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
