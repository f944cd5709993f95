package account

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrLabel reports a label that is empty, too long, or holds characters that
// can't be shown safely.
var ErrLabel = errors.New("account: malformed label")

// NormalizeLabel normalises a label that a user typed: NFC, trimmed, 1 to limit code
// points, without invisible characters that could change how it reads. Error: ErrLabel.
func NormalizeLabel(s string, limit int) (string, error) {
	if len(s) > limit*maxBytesPerRune || !utf8.ValidString(s) || strings.ContainsFunc(s, unsafeInText) {
		return "", ErrLabel
	}
	s = strings.TrimSpace(norm.NFC.String(s))
	if n := utf8.RuneCountInString(s); n < 1 || n > limit {
		return "", ErrLabel
	}
	return s, nil
}

// maxBytesPerRune bounds the input before normalisation: a code point has at most 4 bytes
// in UTF-8, and a code point in NFC comes from at most 4 decomposed ones.
const maxBytesPerRune = 16

// unsafeInText reports characters that must not be in a line of text: control
// characters, line and paragraph separators, and characters that reorder or hide text
// (Unicode Technical Report 36, §2.6; UAX 9, explicit formatting characters). The
// joiners U+200C and U+200D are allowed, because Persian and Hindi need them.
func unsafeInText(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return true
	case r == '\u061c', r == '\u200e', r == '\u200f', // marks of direction
		r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return true
	case r == '\u200b', r == '\u2060', r == '\ufeff', r == '\u00ad', r == '\u180e': // no width
		return true
	case r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f: // annotations, tags
		return true
	}
	return r == utf8.RuneError || unicode.Is(unicode.Noncharacter_Code_Point, r) || unicode.Is(unicode.Co, r)
}
