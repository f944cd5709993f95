// Package e164 reads telephone numbers that people typed and writes them in ITU-T E.164
// form: a plus sign, a country code and a national (significant) number, at most 15 digits
// in all.
//
// table.txt says how each country writes its numbers. It is generated from the metadata of
// Google's libphonenumber; its first lines have the version. The tests generate it, and
// compare this package with the Go port of that library: every number that is accepted here
// is accepted there, and means the same. The library itself is not in the program, because
// it decodes all its metadata at every start (decisions 22 and 44).
//
// A number is accepted if it is possible: if its country has numbers of that length. It may
// not be assigned to anyone.
package e164

import (
	"errors"
	"strings"
)

// Errors of Parse.
var (
	ErrMalformed = errors.New("e164: not a telephone number")
	ErrCountry   = errors.New("e164: no country code, or an unknown one")
	ErrLength    = errors.New("e164: too short or too long for its country")
)

const (
	maxInput  = 250 // bytes; libphonenumber's limit
	minDigits = 7   // as in Niue; shorter numbers are short codes
	maxDigits = 15  // ITU-T E.164 (11/2010), clause 6
)

// A Number is a possible telephone number. The zero Number is no number. Numbers can be
// compared with ==.
type Number struct{ code, national string }

// Parse reads a number that a person typed. A number without a plus sign is read as
// dialled in region (ISO 3166-1 alpha-2, "US"): a national number, or an international one
// with the region's prefix. If region is "" or unknown, the plus sign is required.
//
// Parse accepts words before the number, brackets, dashes, dots, full-width and Arabic
// digits, and the letters of a keypad (ITU-T E.161). It refuses extensions, and numbers
// without an area code that work within their area only (R10).
// Errors: ErrMalformed, ErrCountry, ErrLength.
func Parse(typed, region string) (Number, error) {
	w, err := read(typed)
	if err != nil {
		return Number{}, err
	}
	home := territoryOf(region)
	code, rest, err := w.split(home)
	if err != nil {
		return Number{}, err
	}
	at := home
	if code != "" {
		at = planOf(code).main()
	}
	n := Number{at.code, at.significant(rest)}
	main := planOf(n.code).main()
	switch digits := len(n.code + n.national); {
	case main.length(n.national) != possible, digits < minDigits, digits > maxDigits:
		return Number{}, ErrLength
	case main.significant(n.national) != n.national: // it has a second prefix, so its own written form would be read as another number
		return Number{}, ErrMalformed
	}
	return n, nil
}

// split returns the country code that was typed, "" for a national number of home, and the
// rest of the digits. Error: ErrCountry.
func (w written) split(home *territory) (code, rest string, err error) {
	digits, international := w.digits, w.plus
	if home == nil && !international {
		return "", "", ErrCountry
	}
	// The international prefix, which some people type even after a plus sign.
	if home != nil && (!international || codeOf(digits) == "") {
		if after, ok := home.abroad(digits); ok {
			digits, international = after, true
		}
	}
	if international {
		if code = codeOf(digits); code == "" {
			return "", "", ErrCountry
		}
		return code, digits[len(code):], nil
	}
	// The country code without a plus sign, if the number is valid only then.
	if after, ok := strings.CutPrefix(digits, home.code); ok {
		after = home.withoutPrefix(after)
		if !home.valid(digits) && home.valid(after) || home.length(digits) == long {
			return home.code, after, nil
		}
	}
	return "", digits, nil
}

// String returns the number in E.164 form: +12025550143.
func (n Number) String() string {
	if n.code == "" {
		return ""
	}
	return "+" + n.code + n.national
}

// International returns the number in the groups that are usual in its country:
// +1 202-555-0143 (ITU-T E.123).
func (n Number) International() string {
	if n.code == "" {
		return ""
	}
	return "+" + n.code + " " + planOf(n.code).grouped(n.national)
}
