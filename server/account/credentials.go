package account

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"nightlatch/server/rawtext"
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

// ParseUsername returns a user name without what can't be seen, as it is pasted. The result
// may still be one that R0 does not allow.
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
type PasswordError struct{ Reason PasswordReason }

func (e *PasswordError) Error() string {
	return fmt.Sprintf("account: password refused: %s", e.Reason)
}

// NormalizePassword returns the form of a password that is hashed (rawtext.Secret). For a
// password that no account can have, it returns a *PasswordError (too_long, control).
func NormalizePassword(s string) (string, error) {
	s, err := rawtext.Secret(s, PasswordMax)
	switch {
	case errors.Is(err, rawtext.ErrLong):
		return "", &PasswordError{PasswordTooLong}
	case err != nil:
		return "", &PasswordError{PasswordControl}
	}
	return s, nil
}

// CheckPassword returns a *PasswordError if R0 does not allow the new password. It
// normalises the password first.
func CheckPassword(p Policy, username, password string) error {
	password, err := NormalizePassword(password)
	if err != nil {
		return err
	}
	switch n := utf8.RuneCountInString(password); {
	case n < p.PasswordMin:
		return &PasswordError{PasswordTooShort}
	case n > p.PasswordMax:
		return &PasswordError{PasswordTooLong}
	}
	folded := strings.ToLower(password)
	if resembles(folded, Fold(username)) {
		return &PasswordError{PasswordContainsUsername}
	}
	if common(folded) {
		return &PasswordError{PasswordCommon}
	}
	return nil
}
