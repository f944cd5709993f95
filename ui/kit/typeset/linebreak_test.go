package typeset

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// ten measures ten points for each character.
func ten(s string) float32 { return 10 * float32(utf8.RuneCountInString(s)) }

func TestLines(t *testing.T) {
	for _, tt := range []struct {
		name, words string
		width       float32
		want        []string
	}{
		{"fits", "a b c", 50, []string{"a b c"}},
		{"at spaces", "one two three", 70, []string{"one two", "three"}},
		{"spaces at the end don't count", "one two  three", 70, []string{"one two", "three"}},
		{"newlines", "one\ntwo\n\nthree", 200, []string{"one", "two", "", "three"}},
		{"a word that is too long", "a abcdefghijklm b", 50, []string{"a", "abcde", "fghij", "klm b"}},
		{"after a hyphen", "first-rate work", 60, []string{"first-", "rate", "work"}},
		{"Japanese has no spaces", "二要素認証を設定する", 40, []string{"二要素認", "証を設定", "する"}},
		{"no line begins with a full stop", "二要素認証。", 50, []string{"二要素認", "証。"}},
		{"Thai", "รหัส สำรอง", 60, []string{"รหัส", "สำรอง"}},
		{"combining marks stay", strings.Repeat("e\u0301", 5), 40, []string{"e\u0301e\u0301", "e\u0301e\u0301", "e\u0301"}},
		{"narrower than a character", "ab", 1, []string{"a", "b"}},
		{"nothing", "", 50, []string{""}},
		{"no-break space", "10\u00a0minutes left", 100, []string{"10\u00a0minutes", "left"}},
	} {
		if got := Lines(tt.words, tt.width, ten); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

func TestEllipsis(t *testing.T) {
	for _, tt := range []struct {
		words string
		width float32
		want  string
	}{
		{"short", 50, "short"},
		{"longer", 50, "long…"},
		{"a b c d e", 50, "a b…"},
		{"e\u0301e\u0301e\u0301e\u0301", 50, "e\u0301e\u0301…"},
		{"anything", 5, "…"},
		{"anything", 0, "anything"},
		{strings.Repeat("x", 400), 4000, strings.Repeat("x", 400)},
		{strings.Repeat("x", 401), 4000, strings.Repeat("x", 399) + "…"},
	} {
		if got := Ellipsis(tt.words, tt.width, ten); got != tt.want {
			t.Errorf("Ellipsis(%.20q, %v) = %.20q", tt.words, tt.width, got)
		}
	}
}

// The time for long text is proportional to its length, not to its square.
func TestLongTextIsMeasuredInPieces(t *testing.T) {
	words := strings.Repeat("Voraussetzung für die Anmeldung ist ein zweiter Faktor. ", 2000)
	measured := 0
	count := func(s string) float32 { measured += len(s); return ten(s) }
	Lines(words, 400, count)
	if measured > 6*len(words) {
		t.Errorf("measured %d bytes for %d", measured, len(words))
	}
	measured = 0
	Lines(strings.Repeat("x", 10_000), 400, count)
	if measured > 60*10_000 {
		t.Errorf("measured %d bytes for one word of 10000", measured)
	}
	measured = 0
	Ellipsis(strings.Repeat("x", 1_000_000), 400, count)
	if measured > 10_000 {
		t.Errorf("measured %d bytes to cut a line", measured)
	}
}

func FuzzLines(f *testing.F) {
	f.Add("one two\nthree", 40)
	f.Add("二要素認証を設定する", 30)
	f.Add("e\u0301\u200d👩‍💻 \u202eabc", 10)
	f.Fuzz(func(t *testing.T, words string, w int) {
		if !utf8.ValidString(words) || w < 1 || len(words) > 2000 {
			return
		}
		strip := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r == ' ' || r == '\t' || r == '\n' {
					return -1
				}
				return r
			}, s)
		}
		if got := strip(strings.Join(Lines(words, float32(w), ten), "")); got != strip(words) {
			t.Errorf("%q became %q", words, got)
		}
	})
}
