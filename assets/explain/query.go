package explain

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// A Query is what a person searches for: words that must all be found, in any order,
// anywhere in a text. Case, accents and the width of letters make no difference.
type Query struct{ words []string }

// NewQuery reads the words of a query. Without one, everything matches.
func NewQuery(text string) Query { return Query{strings.Fields(Fold(text))} }

// Empty reports whether the query has no words.
func (q Query) Empty() bool { return len(q.words) == 0 }

// String is the words, folded.
func (q Query) String() string { return strings.Join(q.words, " ") }

// Matches reports whether all words are in the texts.
func (q Query) Matches(texts ...string) bool { return q.MatchesFolded(Fold(strings.Join(texts, "\n"))) }

// MatchesFolded is Matches for a text that Fold returned.
func (q Query) MatchesFolded(text string) bool {
	for _, word := range q.words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// Fold makes texts comparable that differ in case, accents or the width of letters only
// (Unicode case folding, and compatibility decomposition without combining marks). The vowel
// signs of Indic and Thai scripts stay, because they are letters to their readers.
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	folded, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.Predicate(isAccent)), cases.Fold(), norm.NFKD, runes.Remove(runes.Predicate(isAccent)), norm.NFC), s)
	if err != nil { // the chain has no step that fails
		return strings.ToLower(s)
	}
	return strokes.Replace(folded)
}

// strokes are letters that Unicode does not decompose, and how people type them without
// their keyboard.
var strokes = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h", "ŧ", "t", "’", "'", "‘", "'", "“", `"`, "”", `"`, "–", "-", "—", "-")

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isAccent reports whether a rune is an accent, a Hebrew or Arabic vowel point, a
// lengthening of Arabic letters, or invisible.
func isAccent(r rune) bool {
	switch {
	case r == 'ـ', unicode.Is(unicode.Cf, r):
		return true
	case !unicode.Is(unicode.Mn, r):
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Hebrew, unicode.Arabic, unicode.Greek, unicode.Latin, unicode.Cyrillic)
}
