package account

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestCheckUsernameR0(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"ann", "Ann_Lee.2", "a.b", "___", "...", "0123", strings.Repeat("x", 32)} {
		if err := CheckUsername(good); err != nil {
			t.Errorf("CheckUsername(%q): %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "ab", strings.Repeat("x", 33), "ann lee", "ann-lee", "ann@home", "änn", "аnn", "ann\x00", "ann\n", " ann",
		"\u202eann", "ann\u200b", "ａｎｎ", "ann/../x", strings.Repeat("x", 10<<20),
	} {
		if err := CheckUsername(bad); !errors.Is(err, ErrUsername) {
			t.Errorf("CheckUsername(%.40q): %v; want ErrUsername", bad, err)
		}
	}
}

func TestFoldIsASCIIOnly(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Ann_Lee.2": "ann_lee.2", "KELVIN": "kelvin", "\u212aelvin": "\u212aelvin", "İ": "İ"} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestNormalizePassword(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, want string
		reason         PasswordReason
	}{
		{name: "as typed", in: " Correct Horse ", want: " Correct Horse "},
		{name: "composed on another keyboard", in: "cafe\u0301", want: "caf\u00e9"},
		{name: "compatibility forms stay", in: "\ufb01sh", want: "\ufb01sh"},
		{name: "hangul jamo", in: "\u1112\u1161\u11ab", want: "\ud55c"},
		{name: "128 code points after NFC", in: strings.Repeat("e\u0301", 128), want: strings.Repeat("\u00e9", 128)},
		{name: "129", in: strings.Repeat("x", 129), reason: PasswordTooLong},
		{name: "10 MB", in: strings.Repeat("x", 10<<20), reason: PasswordTooLong},
		{name: "NUL", in: "pass\x00word", reason: PasswordControl},
		{name: "line feed", in: "pass\nword", reason: PasswordControl},
		{name: "right-to-left override", in: "pass\u202eword", want: "pass\u202eword"},
		{name: "zero width space", in: "pass\u200bword", want: "pass\u200bword"},
		{name: "flag and logo", in: "🏴\U000e0067\U000e007f \uf8ff", want: "🏴\U000e0067\U000e007f \uf8ff"},
		{name: "not UTF-8", in: "pass\xffword", reason: PasswordControl},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := NormalizePassword(tt.in)
			if got != tt.want || reasonOf(err) != tt.reason {
				t.Errorf("NormalizePassword(%.40q) = %.40q, %v; want %.40q, %q", tt.in, got, err, tt.want, tt.reason)
			}
		})
	}
}

func reasonOf(err error) PasswordReason {
	var refused *PasswordError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	if err != nil {
		return PasswordReason(err.Error())
	}
	return ""
}

func TestCheckPasswordR0(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, username, password string
		classic, hardened        PasswordReason
	}{
		{"long phrase", "ann", "correct horse battery staple", "", ""},
		{"any script", "ann", "\u043c\u043e\u0440\u0441\u043a\u0430\u044f \u0441\u0432\u0438\u043d\u043a\u0430 \u0432 \u0433\u0430\u0440\u0430\u0436\u0435", "", ""},
		{"emoji count once", "ann", "\U0001f98a\U0001f4a1\U0001f3ba\U0001f9ca\U0001f335\U0001f9e6\U0001f380\U0001f95d", "", PasswordTooShort},
		{"seven", "ann", "k9#vLq2", PasswordTooShort, PasswordTooShort},
		{"eight", "ann", "k9#vLq2w", "", PasswordTooShort},
		{"fourteen", "ann", "k9#vLq2wZ8!mTe", "", PasswordTooShort},
		{"fifteen", "ann", "k9#vLq2wZ8!mTe5", "", ""},
		{"composed counts once", "ann", strings.Repeat("e\u0301", 7), PasswordTooShort, PasswordTooShort},
		{"too long", "ann", strings.Repeat("k9#vL", 26), PasswordTooLong, PasswordTooLong},
		{"control character", "ann", "k9#vLq2w\tZ8!mTe5", PasswordControl, PasswordControl},
		{"user name inside", "Ann_Lee", "my-ann_LEE-secret-7", PasswordContainsUsername, PasswordContainsUsername},
		{"user name without its marks", "robert.smith", "robertsmith99", PasswordContainsUsername, PasswordTooShort},
		{"user name with other marks", "_robert_smith", "x9-Robert Smith-q4", PasswordContainsUsername, PasswordContainsUsername},
		{"letters of a user name across words", "anna", "man napping at tea", "", ""},
		{"user name alone", "longusername", "LongUserName", PasswordContainsUsername, PasswordTooShort},
		{"short user name in other words", "eve", "never forget steven 9", "", ""},
		{"short user name as a word", "eve", "what eve said at noon", "", ""},
		{"short user name, repeated", "eve", "eve-eve-eve", PasswordContainsUsername, PasswordTooShort},
		{"short user name and digits", "eve", "Eve12345678", PasswordContainsUsername, PasswordTooShort},
		{"short user name and little else", "eve", "x7qeve9k2", PasswordContainsUsername, PasswordTooShort},
		{"short user name and a common word", "eve", "evePassword1", PasswordContainsUsername, PasswordTooShort},
		{"short user name and a good password", "eve", "eve k9#vLq2w", "", PasswordTooShort},
		{"a word of the dictionary", "ann", "Refrigerator7", PasswordCommon, PasswordTooShort},
		{"a name and a year", "ann", "steven2026", PasswordCommon, PasswordTooShort},
		{"backwards", "ann", "drowssap77", PasswordCommon, PasswordTooShort},
		{"two short words repeated", "ann", "catdogcatdogcatdog", PasswordCommon, PasswordCommon},
		{"random, eight", "ann", "xq7vmz2p", "", PasswordTooShort},
		{"common", "ann", "Password1", PasswordCommon, PasswordTooShort},
		{"common and long", "ann", "password1234567", PasswordCommon, PasswordCommon},
		{"empty", "ann", "", PasswordTooShort, PasswordTooShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for p, want := range map[Policy]PasswordReason{Classic(): tt.classic, Hardened(): tt.hardened} {
				if got := reasonOf(CheckPassword(p, tt.username, tt.password)); got != want {
					t.Errorf("%s: %q; want %q", p.Name, got, want)
				}
			}
		})
	}
}

// The advice says what the pattern is, and quotes nothing (R0).
func TestPasswordAdvice(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{"Refrigerator7": "a word", "catdogcatdogcatdog": "repeated"} {
		var refused *PasswordError
		if err := CheckPassword(Classic(), "ann", password); !errors.As(err, &refused) || !strings.Contains(refused.Advice(), want) || strings.Contains(refused.Advice(), password) {
			t.Errorf("%q: %v", password, err)
		}
	}
}

// A common word stays common with a year, a mark, or both: in every order that people use.
func TestDecoratedWords(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"password", "P@ssw0rd", "sunshine", "dragon", "Nightlatch", "qwertz", "пароль"} {
		for _, decoration := range []string{"2026", "2026!", "!2026", "1999!!", "#2026#", "-2031.", "_1987_1", "!"} {
			for _, bad := range []string{word + decoration, decoration + word} {
				if !common(strings.ToLower(bad)) {
					t.Errorf("%q is not seen as common", bad)
				}
			}
		}
	}
	for _, good := range []string{"dragon-7k2q-2026-xv", "2026 lanterns under ice", "password19f2b7c4"} {
		if common(strings.ToLower(good)) {
			t.Errorf("%q is seen as common", good)
		}
	}
}

func TestCommonPasswords(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"password", "Password", "PASSWORD1", "p@ssw0rd", "Pa$$w0rd!", "P455w0rd", "password123", "123password", "!!password!!",
		"12345678", "123456789", "1234567890", "87654321", "01234567", "11111111", "00000000", "abcdefgh", "zyxwvuts",
		"aaaaaaaa", "abababab", "abcabcabc", "xyzxyzxyz", "1212121212", "12341234", "password password", "passwordpassword",
		"qwertyui", "qwertyuiop", "QWERTY123", "asdfghjkl", "zxcvbnm1", "1qaz2wsx", "1q2w3e4r", "1q2w3e4r5t6y", "zaq12wsx",
		"qazwsxedc", "qweasdzxc", "qwertz123", "azerty123", "poiuytrewq", "!@#$%^&*", "\u0439\u0446\u0443\u043a\u0435\u043d\u0433\u0448",
		"iloveyou", "iloveyou2", "letmein1", "welcome123", "sunshine", "Sunshine2024", "football1", "monkey123", "dragon99",
		"starwars", "superman1", "trustno1", "admin123", "administrator", "changeme", "liverpool", "michelle", "butterfly",
		"nightlatch", "Nightlatch1", "adminpassword", "qwertyuiop1234567890", "correcthorsebatterystaple", "147258369",
		"password1234567", "aaaaaaaaaaaaaaaa", "qwertyuiopasdfgh", "passwort", "contrase\u00f1a", "\u043f\u0430\u0440\u043e\u043b\u044c123",
	} {
		if !common(strings.ToLower(norm.NFC.String(bad))) {
			t.Errorf("%q is not seen as common", bad)
		}
	}
	for _, good := range []string{
		"correct horse battery staple", "k9#vLq2w", "blanket-orbit-7", "tr0ub4dor&3", "mornington crescent", "xq7vmz2p",
		"purple-teapot", "lantern under ice", "drei Birnen und ein Boot", "wir fahren", "powerless-tree", "\u6708\u306b\u5411\u304b\u3063\u3066\u6b4c\u3046",
		"\u0437\u0438\u043c\u043d\u0438\u0439 \u0430\u0440\u0431\u0443\u0437", "refrigerator", "weredrewpoint", "password-8fj2-kd93", "maple-quartz-91", "Test-Passw0rd-For-Ann-4711",
	} {
		if common(strings.ToLower(norm.NFC.String(good))) {
			t.Errorf("%q is seen as common", good)
		}
	}
}

// The look-up of common words needs one word per line, in lower case, without duplicates.
func TestCommonList(t *testing.T) {
	t.Parallel()
	if !strings.HasPrefix(commonWords, "\n") || !strings.HasSuffix(commonWords, "\n") {
		t.Fatal("the list must begin and end with a line feed, so that each word stands between two")
	}
	seen := map[string]bool{}
	for word := range strings.FieldsFuncSeq(commonWords, func(r rune) bool { return r == '\n' }) {
		if word != strings.ToLower(norm.NFC.String(word)) || strings.ContainsAny(word, " \t\r") {
			t.Errorf("%q is not in the form that is looked up", word)
		}
		if seen[word] {
			t.Errorf("%q stands there twice", word)
		}
		seen[word] = true
	}
	if len(seen) < 1000 {
		t.Errorf("only %d words", len(seen))
	}
}

func FuzzUsername(f *testing.F) {
	for _, s := range []string{"ann", "Ann_Lee.2", "a\x00b", "\u0430nn", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if CheckUsername(s) != nil {
			return
		}
		folded := Fold(s)
		if CheckUsername(folded) != nil || Fold(folded) != folded || len(folded) != len(s) || !strings.EqualFold(s, folded) {
			t.Errorf("%q folds to %q", s, folded)
		}
		if strings.ContainsAny(s, "/ \x00") {
			t.Errorf("%q would break a store key", s)
		}
	})
}

func FuzzPassword(f *testing.F) {
	for _, s := range []string{"password", "cafe\u0301", "\u1112\u1161\u11ab", "\xff", "a\u202eb", strings.Repeat("e\u0301", 130)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := NormalizePassword(s)
		if err != nil {
			if reasonOf(err) != PasswordControl && reasonOf(err) != PasswordTooLong {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again, err := NormalizePassword(p); err != nil || again != p {
			t.Errorf("%q normalises to %q, and that to %q, %v", s, p, again, err)
		}
		if utf8.RuneCountInString(p) > PasswordMax {
			t.Errorf("%q is too long", p)
		}
		if err := CheckPassword(Classic(), "somebody", s); err == nil && CheckPassword(Classic(), "somebody", p) != nil {
			t.Errorf("%q passes but its normal form %q does not", s, p)
		}
	})
}
