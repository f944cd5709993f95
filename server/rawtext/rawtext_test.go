package rawtext

import (
	"errors"
	"strings"
	"testing"
	"unicode"
)

func TestParsed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "ann@example.org", "ann@example.org"},
		{"embedding of a contact list", "\u202a+1 202 555 0143\u202c", "+1 202 555 0143"},
		{"isolates", "\u2066123456\u2069", "123456"},
		{"every mark", "\u200b1\u200c2\u200d3\u200e4\u200f5\u202a6\u202e7\u2066\u2069\ufeff\u061c\u00ad\u2060", "1234567"},
		{"line end", "123456\r\n", "123456"},
		{"tab", "\t123 456\t", "123 456"},
		{"odd spaces", "\u00a0123\u2009456\u3000\u202f\u2028", "123 456"},
		{"full width", "ａｎｎ＠ｅxample。org－Ｚ０９～！", "ann@example。org-Z09~!"},
		{"variation selector", "1\ufe0f2", "12"},
		{"two lines stay two words", "a@b.org\nc", "a@b.org c"},
		{"controls stay", "a\x00b\x1b\u0085c", "a\x00b\x1b c"},
		{"not UTF-8 stays wrong", "a\xffb", "a\x00b"},
	} {
		if got := Parsed(tt.in); got != tt.want {
			t.Errorf("%s: Parsed(%q) = %q; want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

// R0: a password keeps every character unchanged, except controls, which are
// refused.
func TestSecretTakesEverythingButControls(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r <= 0xdfff {
			continue // no characters
		}
		_, err := Secret("a"+string(r)+"b", 128)
		var char *CharError
		if control := r < 0x20 || r == 0x7f; control != errors.As(err, &char) || !control && err != nil {
			t.Fatalf("U+%04X: %v", r, err)
		}
	}
	for _, same := range [][2]string{{"cafe\u0301", "café"}, {"\u1112\u1161\u11ab", "한"}} {
		a, _ := Secret(same[0], 128)
		b, _ := Secret(same[1], 128)
		if a != b {
			t.Errorf("%q and %q differ", a, b)
		}
	}
	for in, want := range map[string]error{"\xff": ErrEncoding, strings.Repeat("x", 129): ErrLong, strings.Repeat("x", 10<<20): ErrLong} {
		if _, err := Secret(in, 128); !errors.Is(err, want) {
			t.Errorf("%.20q: %v", in, err)
		}
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want, char string }{
		{name: "plain", in: "  Blue key ", want: "Blue key"},
		{name: "persian with joiner", in: "کلید\u200cها", want: "کلید\u200cها"},
		{name: "family", in: "👩‍👩‍👧", want: "👩‍👩‍👧"},
		{name: "flag of Scotland", in: "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f key", want: "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f key"},
		{name: "logo", in: "\uf8ff Watch", want: "\uf8ff Watch"},
		{name: "break hints", in: "\ufeffsoft\u00adhy\u200bphen", want: "softhyphen"},
		{name: "override", in: "a\u202eb", char: "U+202E (RIGHT-TO-LEFT OVERRIDE)"},
		{name: "mark", in: "a\u200fb", char: "U+200F (RIGHT-TO-LEFT MARK)"},
		{name: "line feed", in: "a\nb", char: "U+000A (LINE FEED)"},
		{name: "escape", in: "a\x1b[31m", char: "U+001B (ESCAPE)"},
		{name: "line separator", in: "a\u2028b", char: "U+2028 (LINE SEPARATOR)"},
		{name: "hidden tags", in: "a\U000e0041", char: "U+E0041"},
		{name: "tags behind a flag", in: "🏴" + strings.Repeat("\U000e0061", 9), char: "U+E0061"},
		{name: "nothing to see", in: " \u200d\ufe0f\u3164 "},
		{name: "empty", in: ""},
		{name: "long", in: strings.Repeat("é", 65)},
		{name: "not UTF-8", in: "a\xff"},
	} {
		got, err := Shown(tt.in, 64)
		var char *CharError
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
		if errors.As(err, &char) != (tt.char != "") || char != nil && char.Name() != tt.char {
			t.Errorf("%s: names %v; want %s", tt.name, char, tt.char)
		}
	}
}

// A stranger's text contains no link, no second line and no terminal command.
func TestStranger(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Thunderbird 115.10.1": "Thunderbird 115.10.1",
		"Firefox, Linux":       "Firefox, Linux",
		"کلید\u200cها":         "کلیدها",
		"Nightlatch -Open-it-again-now-at:https://evil.example/x": "Nightlatch -Open-it-again-now-at https…",
		"evil.example/login":     "evil example login",
		"ｈｔｔｐｓ：／／ｅｖｉｌ．example":   "ｈｔｔｐｓ ｅｖｉｌ example",
		"evil。example":           "evil example",
		"www.evil.example":       "www evil example",
		"me@evil.example":        "me evil example",
		"call +1 (202) 555-0143": "call + …",
		"call 202.555.0143 now":  "call … now",
		"http://127.0.0.1:80/":   "http …",
		"a\x1b]8;;http://x\x07b": "a 8 http x b",
		"a\r\nBcc: eve":          "a Bcc eve",
		"\u202eelgoog\u2066":     "elgoog",
		"“quoted” <b>":           "quoted b",
		"":                       "",
		"://":                    "",
		"\xff":                   "",
	} {
		got := Stranger(in)
		if got != want {
			t.Errorf("Stranger(%q) = %q; want %q", in, got, want)
		}
		if again := Stranger(got); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	}
	if Quote("x") != "“x”" || Quote("/") != "" {
		t.Error(Quote("x"), Quote("/"))
	}
}

func FuzzStranger(f *testing.F) {
	for _, s := range []string{"evil.example", "1.2.3.4", "ﬁ.1.2", "tel:+12025550143", "a․b", "１．２．３．４", "½.½"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Stranger(s)
		if again := Stranger(got); again != got {
			t.Errorf("%q: %q becomes %q", s, got, again)
		}
		if n := len([]rune(got)); n > quoteMax {
			t.Errorf("%q: %d characters", s, n)
		}
		for i, r := range got {
			if unicode.IsControl(r) || unseen(r) || strings.ContainsRune(":/@<>\\“”\"", r) {
				t.Errorf("%q: %q has U+%04X", s, got, r)
			}
			if r == '.' && !(i > 0 && i+1 < len(got) && isDigit(rune(got[i-1])) && isDigit(rune(got[i+1]))) {
				t.Errorf("%q: %q has a dot that could be a link", s, got)
			}
		}
	})
}

func TestFile(t *testing.T) {
	t.Parallel()
	le := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for _, tt := range []struct{ name, in, want, why string }{
		{"plain", "a\nb\n", "a\nb\n", ""},
		{"byte order mark", "\xef\xbb\xbfa", "a", ""},
		{"only a byte order mark", "\xef\xbb\xbf", "", ""},
		{"CR LF", "a\r\nb\r\n", "a\nb\n", ""},
		{"old CR", "a\rb", "a\nb", ""},
		{"DOS end of file", "a\r\n\x1a", "a\n", ""},
		{"UTF-16, little endian", le("é\r\n"), "é\n", ""},
		{"UTF-16, big endian", "\xfe\xff\x00a", "a", ""},
		{"UTF-16 without a mark", "a\x00b\x00", "", "the file is UTF-16"},
		{"UTF-16 cut off", "\xff\xfea", "", "ends within"},
		{"half a pair", "\xff\xfe\x00\xd8", "", "half a character"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "", "UTF-32"},
		{"Latin-1", "caf\xe9", "", "byte 4"},
		{"binary", "abc\x00d", "", "not text"},
		{"empty", "", "", ""},
	} {
		got, err := File([]byte(tt.in))
		if got != tt.want || (err == nil) != (tt.why == "") || err != nil && !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}

// A name contains no terminal command and can't reorder the line.
func TestVisible(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"example.org": "example.org", "a\x1b]0;title\x07b\x1b[2J": "a ]0;title b [2J", "\u009b31mred": "31mred",
		"a\tb\r\nc": "a b c", "\u202eab\u2066": "ab", "a\U000e0041": "a", "\xff": "", strings.Repeat("x", 99): strings.Repeat("x", 79) + "…",
	} {
		if got := Visible(in, 80); got != want {
			t.Errorf("Visible(%q) = %q; want %q", in, got, want)
		}
	}
}
