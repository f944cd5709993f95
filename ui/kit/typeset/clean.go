package typeset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Invisible reports characters that do not belong in a line of text: control
// characters, invalid encoding, and invisible characters that change what is seen
// (direction marks and isolates of Unicode Annex 9, zero-width space, byte order
// mark). The joiners U+200C and U+200D are allowed, because Persian and Indic
// spelling needs them.
func Invisible(r rune) bool {
	switch {
	case unicode.IsControl(r), r == utf8.RuneError, unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Co, r):
		return true
	}
	return r == 0x200b || r == 0x2060 || r == 0xfeff || r == 0x2028 || r == 0x2029
}

// Clean makes one line of at most limit characters from pasted text. Newlines and
// tabs become spaces. cut reports whether text was cut off, dropped whether
// invisible characters were removed. It reads only the beginning of the text, so ten
// megabytes from the clipboard take no longer than one line.
func Clean(text string, limit int) (line string, cut, dropped bool) {
	head := text[:RuneIndex(text, 4*limit+64)]
	cut = len(head) < len(text)
	if !cut {
		head = strings.TrimRight(head, "\r\n")
	}
	var b strings.Builder
	n := 0
	for _, r := range strings.ReplaceAll(head, "\r\n", "\n") {
		if r == '\n' || r == '\t' {
			r = ' '
		}
		if Invisible(r) {
			dropped = true
			continue
		}
		if n == limit {
			return b.String(), true, dropped
		}
		b.WriteRune(r)
		n++
	}
	return b.String(), cut, dropped
}
