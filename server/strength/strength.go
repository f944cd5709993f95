// Package strength estimates how many guesses an attacker needs for a password
// (zxcvbn, D. Wheeler, USENIX Security 2016).
//
// It finds the patterns itself and scores them with
// github.com/trustelem/zxcvbn. The library's own matchers are not used. They
// build maps of 94,000 words at every start of the program, and search for
// repetitions in cubic time (docs/decisions/0070). This package unpacks the
// words when the first password is judged, and reads them once for each
// password.
package strength

import (
	"unicode/utf8"

	"github.com/trustelem/zxcvbn/match"
	"github.com/trustelem/zxcvbn/scoring"
)

// judged is the number of bytes that are judged at once. For a longer
// password, the result is the better one of its first and last bytes, which
// limits the work.
const judged = 64

// A Pattern names the most guessable part of a password.
type Pattern string

// The patterns.
const (
	None     Pattern = ""
	Word     Pattern = "word" // a common password, a word or a name
	Keyboard Pattern = "keyboard"
	Repeat   Pattern = "repeat"
	Sequence Pattern = "sequence"
	Year     Pattern = "year"
	Date     Pattern = "date"
)

// Judge returns how many guesses a password needs, and the pattern that covers most of it.
// about are words that an attacker tries first, such as the user name.
func Judge(password string, about ...string) (guesses float64, pattern Pattern) {
	if len(password) <= judged {
		return judge(password, about)
	}
	head, headPattern := judge(cut(password, 0, judged), about)
	tail, tailPattern := judge(cut(password, len(password)-judged, len(password)), about)
	if head >= tail {
		return head, headPattern
	}
	return tail, tailPattern
}

// cut returns the bytes from i to j of s, without incomplete characters.
func cut(s string, i, j int) string {
	for i < j && !utf8.RuneStart(s[i]) {
		i++
	}
	for j < len(s) && j > i && !utf8.RuneStart(s[j]) {
		j--
	}
	return s[i:j]
}

func judge(password string, about []string) (float64, Pattern) {
	if password == "" {
		return 1, None
	}
	found := findWords(password, about)
	found = append(found, findSequences(password)...)
	found = append(found, findWalks(password)...)
	found = append(found, findYears(password)...)
	found = append(found, findDates(password)...)
	found = append(found, findRepeats(password, found)...)
	result := scoring.MostGuessableMatchSequence(password, found, false)
	return result.Guesses, mostly(result.Sequence)
}

// mostly returns the pattern of the longest part.
func mostly(parts []*match.Match) Pattern {
	names := map[string]Pattern{"dictionary": Word, "spatial": Keyboard, "repeat": Repeat, "sequence": Sequence, "regex": Year, "date": Date}
	longest, pattern := 0, None
	for _, m := range parts {
		if n := len(m.Token); n > longest && names[m.Pattern] != None {
			longest, pattern = n, names[m.Pattern]
		}
	}
	return pattern
}
