package softkey

import (
	"crypto/hmac"
	"crypto/rand"
	"time"
)

// What a token lets its bearer do (CTAP section 6.5.5.7).
const (
	mayMake   byte = 0x01
	mayAssert byte = 0x02
	mayManage byte = 0x04
)

// How long a token is good (CTAP section 6.5.2.1): for so long until it is first
// used, for so long a touch counts that was given with it, and for so long in all.
const (
	tokenIdle    = 30 * time.Second
	tokenPresent = 30 * time.Second
	tokenLife    = 10 * time.Minute
)

// A token stands for a PIN or a finger that was right (CTAP section 6.5.2).
type token struct {
	value       []byte
	permissions byte
	rpID        string // "" until it is first used with one
	begun       time.Time
	used        bool
	present     bool // the user touched the key when it was given
}

// begin gives out a new token; every other one is void.
func (k *Key) begin(permissions byte, rpID string, present bool) []byte {
	value := make([]byte, 32)
	_, _ = rand.Read(value) // never fails, as documented
	k.pins.token = token{value: value, permissions: permissions, rpID: rpID, begun: k.now(), present: present}
	return value
}

// current is the token, as far as its time is not up.
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
	if len(t.value) == 0 || t.permissions&permission == 0 || !hmac.Equal(param, authenticate(protocol, t.value, message)) {
		return pinAuthInvalid
	}
	t.used = true
	return ok
}

// used takes from a token what a touch was spent on (CTAP section 6.5.2.1,
// clearUserPresentFlag, clearUserVerifiedFlag and
// clearPinUvAuthTokenPermissionsExceptLbw).
func (p *pins) used() { p.token.permissions, p.token.present = 0, false }
