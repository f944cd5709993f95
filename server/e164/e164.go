// Package e164 reads telephone numbers that people typed and writes them as
// ITU-T E.164 has them: a plus sign, a country code and a national (significant)
// number, at most 15 digits in all.
//
// How each country writes its numbers is in table.txt, drawn from the metadata
// of Google's libphonenumber: 9.0.32 of June 2026 when this was written; what it
// is now, the first lines of the table say. The tests draw it, and hold every
// answer of this package against that library's: whatever is taken here is taken
// there, and means the same number.
//
// A number is taken when it is possible, that is of a length that its country
// has. Whether it was handed out to anybody is not asked.
package e164

import (
	"errors"
	"strings"
)

// What reading a number can answer.
var (
	ErrMalformed = errors.New("e164: not written like one telephone number")
	ErrCountry   = errors.New("e164: no country code, or one that no country has")
	ErrLength    = errors.New("e164: too short or too long for its country")
)

const (
	maxInput  = 250 // bytes; libphonenumber's limit
	minDigits = 7   // those of Niue; fewer are short codes
	maxDigits = 15  // ITU-T E.164 (11/2010), clause 6
)

// A Number is a possible number. The zero Number is none; two are equal when
// they are the same number.
type Number struct{ code, national string }

// Parse reads a number that a person typed. One without a plus sign is dialled
// from region (ISO 3166-1 alpha-2, "US"): nationally, or with that region's
// prefix for calls abroad. With a region "" or unknown, it must have the plus
// sign.
//
// Words before the number, brackets, dashes, dots, full-width and Arabic digits
// and the letters of a keypad (ITU-T E.161) are read; an extension is refused,
// and so is a number that can only be dialled within its area.
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
	case main.significant(n.national) != n.national: // a second prefix: read again, it would be another number
		return Number{}, ErrMalformed
	}
	return n, nil
}

// split finds the country code that was typed; "" when the rest is as dialled
// within home. Error: ErrCountry.
func (w written) split(home *territory) (code, rest string, err error) {
	digits, international := w.digits, w.plus
	if home == nil && !international {
		return "", "", ErrCountry
	}
	// The prefix for calls abroad, which some type after a plus sign too.
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
	// The country code without a plus sign, when that makes more sense of it.
	if after, ok := strings.CutPrefix(digits, home.code); ok {
		after = home.withoutPrefix(after)
		if !home.valid(digits) && home.valid(after) || home.length(digits) == long {
			return home.code, after, nil
		}
	}
	return "", digits, nil
}

// String is the number as E.164 has it: +12025550143.
func (n Number) String() string {
	if n.code == "" {
		return ""
	}
	return "+" + n.code + n.national
}

// International is the number as people read it, in the groups that are usual in
// its country: +1 202-555-0143 (ITU-T E.123).
func (n Number) International() string {
	if n.code == "" {
		return ""
	}
	return "+" + n.code + " " + planOf(n.code).grouped(n.national)
}
