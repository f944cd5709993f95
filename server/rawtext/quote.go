package rawtext

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// quoteMax is the number of characters that are kept of a stranger's text.
const quoteMax = 40

// phoneDigits is the number of consecutive digits that phones and mail
// programs turn into a link to a phone number.
const phoneDigits = 7

// Stranger makes a text that a stranger chose safe inside a message that its
// reader trusts. The result is one line of at most 40 characters. It has no
// controls, no characters that reorder or hide text, and nothing that a mail
// program, a phone or a terminal turns into a link (web and mail addresses,
// phone numbers). It is "" if nothing is left. Stranger does not change its
// own results.
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

// Quote returns the result of Stranger in quotation marks, or "".
func Quote(s string) string {
	if s = Stranger(s); s == "" {
		return ""
	}
	return "“" + s + "”"
}

// Visible makes a text of another program safe for one line of a terminal or a
// log. It removes controls, which a terminal would execute, and characters
// that reorder or hide text. Links stay. At most limit characters are kept.
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

// plain reports characters that are kept: letters, digits, marks, and
// punctuation that is used neither for links nor for quotations.
func plain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_+()',&…’", r)
}

// versionDot reports whether the dot at i is one of the first two in a version
// number. Three dots would be an IP address.
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

// cut returns at most n bytes of s. It limits the work for long texts.
func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
