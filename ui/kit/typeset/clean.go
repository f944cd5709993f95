package typeset

import (
	"strings"
	"unicode/utf8"

	"nightlatch/server/rawtext"
)

// A Class says which characters a field takes.
type Class int

// The classes. A secret is never shown, so it may have what would change how a text reads
// (R0).
const (
	Line Class = iota // a name, a number or an address
	Secret
)

// Drops reports characters that a field of the class does not take: invalid encoding, and
// what rawtext.Hidden or rawtext.InSecret says.
func (c Class) Drops(r rune) bool {
	if c == Secret {
		return r == utf8.RuneError || !rawtext.InSecret(r)
	}
	return r == utf8.RuneError || rawtext.Hidden(r)
}

// Clean makes one line of at most limit characters from pasted text. In a Line, newlines and
// tabs become spaces; in a Secret they are removed. cut reports whether text was cut off,
// dropped whether characters were removed. It reads only the beginning of the text, so ten
// megabytes from the clipboard take no longer than one line.
func Clean(text string, limit int, class Class) (line string, cut, dropped bool) {
	head := text[:RuneIndex(text, 4*limit+64)]
	cut = len(head) < len(text)
	if !cut {
		head = strings.TrimRight(head, "\r\n")
	}
	var b strings.Builder
	n := 0
	for _, r := range strings.ReplaceAll(head, "\r\n", "\n") {
		if class == Line && (r == '\n' || r == '\t') {
			r = ' '
		}
		if class.Drops(r) {
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
