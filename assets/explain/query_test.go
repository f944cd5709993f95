package explain

import "testing"

func TestQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, text string
		want        bool
	}{
		{"", "anything", true},
		{"  ", "anything", true},
		{"BACKUP code", "A code, for backup", true},
		{"backup code", "backup only", false},
		{"cafe", "Key “Café”", true},
		{"CAFÉ", "cafe", true},
		{"cafe\u0301", "café", true},
		{"zurich", "ZÜRICH", true},
		{"strasse", "Straße", true},
		{"STRASSE", "straße", true},
		{"smorrebrod", "Smørrebrød", true},
		{"lodz", "Łódź", true},
		{"istanbul", "İSTANBUL", true},
		{"istanbul", "ıstanbul", true},
		{"ΟΔΟΣ", "οδός", true},
		{"елка", "Ёлка", true},
		{"nightlatch", "Ｎｉｇｈｔｌａｔｃｈ", true},
		{"محمد", "مُحَمَّد", true},
		{"שלום", "שָׁלוֹם", true},
		{"don't", "they don’t", true},
		{"น้ำ", "น้ำ", true},
		{"मु", "म", false},
		{"wrong password", "Sign-in refused: wrong password", true},
		{"passwort", "password", false},
	} {
		if got := NewQuery(c.query).Matches(c.text); got != c.want {
			t.Errorf("%q in %q: %v (folded %q and %q)", c.query, c.text, got, Fold(c.query), Fold(c.text))
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Smørrebrød ﬁ İ ß")
	f.Fuzz(func(t *testing.T, s string) {
		if once := Fold(s); Fold(once) != once {
			t.Errorf("%q is folded to %q, and that to %q", s, once, Fold(once))
		}
	})
}
