package e164

import (
	"strings"
	"unicode"
)

const (
	minTyped = 3 // digits before the first letter; with fewer it is not a number

	pluses = "+＋"

	// Characters that may be between digits: dashes, spaces, dots, slashes, brackets,
	// tildes, their full-width forms, the star, and x as a placeholder for a carrier in
	// Brazil.
	punctuation = "-‐‑‒–—―−ー－．／ \u00a0\u00ad\u200b\u2060\u3000()（）［］.[]/~⁓∼～xX*"

	keypad = "22233344455566677778889999" // the digits of A to Z, ITU-T E.161
)

// extension matches an extension or a second number.
const extension = `(?i)/ *x` +
	`|(?:e?xt(?:ensio)?n?|anexo)[.．]?[ \x{a0}-]*\p{Nd}+$` +
	`|(?:[x~～]|int)[.．]?[ \x{a0}-]*\p{Nd}{1,9}$`

// written is a number as typed: its digits, and whether a plus sign is before them.
type written struct {
	plus   bool
	digits string // ASCII
}

// read finds the number in what was typed. Error: ErrMalformed.
func read(typed string) (written, error) {
	start := strings.IndexFunc(typed, func(r rune) bool { return strings.ContainsRune(pluses, r) || unicode.IsDigit(r) })
	if len(typed) > maxInput || start < 0 ||
		strings.Contains(typed, ";") { // parameters of a tel: URI (RFC 3966 §3): extension, subaddress, context
		return written{}, ErrMalformed
	}
	number := typed[start:]
	rest := strings.TrimLeft(number, pluses)
	digits, letters, foreign := 0, 0, false
	for _, r := range rest {
		switch d, ok := digit(r); {
		case ok:
			digits++
			foreign = foreign || rune(d) != r
		case strings.ContainsRune(punctuation, r):
			if r == 'x' || r == 'X' {
				letters++
			}
		case letter(r) && digits >= minTyped:
			letters++
		default:
			return written{}, ErrMalformed
		}
	}
	vanity := letters >= 3 // fewer letters are typing mistakes
	if digits < minTyped || vanity && foreign || contents().extension().MatchString(rest) {
		return written{}, ErrMalformed
	}
	w := written{plus: len(rest) < len(number)}
	var b strings.Builder
	for _, r := range rest {
		if d, ok := digit(r); ok {
			b.WriteByte(d)
		} else if vanity && letter(r) {
			b.WriteByte(keypad[unicode.ToUpper(r)-'A'])
		}
	}
	w.digits = b.String()
	return w, nil
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// digit reads ASCII, full-width, Arabic-Indic and extended Arabic-Indic digits.
func digit(r rune) (byte, bool) {
	for _, zero := range [...]rune{'0', '０', '٠', '۰'} {
		if r >= zero && r <= zero+9 {
			return byte('0' + r - zero), true
		}
	}
	return 0, false
}
