package account

import (
	"errors"
	"fmt"

	"nightlatch/server/e164"
	"nightlatch/server/rawtext"
)

// An Advice says why a text was refused and what to do. It quotes only the
// refused character of the text.
type Advice struct {
	Reason    string // for programs, and to choose another text for it; "" for the general detail
	Character string // reason character: "U+202E (RIGHT-TO-LEFT OVERRIDE)"
	Detail    string
}

// Advise returns the advice on an error of NormalizeLabel, NormalizeEmail or
// NormalizePhone. The general detail is for errors without a specific reason.
func Advise(err error, general string) Advice {
	var char *rawtext.CharError
	switch {
	case errors.As(err, &char):
		return Advice{"character", char.Name(), fmt.Sprintf("It contains %s, which can change how other text reads. Type it again without that character.", char.Name())}
	case errors.Is(err, rawtext.ErrLong):
		return Advice{"too_long", "", fmt.Sprintf("A name has at most %d characters. Shorten it.", KeyLabelMax)}
	case errors.Is(err, rawtext.ErrEmpty):
		return Advice{"empty", "", "It has no visible character. Type a name."}
	case errors.Is(err, rawtext.ErrEncoding):
		return Advice{"encoding", "", "It is not UTF-8. Type it by hand."}
	case errors.Is(err, ErrEmailNotASCII):
		return Advice{"not_ascii", "", "The part before the @ has letters outside ASCII. They need a mail server with SMTPUTF8, which many do not have. " +
			"Use an address whose part before the @ has ASCII letters only; the domain may have any."}
	case errors.Is(err, ErrEmailNoAt):
		return Advice{"no_at", "", "There is no @ with a name before it. An address looks like name@example.org."}
	case errors.Is(err, ErrEmailDomain):
		return Advice{"domain", "", "The part after the @ is not a domain that can get mail. A domain looks like example.org."}
	case errors.Is(err, e164.ErrCountry):
		return Advice{"country", "", "It does not begin with a known country code. Begin with + and the country code: +1 for the United States, +44 for Great Britain."}
	case errors.Is(err, e164.ErrLength):
		return Advice{"length", "", "Numbers of that country have another length. Check for a missing or an additional digit."}
	case errors.Is(err, ErrPhone):
		return Advice{"not_a_number", "", "It contains more than one number: words, an extension or a second number. Type the number alone, with digits, like +1 202 555 0143."}
	}
	return Advice{Detail: general}
}
