package rawtext

import (
	"strings"
	"unicode"
)

// Parsed prepares text for a parser. It drops invisible characters. It turns
// unusual spaces, tabs and line ends into ordinary spaces, and full-width
// letters, digits and marks into ASCII. It trims spaces. Typical inputs are a
// phone number from a contact list, between U+202A and U+202C; a code from a
// web page, with a line feed; and an address from a PDF, with a soft hyphen.
// Controls and invalid UTF-8 stay, so that the parser refuses them.
func Parsed(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unseen(r):
			return -1
		case unicode.IsSpace(r), unicode.Is(unicode.Zs, r), ends(r), r == '\u2800': // Braille blank
			return ' '
		case r >= '\uff01' && r <= '\uff5e': // full width, as East Asian input methods type ASCII
			return r - '\uff01' + '!'
		}
		return r
	}, valid(s))
	return strings.Trim(s, " ")
}

// valid replaces invalid UTF-8 by NUL, which parsers refuse. strings.Map would
// replace it by U+FFFD, which is a valid character.
func valid(s string) string { return strings.ToValidUTF8(s, "\x00") }

// Dash reports whether r is a hyphen, a dash or a minus sign. Printed and
// copied codes contain any of them.
func Dash(r rune) bool { return unicode.Is(unicode.Pd, r) || r == '\u2212' || r == '\u2043' }
