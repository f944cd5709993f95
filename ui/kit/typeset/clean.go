package typeset

import (
	"strings"
	"unicode/utf8"

	"nightlatch/server/rawtext"
)

// A Class determines which characters a field accepts.
type Class int

// The classes. A secret is never shown, so it may contain characters that
// reorder or hide text (R0).
const (
	Line Class = iota // a name, a number or an address
	Secret
)

// Drops reports characters that a field of the class does not accept: invalid
// encoding, and characters that rawtext.Hidden or rawtext.InSecret exclude.
func (c Class) Drops(r rune) bool {
	if c == Secret {
		return r == utf8.RuneError || !rawtext.InSecret(r)
	}
	return r == utf8.RuneError || rawtext.Hidden(r)
}

// Clean turns pasted text into one line of at most limit characters. In a
// Line, newlines and tabs become spaces; in a Secret they are removed. cut
// reports whether text was cut off, dropped whether characters were removed.
// It reads only the beginning of the text, so that ten megabytes from the
// clipboard take no longer than one line.
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
