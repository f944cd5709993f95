package assets

import "strings"

// outsideBraces applies alter to the text outside of {…}.
func outsideBraces(s string, alter func(string) string) string {
	var out strings.Builder
	for s != "" {
		words, rest, found := strings.Cut(s, "{")
		out.WriteString(alter(words))
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		out.WriteString("{" + name + "}")
		s = after
	}
	return out.String()
}

var accents = strings.NewReplacer(
	"a", "å", "c", "ç", "d", "đ", "e", "é", "g", "ğ", "i", "í", "l", "ļ", "n", "ñ", "o", "ö", "s", "š", "t", "ţ", "u", "ü", "y", "ý", "z", "ž",
	"A", "Å", "C", "Ç", "D", "Đ", "E", "É", "I", "Í", "N", "Ñ", "O", "Ö", "S", "Š", "T", "Ţ", "U", "Ü", "Y", "Ý", "Z", "Ž",
)

// lengthen adds accents to letters, doubles the vowels and triples each fifth, which
// makes text about as long as German, Finnish or Tamil.
func lengthen(s string) string {
	var long strings.Builder
	vowels := 0
	for _, r := range s {
		long.WriteRune(r)
		if strings.ContainsRune("aeiou", r) {
			vowels++
			long.WriteRune(r)
			if vowels%5 == 0 {
				long.WriteRune(r)
			}
		}
	}
	return accents.Replace(long.String())
}

// arabic maps each Latin letter to an Arabic one of similar sound or shape.
var arabic = map[rune]rune{
	'a': 'ا', 'b': 'ب', 'c': 'ص', 'd': 'د', 'e': 'ع', 'f': 'ف', 'g': 'غ', 'h': 'ه', 'i': 'ي', 'j': 'ج', 'k': 'ك', 'l': 'ل', 'm': 'م',
	'n': 'ن', 'o': 'و', 'p': 'ث', 'q': 'ق', 'r': 'ر', 's': 'س', 't': 'ت', 'u': 'ؤ', 'v': 'ض', 'w': 'ط', 'x': 'خ', 'y': 'ى', 'z': 'ز',
	',': '،', ';': '؛', '?': '؟',
}

// turn writes English in Arabic letters, so that it is drawn from right to left.
func turn(s string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := arabic[r|0x20]; ok && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return to
		}
		if to, ok := arabic[r]; ok {
			return to
		}
		return r
	}, s)
}
