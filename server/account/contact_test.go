package account

import (
	"errors"
	"net/mail"
	"regexp"
	"strings"
	"testing"
)

func TestNormalizeEmail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "ann@example.org", "ann@example.org"},
		{"surrounding space", " ann@example.org\t\r\n", "ann@example.org"},
		{"spaces around", "  ann@example.org ", "ann@example.org"},
		{"domain is folded, local part is not", "Ann.Lee@Example.ORG", "Ann.Lee@example.org"},
		{"tag", "ann+nightlatch@example.org", "ann+nightlatch@example.org"},
		{"every character of an atom", "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"},
		{"international domain", "ann@bücher.example", "ann@xn--bcher-kva.example"},
		{"ideographic full stop", "ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"},
		{"localhost", "ann@localhost", "ann@localhost"},
		{"local part of 64", strings.Repeat("a", 64) + "@example.org", strings.Repeat("a", 64) + "@example.org"},
		{"local part of 65", strings.Repeat("a", 65) + "@example.org", ""},
		{"longer than 254", strings.Repeat("a", 60) + "@" + strings.Repeat("abcdefghi.", 20) + "org", ""},
		{"10 MB", strings.Repeat("a", 10<<20) + "@example.org", ""},
		{"empty", "", ""},
		{"no at sign", "ann.example.org", ""},
		{"no local part", "@example.org", ""},
		{"no domain", "ann@", ""},
		{"two at signs", "ann@home@example.org", ""},
		{"one label", "ann@example", ""},
		{"numeric top level", "ann@127.0.0.1", ""},
		{"address literal", "ann@[127.0.0.1]", ""},
		{"display name", "Ann <ann@example.org>", ""},
		{"angle brackets", "<ann@example.org>", ""},
		{"quoted", `"ann lee"@example.org`, ""},
		{"comment", "ann(work)@example.org", ""},
		{"list", "ann@example.org,bob@example.org", ""},
		{"header injection", "ann@example.org\r\nBcc: bob@example.org", ""},
		{"NUL", "ann\x00@example.org", ""},
		{"right-to-left override", "ann@\u202eexample.org", "ann@example.org"},
		{"zero width joiner", "ann@exam\u200dple.org", "ann@example.org"},
		{"not ASCII before the at", "änn@example.org", ""},
		{"dots", "ann..lee@example.org", ""},
		{"leading dot", ".ann@example.org", ""},
		{"trailing dot", "ann.@example.org", ""},
		{"empty label", "ann@example..org", ""},
		{"absolute domain", "ann@example.org.", ""},
		{"hyphen first", "ann@-example.org", ""},
		{"underscore in domain", "ann@exa_mple.org", ""},
		{"not UTF-8", "ann@\xffexample.org", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := NormalizeEmail(tt.in)
			if got != tt.want || (tt.want == "") != errors.Is(err, ErrEmail) {
				t.Errorf("NormalizeEmail(%.60q) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestNormalizePhoneR10(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, region, want string }{
		{"fictional", "+1 202 555 0143", "", "+12025550143"},
		{"fictional, national", "(202) 555-0199", "US", "+12025550199"},
		{"region in lower case", "202 555 0100", "us", "+12025550100"},
		{"fictional British number", "020 7946 0018", "GB", "+442079460018"},
		{"german with zero in brackets", "+49 (0)30 23125 0", "", "+4930231250"},
		{"double zero", "0049 30 231250", "DE", "+4930231250"},
		{"arabic digits", "+١ ٢٠٢ ٥٥٥ ٠١٤٣", "", "+12025550143"},
		{"full-width", "＋１２０２５５５０１４３", "", "+12025550143"},
		{"no region, no plus", "202 555 0143", "", ""},
		{"too short", "+1 202 555", "", ""},
		{"too long", "+1 202 555 0143 12345", "", ""},
		{"extension", "+1 202 555 0143 ext. 7", "", ""},
		{"unknown country code", "+999 555 01 43 12", "", ""},
		{"emergency", "112", "DE", ""},
		{"short code", "40404", "US", ""},
		{"without its area code", "555-0143", "US", ""},
		{"letters", "call me", "US", ""},
		{"empty", "", "US", ""},
		{"10 MB", strings.Repeat("1", 10<<20), "US", ""},
		{"line feed", "+1 202 555\n0143", "US", "+12025550143"},
		{"right-to-left mark", "+1 202 555 0143\u200f", "US", "+12025550143"},
		{"not UTF-8", "+1202555014\xff3", "US", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := NormalizePhone(tt.in, tt.region)
			if got != tt.want || (tt.want == "") != errors.Is(err, ErrPhone) {
				t.Errorf("NormalizePhone(%.40q, %q) = %q, %v; want %q", tt.in, tt.region, got, err, tt.want)
			}
		})
	}
}

// All fictional numbers of North America are accepted. The lab needs them.
func TestFictionalNumbers(t *testing.T) {
	t.Parallel()
	for _, area := range []string{"202", "212", "415", "305"} {
		for n := range 100 {
			want := "+1" + area + "55501" + string(rune('0'+n/10)) + string(rune('0'+n%10))
			if got, err := NormalizePhone(want, ""); err != nil || got != want {
				t.Fatalf("NormalizePhone(%q) = %q, %v", want, got, err)
			}
		}
	}
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"maya@example.org": "m•••@example.org", "m@x.org": "m•••@x.org", "": "", "maya": "", "@x": ""} {
		if got := MaskEmail(in); got != want {
			t.Errorf("MaskEmail(%q) = %q; want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"+12025550143": "•••• 0143", "+1234567": "•••• 4567", "+12345": "", "": ""} {
		if got := MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestNormalizeLabel(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "  Blue key ", "Blue key"},
		{"persian with joiner", "\u06a9\u0644\u06cc\u062f\u200c\u0647\u0627", "\u06a9\u0644\u06cc\u062f\u200c\u0647\u0627"},
		{"family emoji", "👩‍👩‍👧", "👩‍👩‍👧"},
		{"composed", "cle\u0301", "clé"},
		{"64", strings.Repeat("é", 64), strings.Repeat("é", 64)},
		{"65", strings.Repeat("é", 65), ""},
		{"10 MB", strings.Repeat("x", 10<<20), ""},
		{"empty", "", ""},
		{"blank", " \u00a0 ", ""},
		{"line feed", "a\nb", ""},
		{"escape", "a\x1b[31mb", ""},
		{"override", "a\u202eb", ""},
		{"isolate", "a\u2066b", ""},
		{"line separator", "a\u2028b", ""},
		{"byte order mark", "\ufeffa", "a"},
		{"tag characters", "a\U000e0041", ""},
		{"private use", "a\ue000", "a\ue000"},
		{"not UTF-8", "a\xff", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := NormalizeLabel(tt.in, 64)
			if got != tt.want || (tt.want == "") != errors.Is(err, ErrLabel) {
				t.Errorf("NormalizeLabel(%.40q) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"ann@example.org", "Ann@BÜCHER.example", `"a b"@x.org`, "a@[::1]", "a@b@c.d", "a@xn--", "a@xn--a.org"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := NormalizeEmail(s)
		if err != nil {
			return
		}
		if again, err := NormalizeEmail(e); err != nil || again != e {
			t.Errorf("%q normalises to %q, and that to %q, %v", s, e, again, err)
		}
		if len(e) > emailMax || strings.ContainsAny(e, " \r\n\t<>,;\"") || strings.Count(e, "@") != 1 {
			t.Errorf("%q normalises to %q", s, e)
		}
		for i := range len(e) {
			if e[i] <= ' ' || e[i] > '~' {
				t.Fatalf("%q has byte %#x", e, e[i])
			}
		}
		if a, err := mail.ParseAddress(e); err != nil || a.Address != e {
			t.Errorf("net/mail reads %q as %v, %v", e, a, err)
		}
	})
}

var wholeNumber = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`) // ITU-T E.164, clause 6

func FuzzPhone(f *testing.F) {
	f.Add("+1 202 555 0143", "")
	f.Add("0171 2345678", "DE")
	f.Add("tel:+1-202-555-0143;ext=5", "US")
	f.Add("+", "ZZ")
	f.Fuzz(func(t *testing.T, s, region string) {
		p, err := NormalizePhone(s, region)
		if err != nil {
			return
		}
		if !wholeNumber.MatchString(p) {
			t.Errorf("%q in %q normalises to %q", s, region, p)
		}
		if again, err := NormalizePhone(p, ""); err != nil || again != p {
			t.Errorf("%q normalises to %q, and that to %q, %v", s, p, again, err)
		}
	})
}

func FuzzLabel(f *testing.F) {
	for _, s := range []string{"Blue key", "a\u202eb", "e\u0301", "\xff", " "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := NormalizeLabel(s, 64)
		if err != nil {
			return
		}
		if again, err := NormalizeLabel(l, 64); err != nil || again != l {
			t.Errorf("%q normalises to %q, and that to %q, %v", s, l, again, err)
		}
	})
}
