package e164

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// A difference is a kind of number that the library accepts and this package refuses on
// purpose. This package accepts nothing that the library refuses.
type difference struct {
	why string
	is  func(typed string, n *phonenumbers.PhoneNumber) bool
}

var differences = []difference{
	{"it cannot be reached from outside its area", func(_ string, n *phonenumbers.PhoneNumber) bool {
		return phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE_LOCAL_ONLY
	}},
	{"E.164 has at most 15 digits, and fewer than 7 are a short code", func(_ string, n *phonenumbers.PhoneNumber) bool {
		digits := len(phonenumbers.Format(n, phonenumbers.E164)) - 1
		return digits < 7 || digits > 15
	}},
	{"it still has a national prefix, so its written form would be read as another number", func(_ string, n *phonenumbers.PhoneNumber) bool {
		written := phonenumbers.Format(n, phonenumbers.E164)
		again, err := phonenumbers.Parse(written, "")
		return err != nil || phonenumbers.Format(again, phonenumbers.E164) != written
	}},
	{"a semicolon begins a parameter: an extension, a subaddress or a context", func(typed string, _ *phonenumbers.PhoneNumber) bool {
		return strings.Contains(typed, ";")
	}},
	{"the library cuts off a second number or an extension", func(typed string, _ *phonenumbers.PhoneNumber) bool {
		return cutOff.MatchString(typed)
	}},
	{"the library reads a digit of another script as zero", func(typed string, _ *phonenumbers.PhoneNumber) bool {
		return strings.ContainsFunc(typed, func(r rune) bool {
			return unicode.IsDigit(r) && !unicode.In(r, unicode.ASCII_Hex_Digit, unicode.Arabic) && (r < '０' || r > '９')
		})
	}},
	{"it has letters for digits and digits that are not ASCII, which the library drops", func(typed string, _ *phonenumbers.PhoneNumber) bool {
		return threeLetters.MatchString(typed) && strings.ContainsFunc(typed, func(r rune) bool { return r > 127 && unicode.IsDigit(r) })
	}},
	{"the library cuts off characters or takes them for letters by accident", func(typed string, _ *phonenumbers.PhoneNumber) bool {
		return strings.Contains(typed, "&&") || strings.ContainsAny(typed, "\u017f\u212a")
	}},
}

var (
	cutOff       = regexp.MustCompile(`(?i)[\\/] *x|(xtn?|xtensi(o|ó)n?|anexo)[-.． \x{a0}]*\p{Nd}+$|([x~～]|int)[-.． \x{a0}]*\p{Nd}{1,9}$`)
	threeLetters = regexp.MustCompile(`([A-Za-z].*){3}`)
)

// library reads a number with the library. Errors: ErrMalformed, and ErrLength with a
// number that is not possible.
func library(typed, region string) (*phonenumbers.PhoneNumber, error) {
	switch n, err := phonenumbers.Parse(typed, region); {
	case err != nil || n.GetExtension() != "":
		return nil, ErrMalformed
	case !phonenumbers.IsPossibleNumber(n):
		return n, ErrLength
	default:
		return n, nil
	}
}

// compare compares Parse with the library. It reports whether Parse accepts the number, and
// if not, the intended difference, or "" if the library refuses it too.
func compare(t *testing.T, typed, region string) (taken bool, why string) {
	t.Helper()
	want, wantErr := library(typed, region)
	got, err := Parse(typed, region)
	if err != nil {
		if got != (Number{}) || !slices.Contains([]error{ErrMalformed, ErrCountry, ErrLength}, err) {
			t.Errorf("Parse(%q, %q) = %v, %v", typed, region, got, err)
		}
		if want == nil || errors.Is(wantErr, ErrLength) && errors.Is(err, ErrLength) {
			return false, ""
		}
		for _, d := range differences {
			if d.is(typed, want) {
				return false, d.why
			}
		}
		t.Errorf("Parse(%q, %q): %v; the library reads %v, %v", typed, region, err, want, wantErr)
		return false, ""
	}
	if wantErr != nil {
		t.Errorf("Parse(%q, %q) = %s; the library refuses it", typed, region, got)
		return true, ""
	}
	if w := phonenumbers.Format(want, phonenumbers.E164); got.String() != w {
		t.Errorf("Parse(%q, %q) = %s; the library says %s", typed, region, got, w)
	}
	if w := phonenumbers.Format(want, phonenumbers.INTERNATIONAL); got.International() != w {
		t.Errorf("Parse(%q, %q) is written %q; the library says %q", typed, region, got.International(), w)
	}
	for _, written := range []string{got.String(), got.International()} {
		for _, from := range []string{"", region} {
			if again, err := Parse(written, from); err != nil || again != got {
				t.Errorf("Parse(%q, %q) = %v, %v; it was written from %v", written, from, again, err, got)
			}
		}
	}
	return true, ""
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"+1 202 555 0143", "tel:+1-202-555-0143;ext=5", "tel:863-1234;phone-context=+1-914-555", "+0012025550143",
		"1-800-FLOWERS", "0xx11 3333-4444", "20/x25550143", "+٠٠١٢٠٢٥٥٥٠١٤٣", "１ ２０２ ５５５ ０１４３", "+49 (0)30 23125 0", "2025550143x&&y]]",
		"+39 00000५५", "011 15 2345-6789", "8 (800) 555-35-35", "00x1", "+", "1\u017f\u212a", "+49 00 30 123456", "12 ext 3 ext 4",
	} {
		for _, region := range []string{"", "US", "DE", "AR", "BR", "RU"} {
			f.Add(s, region)
		}
	}
	f.Fuzz(func(t *testing.T, typed, region string) { compare(t, typed, region) })
}
