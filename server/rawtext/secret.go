package rawtext

import (
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Errors of secrets and of shown text.
var (
	ErrEncoding = errors.New("rawtext: not UTF-8")
	ErrLong     = errors.New("rawtext: too long")
	ErrEmpty    = errors.New("rawtext: nothing to see")
)

// InSecret reports whether a secret may have the character: everything but U+0000 to
// U+001F and U+007F (R0).
func InSecret(r rune) bool { return r > 0x1f && r != 0x7f }

// Secret returns a password or PIN in the form that is hashed: NFC, so that é
// is the same on all keyboards (R0). It does not trim, fold or drop anything.
// Errors: ErrEncoding, ErrLong, *CharError.
func Secret(s string, limit int) (string, error) {
	if len(s) > limit*maxBytesPerRune {
		return "", ErrLong
	}
	if !utf8.ValidString(s) {
		return "", ErrEncoding
	}
	if at := strings.IndexFunc(s, func(r rune) bool { return !InSecret(r) }); at >= 0 {
		r, _ := utf8.DecodeRuneInString(s[at:])
		return "", &CharError{r}
	}
	s = norm.NFC.String(s)
	if utf8.RuneCountInString(s) > limit {
		return "", ErrLong
	}
	return s, nil
}
