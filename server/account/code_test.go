package account

import (
	"errors"
	"strings"
	"testing"
)

func TestNewCodeR76(t *testing.T) {
	t.Parallel()
	counts := map[rune]int{}
	seen := map[string]bool{}
	for range 4096 {
		code := NewCode()
		if seen[code] {
			t.Fatalf("%s came twice", code)
		}
		seen[code] = true
		if got, err := NormalizeCode(FormatCode(code)); got != code || err != nil {
			t.Fatalf("%s is read as %q, %v", FormatCode(code), got, err)
		}
		for _, r := range code {
			counts[r]++
		}
	}
	if len(counts) != 32 {
		t.Errorf("%d different symbols; want 32", len(counts))
	}
	for r, n := range counts { // 2048 expected, standard deviation 45
		if n < 1750 || n > 2350 {
			t.Errorf("%c came %d times of 65536", r, n)
		}
	}
}

func TestNormalizeCodeR76(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"as printed", "7kmq-2xwd-9hfz-3r8n", "7kmq2xwd9hfz3r8n"},
		{"capitals and spaces", " 7KMQ 2XWD 9HFZ 3R8N", "7kmq2xwd9hfz3r8n"},
		{"in one piece", "7kmq2xwd9hfz3r8n", "7kmq2xwd9hfz3r8n"},
		{"look-alike letters", "OIL7-2xwd-9hfz-3r8n", "01172xwd9hfz3r8n"},
		{"look-alikes in lower case", "oil7-2xwd-9hfz-3r8n", "01172xwd9hfz3r8n"},
		{"en dash, em dash, minus, non-breaking hyphen", "7kmq\u20132xwd\u20149hfz\u22123r8\u2011n", "7kmq2xwd9hfz3r8n"},
		{"figure dash, small and full-width hyphen", "7kmq\u20122xwd\ufe639hfz\uff0d3r8n", "7kmq2xwd9hfz3r8n"},
		{"soft hyphen of a page break", "7kmq-2xwd-\u00ad9hfz-3r8n", "7kmq2xwd9hfz3r8n"},
		{"non-breaking and ideographic space, tab, line feed", "7kmq\u00a02xwd\u30009hfz\t3r8n\n", "7kmq2xwd9hfz3r8n"},
		{"one short", "7kmq-2xwd-9hfz-3r8", ""},
		{"one long", "7kmq-2xwd-9hfz-3r8n-7", ""},
		{"u is not in the alphabet", "7kmu-2xwd-9hfz-3r8n", ""},
		{"underscore", "7kmq_2xwd_9hfz_3r8n", ""},
		{"full-width letters and digits", "７ＫＭＱ－2xwd－9ｈfz－3r8n", "7kmq2xwd9hfz3r8n"},
		{"Kelvin sign is not k", "7\u212amq-2xwd-9hfz-3r8n", ""},
		{"dotted capital I", "7kmq-2xwd-9hfz-3r8\u0130", ""},
		{"cyrillic", "7\u043amq-2xwd-9hfz-3r8n", ""},
		{"NUL", "7kmq-2xwd-9hfz-3r8n\x00", ""},
		{"right-to-left mark", "7kmq-2xwd-9hfz-3r8n\u200f", "7kmq2xwd9hfz3r8n"},
		{"not UTF-8", "7kmq-2xwd-9hfz-3r8\xff", ""},
		{"empty", "", ""},
		{"dashes alone", "----", ""},
		{"10 MB of dashes", strings.Repeat("-", 10<<20), ""},
		{"a password", "correct horse battery staple", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := NormalizeCode(tt.in)
			if got != tt.want || (tt.want == "") != errors.Is(err, ErrCode) {
				t.Errorf("NormalizeCode(%.60q) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func FuzzCode(f *testing.F) {
	for _, s := range []string{"7kmq-2xwd-9hfz-3r8n", "OIL7 2XWD\u20149hfz3r8n", "", "u"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, err := NormalizeCode(s)
		if err != nil {
			return
		}
		if len(code) != 16 || strings.Trim(code, crockford) != "" {
			t.Fatalf("%q is read as %q", s, code)
		}
		for _, again := range []string{code, FormatCode(code), strings.ToUpper(FormatCode(code))} {
			if got, err := NormalizeCode(again); got != code || err != nil {
				t.Errorf("%q is read as %q, %v", again, got, err)
			}
		}
	})
}
