package account

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"nightlatch/server/rawtext"
	"nightlatch/server/strength"
)

// ErrUsername reports a user name that R0 does not allow.
var ErrUsername = errors.New("account: user name must have 3 to 32 ASCII letters, digits, dots or underscores")

// CheckUsername returns ErrUsername if R0 does not allow the user name.
func CheckUsername(s string) error {
	if len(s) < UsernameMin || len(s) > UsernameMax {
		return ErrUsername
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_':
		default:
			return ErrUsername
		}
	}
	return nil
}

// ParseUsername removes invisible characters from a user name, which pasted text may have.
// The result may still violate R0.
func ParseUsername(s string) string { return rawtext.Parsed(s) }

// Fold returns the form in which user names are compared (R0): ASCII lower case.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// A PasswordReason says why a password was refused.
type PasswordReason string

// The reasons of R0, in the order in which they are checked.
const (
	PasswordControl          PasswordReason = "control" // U+0000 to U+001F or U+007F, or not UTF-8
	PasswordTooShort         PasswordReason = "too_short"
	PasswordTooLong          PasswordReason = "too_long"
	PasswordContainsUsername PasswordReason = "contains_username"
	PasswordCommon           PasswordReason = "common"
)

// A PasswordError reports a password that R0 does not allow. It does not contain the
// password.
type PasswordError struct {
	Reason  PasswordReason
	Pattern strength.Pattern // common: the pattern that makes it easy to guess; "" if unknown
}

func (e *PasswordError) Error() string {
	return fmt.Sprintf("account: password refused: %s", e.Reason)
}

// Advice says what makes the password easy to guess. It is "" if the reason says everything.
// It quotes nothing of the password.
func (e *PasswordError) Advice() string {
	switch e.Pattern {
	case strength.Word:
		return "Most of it is a common password, a word or a name. Attackers try those first, also with digits and marks around them. Add more unrelated words."
	case strength.Keyboard:
		return "Most of it is a row of neighbouring keys. Attackers try those first. Choose a few unrelated words."
	case strength.Repeat:
		return "Most of it is repeated. A repetition adds little strength. Choose a few unrelated words."
	case strength.Sequence:
		return "Most of it is a sequence such as abcd or 6543. Attackers try those first. Choose a few unrelated words."
	case strength.Date:
		return "Most of it is a date. Attackers try those first. Choose a few unrelated words."
	case strength.Year:
		return "Much of it is a year. Attackers try those first. Choose a few unrelated words."
	}
	return ""
}

// NormalizePassword returns the form of a password that is hashed (rawtext.Secret). For a
// password that no account can have, it returns a *PasswordError (too_long, control).
func NormalizePassword(s string) (string, error) {
	s, err := rawtext.Secret(s, PasswordMax)
	switch {
	case errors.Is(err, rawtext.ErrLong):
		return "", &PasswordError{Reason: PasswordTooLong}
	case err != nil:
		return "", &PasswordError{Reason: PasswordControl}
	}
	return s, nil
}

// leastGuesses is the number of guesses that a password must withstand. Eight random
// characters count as ten times as many, so that none of them is refused by chance.
const leastGuesses = 1e7

// CheckPassword returns a *PasswordError if R0 does not allow the new password. It
// normalises the password first.
func CheckPassword(p Policy, username, password string) error {
	password, err := NormalizePassword(password)
	if err != nil {
		return err
	}
	switch n := utf8.RuneCountInString(password); {
	case n < p.PasswordMin:
		return &PasswordError{Reason: PasswordTooShort}
	case n > p.PasswordMax:
		return &PasswordError{Reason: PasswordTooLong}
	}
	folded := strings.ToLower(password)
	if resembles(folded, Fold(username)) {
		return &PasswordError{Reason: PasswordContainsUsername}
	}
	if common(folded) {
		return &PasswordError{Reason: PasswordCommon}
	}
	if guesses, pattern := strength.Judge(password, Fold(username), unmarked(Fold(username))); guesses < leastGuesses {
		return &PasswordError{Reason: PasswordCommon, Pattern: pattern}
	}
	return nil
}
