package account

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// commonWords has the words that common passwords are made of, one per line. It was
// compiled for this project from the words that all published rankings have in common.
//
//go:embed common.txt
var commonWords string

// common reports whether a password, in lower case, is one of the first that an
// attacker would try. It is common if it is a pattern (repetition, sequence, walk over
// the keyboard), or a listed word with digits or punctuation around it. A list alone
// would be long and still miss "qwertyuiop1234567890".
func common(folded string) bool {
	if predictable([]rune(folded)) || repeated(folded) {
		return true
	}
	for _, core := range cores(folded) {
		for _, word := range []string{core, unleet.Replace(core)} {
			if listed(word) || listedPair(word) {
				return true
			}
		}
	}
	return false
}

// nameMin is the length from which a user name may not be anywhere in the password. Shorter
// names are parts of many words: eve is in never and steven.
const nameMin = 4

// resembles reports whether a password, in lower case, is too similar to the user name: it
// contains a long name, or the rest without a short name is too short or common.
func resembles(folded, name string) bool {
	if bare := unmarked(name); bare != name && len(bare) >= nameMin && strings.Contains(unmarked(folded), bare) {
		return true // robert.smith and robertsmith99
	}
	if name == "" || !strings.Contains(folded, name) {
		return false
	}
	if len(name) >= nameMin {
		return true
	}
	rest := strings.TrimFunc(strings.ReplaceAll(folded, name, ""), notLetterOrDigit)
	return utf8.RuneCountInString(rest) < Classic().PasswordMin || common(rest)
}

// unmarked returns the letters and digits of a string.
func unmarked(s string) string {
	return strings.Map(func(r rune) rune {
		if notLetterOrDigit(r) {
			return -1
		}
		return r
	}, s)
}

func notLetterOrDigit(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// cores returns a password with and without the digits and punctuation before and after
// its letters. They are removed only if they are short or predictable: with a long random
// tail, any word makes a good password.
func cores(s string) []string {
	out := []string{s}
	decoration := func(r rune) bool { return !unicode.IsLetter(r) }
	add := func(core string) {
		off := []rune(strings.TrimPrefix(s, core))
		if i := strings.Index(s, core); i > 0 {
			off = []rune(s[:i] + s[i+len(core):])
		}
		if core != "" && (len(withoutYear(off)) <= decorationMax || predictable(off)) {
			out = append(out, core)
		}
	}
	right := strings.TrimRightFunc(s, decoration)
	add(right)
	add(strings.TrimLeftFunc(s, decoration))
	add(strings.TrimLeftFunc(right, decoration))
	return out
}

// decorationMax is the maximum number of characters around a common word that leave the
// password common.
const decorationMax = 4

// withoutYear removes a year from the characters around a word. Many passwords contain the
// year in which they were chosen.
func withoutYear(s []rune) []rune {
	for i := 0; i+4 <= len(s); i++ {
		if century := string(s[i : i+2]); (century == "19" || century == "20") && unicode.IsDigit(s[i+2]) && unicode.IsDigit(s[i+3]) {
			return append(slices.Clone(s[:i]), s[i+4:]...)
		}
	}
	return s
}

// unleet undoes the usual substitutions.
var unleet = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t",
	"@", "a", "$", "s", "!", "i", "€", "e")

func listed(word string) bool {
	return len(word) >= 3 && !strings.Contains(word, "\n") && strings.Contains(commonWords, "\n"+word+"\n")
}

// listedPair reports whether s is two listed words in a row, which may be the same, with
// or without punctuation between them.
func listedPair(s string) bool {
	for i := 3; i <= len(s)-3; i++ {
		if listed(s[:i]) && (listed(s[i:]) || listed(strings.TrimLeft(s[i:], " -_.+&"))) {
			return true
		}
	}
	return false
}

// repeated reports whether s repeats one short unit: abcabcabc.
func repeated(s string) bool {
	for unit := 1; unit <= 5 && unit*2 <= len(s); unit++ {
		if len(s) >= 3*unit && strings.HasPrefix(strings.Repeat(s[:unit], len(s)/unit+1), s) {
			return true
		}
	}
	return false
}

// predictable reports whether s consists of a few runs. In a run, each character is the
// same as the one before, the next or previous one in order, or a neighbour on the
// keyboard. Runs of 3.5 characters on average are predictable; words of any language have
// shorter ones.
func predictable(s []rune) bool {
	if len(s) < 3 {
		return false
	}
	runs := 1
	for i := 1; i < len(s); i++ {
		if !follows(s[i-1], s[i]) {
			runs++
		}
	}
	return runs*7 <= len(s)*2
}

func follows(a, b rune) bool {
	switch {
	case a == b, b-a == 1, a-b == 1:
		return true
	case a == '9' && b == '0', a == '0' && b == '9':
		return true
	}
	for _, rows := range keyboards {
		if neighbours(rows, a, b) {
			return true
		}
	}
	return false
}

// keyboards are the rows of the common layouts, each shifted half a key to the
// right of the one above.
var keyboards = [][]string{
	{"1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"},
	{"!@#$%^&*()_+"},
	{"1234567890", "qwertzuiopü", "asdfghjklöä", "yxcvbnm"},
	{"1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"},
	{"1234567890", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"},
}

// neighbours reports whether a and b touch on a keyboard: side by side, or in
// rows one above the other at most half a key apart.
func neighbours(rows []string, a, b rune) bool {
	ra, ca := position(rows, a)
	rb, cb := position(rows, b)
	if ra < 0 || rb < 0 {
		return false
	}
	if ra > rb {
		ra, ca, rb, cb = rb, cb, ra, ca
	}
	switch rb - ra {
	case 0:
		return cb-ca == 1 || ca-cb == 1
	case 1:
		return cb == ca || cb == ca-1
	}
	return false
}

func position(rows []string, r rune) (row, column int) {
	for row, keys := range rows {
		column := 0
		for _, k := range keys {
			if k == r {
				return row, column
			}
			column++
		}
	}
	return -1, -1
}
