// Package rawtext reads text that people paste and programs send. There are three classes,
// because one list of dangerous characters does not fit all:
//
//   - Parsed text has a form, such as a number, a code, an address or a user name. What
//     can't be seen is dropped, and the parser of the form decides (Parsed).
//   - Secrets are hashed and never shown. Everything is taken except the controls U+0000 to
//     U+001F and U+007F, in NFC (Secret, R0). This is not the OpaqueString profile of PRECIS,
//     which refuses the right-to-left mark, flags and private use.
//   - Shown text is a name or label that others read as well. It is refused for a character
//     that reorders or hides other text or is a control, and the error names it (Shown).
//
// Text of strangers in a message that the reader trusts is shown by Quote. Text files that
// other programs wrote are read by File.
package rawtext

import (
	"fmt"
	"unicode"
)

// A CharError reports a character that a text may not have.
type CharError struct{ Rune rune }

func (e *CharError) Error() string { return "rawtext: it contains " + e.Name() }

// Name is the character's code point and, where it is known, its Unicode name:
// "U+202E (RIGHT-TO-LEFT OVERRIDE)".
func (e *CharError) Name() string {
	if name, ok := names[e.Rune]; ok {
		return fmt.Sprintf("U+%04X (%s)", e.Rune, name)
	}
	return fmt.Sprintf("U+%04X", e.Rune)
}

// names has the names of characters that are refused, from the Unicode Character Database.
var names = map[rune]string{
	'\x00': "NULL", '\a': "BELL", '\b': "BACKSPACE", '\t': "TAB", '\n': "LINE FEED", '\v': "LINE TABULATION",
	'\f': "FORM FEED", '\r': "CARRIAGE RETURN", '\x1b': "ESCAPE", '\x7f': "DELETE", '\u0085': "NEXT LINE",
	'\u061c': "ARABIC LETTER MARK", '\u200e': "LEFT-TO-RIGHT MARK", '\u200f': "RIGHT-TO-LEFT MARK",
	'\u202a': "LEFT-TO-RIGHT EMBEDDING", '\u202b': "RIGHT-TO-LEFT EMBEDDING", '\u202c': "POP DIRECTIONAL FORMATTING",
	'\u202d': "LEFT-TO-RIGHT OVERRIDE", '\u202e': "RIGHT-TO-LEFT OVERRIDE",
	'\u2066': "LEFT-TO-RIGHT ISOLATE", '\u2067': "RIGHT-TO-LEFT ISOLATE", '\u2068': "FIRST STRONG ISOLATE", '\u2069': "POP DIRECTIONAL ISOLATE",
	'\u2028': "LINE SEPARATOR", '\u2029': "PARAGRAPH SEPARATOR",
	'\ufff9': "INTERLINEAR ANNOTATION ANCHOR", '\ufffa': "INTERLINEAR ANNOTATION SEPARATOR", '\ufffb': "INTERLINEAR ANNOTATION TERMINATOR",
}

// unseen reports a character that has no shape and no width: formatting characters (Cf:
// direction marks, joiners, the byte order mark, the soft hyphen, tags), variation
// selectors, and fillers (UAX 44, Default_Ignorable_Code_Point).
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// reorders reports a character that changes the order of other characters (UAX
// 9), or the deprecated U+206A to U+206F, which change their shapes.
func reorders(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r) || r >= 0x206a && r <= 0x206f
}

// ends reports the line separator and the paragraph separator.
func ends(r rune) bool { return r == '\u2028' || r == '\u2029' }

// maxBytesPerRune limits the input before it is normalised. A code point has
// at most 4 bytes in UTF-8, and a code point in NFC comes from at most 4
// decomposed ones.
const maxBytesPerRune = 16
