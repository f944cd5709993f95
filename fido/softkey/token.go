package softkey

import (
	"crypto/hmac"
	"crypto/rand"
	"time"

	"nightlatch/fido/ctap2/wire"
)

// The time limits of a token (CTAP section 6.5.2.1): until its first use, for the user
// presence that came with it, and in all.
const (
	tokenIdle    = 30 * time.Second
	tokenPresent = 30 * time.Second
	tokenLife    = 10 * time.Minute
)

// A token is a pinUvAuthToken: it proves a correct PIN or finger (CTAP section 6.5.2).
type token struct {
	value       []byte
	permissions byte
	rpID        string // "" until its first use with one
	begun       time.Time
	used        bool
	present     bool // the user touched the key when it was issued
}

// begin issues a new token and voids the last one.
func (k *Key) begin(permissions byte, rpID string, present bool) []byte {
	value := make([]byte, 32)
	_, _ = rand.Read(value) // never fails, as documented
	k.pins.token = token{value: value, permissions: permissions, rpID: rpID, begun: k.now(), present: present}
	return value
}

// current returns the token, or nil if it has expired.
func (k *Key) current() *token {
	t := &k.pins.token
	age := k.now().Sub(t.begun)
	if age > tokenLife || !t.used && age > tokenIdle {
		*t = token{}
	}
	if age > tokenPresent {
		t.present = false
	}
	return t
}

// authorize checks a pinUvAuthParam over message against the token.
func (k *Key) authorize(protocol int, param, message []byte, permission byte) code {
	switch protocol {
	case 0:
		return missingParameter
	case 1, 2:
	default:
		return invalidParameter
	}
	t := k.current()
	if len(t.value) == 0 || t.permissions&permission == 0 || !hmac.Equal(param, wire.Authenticate(protocol, t.value, message)) {
		return pinAuthInvalid
	}
	t.used = true
	return ok
}

// used clears the token after a command that used its touch (CTAP section 6.5.2.1,
// clearUserPresentFlag, clearUserVerifiedFlag and
// clearPinUvAuthTokenPermissionsExceptLbw).
func (p *pins) used() { p.token.permissions, p.token.present = 0, false }
