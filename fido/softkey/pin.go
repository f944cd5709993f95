package softkey

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"time"
	"unicode/utf8"
)

// The subcommands of authenticatorClientPIN (CTAP section 6.5.5).
const (
	pinGetRetries   = 0x01
	pinGetAgreement = 0x02
	pinSet          = 0x03
	pinChange       = 0x04
	pinGetToken     = 0x05 // as in CTAP 2.0
	pinGetTokenPerm = 0x09 // with permissions
)

// What a token lets its bearer do (CTAP section 6.5.5.7).
const (
	mayMake   byte = 0x01
	mayAssert byte = 0x02
	mayManage byte = 0x04
)

// tokenLife is how long a token is good (CTAP section 6.5.5.7, max usage time).
const tokenLife = 10 * time.Minute

// pins is what a key knows of PINs between plugging in and unplugging.
type pins struct {
	protocols map[int]*protocol
	inRow     int // wrong PINs
	token     token
}

// A token stands for a PIN that was right.
type token struct {
	value       []byte
	permissions byte
	rpID        string // "" until it is first used
	until       time.Time
}

// powerUp starts anew. A protocol's key pair is made when it is first wanted.
func (p *pins) powerUp() { *p = pins{protocols: make(map[int]*protocol)} }

func (p *pins) protocol(number int) (*protocol, code) {
	if number != 1 && number != 2 {
		return nil, invalidParameter
	}
	if p.protocols[number] == nil {
		fresh, err := newProtocol(number)
		if err != nil {
			return nil, invalidParameter
		}
		p.protocols[number] = fresh
	}
	return p.protocols[number], ok
}

// authorize checks a pinUvAuthParam over message against the token.
func (p *pins) authorize(number int, param, message []byte, permission byte, rpID string) code {
	if number != 1 && number != 2 {
		return invalidParameter
	}
	t := &p.token
	switch {
	case len(t.value) == 0, time.Now().After(t.until), t.permissions&permission == 0:
		return pinAuthInvalid
	case !hmac.Equal(param, authenticate(number, t.value, message)):
		return pinAuthInvalid
	case t.rpID != "" && rpID != t.rpID:
		return pinAuthInvalid
	}
	if t.rpID == "" {
		t.rpID = rpID
	}
	return ok
}

// used takes the permissions from a token that a touch was spent on (CTAP section
// 6.5.5.7, clearPinUvAuthTokenPermissionsExceptLbw).
func (p *pins) used() { p.token.permissions = 0 }

// pinRequest is the input of authenticatorClientPIN.
type pinRequest struct {
	Protocol    int      `cbor:"1,keyasint"`
	Subcommand  int      `cbor:"2,keyasint"`
	Agreement   *coseEC2 `cbor:"3,keyasint"`
	Auth        []byte   `cbor:"4,keyasint"`
	NewPIN      []byte   `cbor:"5,keyasint"`
	PINHash     []byte   `cbor:"6,keyasint"`
	Permissions byte     `cbor:"9,keyasint"`
	RPID        string   `cbor:"10,keyasint"`
}

// pinAnswer is its answer; each subcommand fills what it has.
type pinAnswer struct {
	Agreement  *coseEC2 `cbor:"1,keyasint,omitempty"`
	Token      []byte   `cbor:"2,keyasint,omitempty"`
	Tries      *int     `cbor:"3,keyasint,omitempty"`
	PowerCycle *bool    `cbor:"4,keyasint,omitempty"`
}

func (k *Key) clientPIN(params []byte) (any, code) {
	var r pinRequest
	if st := decode(params, &r); st != ok {
		return nil, st
	}
	if r.Subcommand == pinGetRetries {
		tries, replug := k.state.PINTries, k.pins.inRow >= pinInRow
		return pinAnswer{Tries: &tries, PowerCycle: &replug}, ok
	}
	if r.Protocol == 0 {
		return nil, missingParameter
	}
	p, st := k.pins.protocol(r.Protocol)
	if st != ok {
		return nil, st
	}
	if r.Subcommand == pinGetAgreement {
		public := p.public()
		return pinAnswer{Agreement: &public}, ok
	}
	if r.Agreement == nil {
		return nil, missingParameter
	}
	shared, err := p.agree(*r.Agreement)
	if err != nil {
		return nil, invalidParameter
	}
	switch r.Subcommand {
	case pinSet:
		return nil, k.setPIN(&r, shared)
	case pinChange:
		return nil, k.changePIN(&r, shared)
	case pinGetToken:
		r.Permissions, r.RPID = mayMake|mayAssert, ""
		return k.getToken(&r, shared)
	case pinGetTokenPerm:
		switch {
		case r.Permissions == 0:
			return nil, invalidParameter
		case r.Permissions&^(mayMake|mayAssert|mayManage) != 0:
			return nil, unauthorized
		case r.Permissions&(mayMake|mayAssert) != 0 && r.RPID == "":
			return nil, missingParameter
		}
		return k.getToken(&r, shared)
	}
	return nil, invalidParameter
}

func (k *Key) setPIN(r *pinRequest, shared secret) code {
	switch {
	case r.NewPIN == nil || r.Auth == nil:
		return missingParameter
	case len(k.state.PINHash) > 0, !shared.verify(r.Auth, r.NewPIN):
		return pinAuthInvalid
	}
	return k.takePIN(r, shared)
}

func (k *Key) changePIN(r *pinRequest, shared secret) code {
	switch {
	case r.NewPIN == nil || r.Auth == nil || r.PINHash == nil:
		return missingParameter
	case !shared.verify(r.Auth, slices.Concat(r.NewPIN, r.PINHash)):
		return pinAuthInvalid
	}
	if st := k.checkOld(r, shared); st != ok {
		return st
	}
	return k.takePIN(r, shared)
}

// takePIN sets the new PIN: 64 bytes, encrypted, padded with zeros.
func (k *Key) takePIN(r *pinRequest, shared secret) code {
	padded, err := shared.decrypt(r.NewPIN)
	if err != nil || len(padded) != 64 {
		return invalidParameter
	}
	pin := string(bytes.TrimRight(padded, "\x00"))
	if st := checkPIN(pin); st != ok {
		return st
	}
	k.state.setPIN(pin)
	k.pins.token = token{}
	return ok
}

func checkPIN(pin string) code {
	if utf8.RuneCountInString(pin) < minPINRunes || len(pin) > maxPINBytes {
		return pinPolicy
	}
	return ok
}

func (s *State) setPIN(pin string) {
	sum := sha256.Sum256([]byte(pin))
	s.PINHash, s.PINTries = sum[:16], pinTries
}

// checkOld checks a PIN. A try is spent before the comparison, so that cutting the
// power does not give it back.
func (k *Key) checkOld(r *pinRequest, shared secret) code {
	switch {
	case len(k.state.PINHash) == 0:
		return pinNotSet
	case k.state.PINTries == 0:
		return pinBlocked
	case k.pins.inRow >= pinInRow:
		return pinAuthBlocked
	}
	k.state.PINTries--
	hash, err := shared.decrypt(r.PINHash)
	if err == nil && hmac.Equal(hash, k.state.PINHash) {
		k.state.PINTries, k.pins.inRow = pinTries, 0
		return ok
	}
	k.pins.inRow++
	delete(k.pins.protocols, r.Protocol) // the next try needs a new agreement
	switch {
	case k.state.PINTries == 0:
		return pinBlocked
	case k.pins.inRow >= pinInRow:
		return pinAuthBlocked
	}
	return pinInvalid
}

func (k *Key) getToken(r *pinRequest, shared secret) (any, code) {
	if r.PINHash == nil {
		return nil, missingParameter
	}
	if st := k.checkOld(r, shared); st != ok {
		return nil, st
	}
	value := make([]byte, 32)
	_, _ = rand.Read(value) // never fails, as documented
	sealed, err := shared.encrypt(value)
	if err != nil {
		return nil, invalidParameter
	}
	k.pins.token = token{value: value, permissions: r.Permissions, rpID: r.RPID, until: time.Now().Add(tokenLife)}
	return pinAnswer{Token: sealed}, ok
}
