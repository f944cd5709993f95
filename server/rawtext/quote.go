package rawtext

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// quoteMax is the number of characters that are shown of a stranger's text.
const quoteMax = 40

// phoneDigits is the number of digits in a row from which telephones and mail programs
// make a link to a phone number.
const phoneDigits = 7

// Stranger returns a text that a stranger chose in a form that is safe inside a message
// that its reader trusts: one line, at most 40 characters, without controls, without
// characters that reorder or hide text, and without anything that a mail program, a
// telephone or a terminal makes a link of (addresses of sites and of people, phone
// numbers). It is "" if nothing is left. The result does not change if it is passed again.
func Stranger(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(cut(s, 16*quoteMax), " "))
	s = strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, s)
	runes := []rune(s)
	for i, r := range runes {
		if !plain(r) && !(r == '.' && versionDot(runes, i)) {
			runes[i] = ' '
		}
	}
	s = strings.Join(strings.Fields(withoutNumbers(string(runes))), " ")
	if short := []rune(s); len(short) > quoteMax {
		s = strings.TrimSpace(string(short[:quoteMax-1])) + "…"
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return ""
	}
	return s
}

// Quote is Stranger in quotation marks, or "".
func Quote(s string) string {
	if s = Stranger(s); s == "" {
		return ""
	}
	return "“" + s + "”"
}

// Visible returns a text of another program for one line of a terminal or a log: without
// controls, which a terminal would obey, and without characters that reorder or hide text.
// Links stay. At most limit characters are kept.
func Visible(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), ends(r):
			return ' '
		case Hidden(r), r >= 0xe0000 && r <= 0xe007f:
			return -1
		}
		return r
	}, strings.ToValidUTF8(cut(s, 16*limit), " "))
	s = strings.Join(strings.Fields(s), " ")
	if short := []rune(s); len(short) > limit {
		s = strings.TrimSpace(string(short[:limit-1])) + "…"
	}
	return s
}

// plain reports characters that are kept: letters, digits, marks, and punctuation that
// neither a link nor a quotation needs.
func plain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_+()',&…’", r)
}

// versionDot reports whether the dot at i is one of the first two in a version number. A
// third one would make it the address of a computer.
func versionDot(s []rune, i int) bool {
	if i == 0 || i == len(s)-1 || !isDigit(s[i-1]) || !isDigit(s[i+1]) {
		return false
	}
	dots := 0
	for at := i; at >= 0 && (s[at] == '.' || isDigit(s[at])); at-- {
		if s[at] == '.' {
			dots++
		}
	}
	return dots <= 2
}

// withoutNumbers replaces what could be a phone number by an ellipsis.
func withoutNumbers(s string) string {
	var b strings.Builder
	for s != "" {
		start := strings.IndexFunc(s, unicode.IsDigit)
		if start < 0 {
			break
		}
		b.WriteString(s[:start])
		s = s[start:]
		end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(" -()+.", r) })
		if end < 0 {
			end = len(s)
		}
		number := s[:end]
		digits := 0
		for _, r := range number {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if digits >= phoneDigits {
			number = " … "
		}
		b.WriteString(number)
		s = s[end:]
	}
	return b.String() + s
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// cut returns at most n bytes of s, so that a long text costs no more than a short one.
func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
