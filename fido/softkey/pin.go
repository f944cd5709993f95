package softkey

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"unicode/utf8"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
)

// pins is the PIN state that is lost when the key is unplugged.
type pins struct {
	protocols map[int]*wire.KeyAgreement
	inRow     int // wrong PINs in a row
	token     token
}

// powerUp clears the state. The key pair of a protocol is made at its first use.
func (p *pins) powerUp() { *p = pins{protocols: make(map[int]*wire.KeyAgreement)} }

func (p *pins) protocol(number int) (*wire.KeyAgreement, code) {
	if number != 1 && number != 2 {
		return nil, invalidParameter
	}
	if p.protocols[number] == nil {
		fresh, err := wire.NewAgreement(number)
		if err != nil {
			return nil, invalidParameter
		}
		p.protocols[number] = fresh
	}
	return p.protocols[number], ok
}

// pinRequest is the input of authenticatorClientPIN.
type pinRequest struct {
	Protocol    int          `cbor:"1,keyasint"`
	Subcommand  int          `cbor:"2,keyasint"`
	Agreement   *wire.EC2Key `cbor:"3,keyasint"`
	Auth        []byte       `cbor:"4,keyasint"`
	NewPIN      []byte       `cbor:"5,keyasint"`
	PINHash     []byte       `cbor:"6,keyasint"`
	Permissions *byte        `cbor:"9,keyasint"`
	RPID        *string      `cbor:"10,keyasint"`
}

// pinAnswer is the answer of authenticatorClientPIN. Each subcommand sets some of the members.
type pinAnswer struct {
	Agreement  *wire.EC2Key `cbor:"1,keyasint,omitempty"`
	Token      []byte       `cbor:"2,keyasint,omitempty"`
	Tries      *int         `cbor:"3,keyasint,omitempty"`
	PowerCycle *bool        `cbor:"4,keyasint,omitempty"`
	UVTries    *int         `cbor:"5,keyasint,omitempty"`
}

func (k *Key) clientPIN(params []byte, touched consent) (any, code) {
	if k.traits.NoPIN {
		return nil, invalidCommand
	}
	var r pinRequest
	if st := decode(params, &r); st != ok {
		return nil, st
	}
	switch r.Subcommand {
	case wire.PINRetries:
		tries, replug := k.state.PINTries, k.pins.inRow >= pinInRow
		return pinAnswer{Tries: &tries, PowerCycle: &replug}, ok
	case wire.PINUVRetries:
		if k.kind != Fingerprint {
			return nil, invalidSubcommand
		}
		tries := k.state.UVTries
		return pinAnswer{UVTries: &tries}, ok
	case wire.PINAgreement, wire.PINSet, wire.PINChange, wire.PINToken, wire.PINTokenUV, wire.PINTokenPerm:
	default:
		return nil, invalidSubcommand
	}
	if r.Protocol == 0 {
		return nil, missingParameter
	}
	p, st := k.pins.protocol(r.Protocol)
	if st != ok {
		return nil, st
	}
	if r.Subcommand == wire.PINAgreement {
		public := p.Public()
		return pinAnswer{Agreement: &public}, ok
	}
	if r.Agreement == nil {
		return nil, missingParameter
	}
	shared, err := p.Agree(*r.Agreement)
	if err != nil {
		return nil, invalidParameter
	}
	switch r.Subcommand {
	case wire.PINSet:
		return nil, k.setPIN(&r, shared)
	case wire.PINChange:
		return nil, k.changePIN(&r, shared)
	case wire.PINToken:
		return k.tokenForPIN(&r, shared)
	}
	return k.tokenWithPermissions(&r, shared, touched)
}

func (k *Key) setPIN(r *pinRequest, shared wire.Secret) code {
	switch {
	case r.NewPIN == nil || r.Auth == nil:
		return missingParameter
	case len(k.state.PINHash) > 0, !shared.Verify(r.Auth, r.NewPIN):
		return pinAuthInvalid
	}
	return k.takePIN(r, shared)
}

func (k *Key) changePIN(r *pinRequest, shared wire.Secret) code {
	switch {
	case r.NewPIN == nil || r.Auth == nil || r.PINHash == nil:
		return missingParameter
	case len(k.state.PINHash) > 0 && k.state.PINTries == 0:
		return pinBlocked
	case !shared.Verify(r.Auth, slices.Concat(r.NewPIN, r.PINHash)):
		return pinAuthInvalid
	}
	if st := k.checkOld(r, shared); st != ok {
		return st
	}
	return k.takePIN(r, shared)
}

// takePIN decrypts and sets the new PIN. It is padded with zeros to 64 bytes.
func (k *Key) takePIN(r *pinRequest, shared wire.Secret) code {
	padded, err := shared.Decrypt(r.NewPIN)
	if err != nil || len(padded) != 64 {
		return invalidParameter
	}
	pin := string(bytes.TrimRight(padded, "\x00"))
	if st := k.checkNew(pin); st != ok {
		return st
	}
	if was := k.state.PINHash; k.state.ForceChange && bytes.Equal(was, hashPIN(pin)) {
		return pinPolicy // CTAP section 6.5.5.6: a PIN change is required
	}
	k.state.setPIN(pin)
	k.pins.token = token{}
	return ok
}

func (k *Key) checkNew(pin string) code {
	if utf8.RuneCountInString(pin) < k.traits.MinPIN || len(pin) > maxPINBytes {
		return pinPolicy
	}
	return ok
}

func (s *State) setPIN(pin string) {
	s.PINHash, s.PINTries, s.ForceChange = hashPIN(pin), fido.MaxPINTries, false
}

func hashPIN(pin string) []byte {
	sum := sha256.Sum256([]byte(pin))
	return sum[:wire.PINHashSize]
}

// checkOld checks a PIN. It counts the try before the comparison, so that cutting the
// power cannot undo it.
func (k *Key) checkOld(r *pinRequest, shared wire.Secret) code {
	switch {
	case len(k.state.PINHash) == 0:
		return pinNotSet
	case k.state.PINTries == 0:
		return pinBlocked
	case k.pins.inRow >= pinInRow:
		return pinAuthBlocked
	}
	k.state.PINTries--
	hash, err := shared.Decrypt(r.PINHash)
	if err == nil && hmac.Equal(hash, k.state.PINHash) {
		k.state.PINTries, k.state.UVTries, k.pins.inRow = fido.MaxPINTries, uvTries, 0
		return ok
	}
	k.pins.inRow++
	delete(k.pins.protocols, r.Protocol) // the next try needs a new key agreement
	switch {
	case k.state.PINTries == 0:
		return pinBlocked
	case k.pins.inRow >= pinInRow:
		return pinAuthBlocked
	}
	return code(k.traits.WrongPIN)
}

// tokenForPIN issues a token of CTAP 2.0 (CTAP section 6.5.5.7.1). It permits making
// credentials and assertions for the first relying party it is used with.
func (k *Key) tokenForPIN(r *pinRequest, shared wire.Secret) (any, code) {
	switch {
	case r.Permissions != nil || r.RPID != nil:
		return nil, invalidParameter
	case k.traits.PINManages:
		return nil, unauthorized
	}
	if st := k.checkPIN(r, shared); st != ok {
		return nil, st
	}
	return handOver(k.begin(wire.MayMake|wire.MayAssert, "", false), shared)
}

// tokenWithPermissions issues a token with the requested permissions for a PIN or a
// finger (CTAP sections 6.5.5.7.2 and 6.5.5.7.3).
func (k *Key) tokenWithPermissions(r *pinRequest, shared wire.Secret, touched consent) (any, code) {
	var rpID string
	if r.RPID != nil {
		rpID = *r.RPID
	}
	switch {
	case r.Permissions == nil:
		return nil, missingParameter
	case *r.Permissions == 0:
		return nil, invalidParameter
	case r.Subcommand == wire.PINTokenPerm && k.traits.PINManages && *r.Permissions&(wire.MayMake|wire.MayAssert) != 0:
		return nil, unauthorized
	case r.Subcommand == wire.PINTokenUV && !k.state.Finger:
		return nil, notAllowed
	case *r.Permissions&^(wire.MayMake|wire.MayAssert|wire.MayManage) != 0:
		return nil, unauthorized
	case *r.Permissions&(wire.MayMake|wire.MayAssert) != 0 && rpID == "":
		return nil, missingParameter
	}
	if r.Subcommand == wire.PINTokenPerm {
		if st := k.checkPIN(r, shared); st != ok {
			return nil, st
		}
		return handOver(k.begin(*r.Permissions, rpID, false), shared)
	}
	if st := k.builtIn(touched); st != ok {
		return nil, st
	}
	return handOver(k.begin(*r.Permissions, rpID, true), shared)
}

func (k *Key) checkPIN(r *pinRequest, shared wire.Secret) code {
	if r.PINHash == nil {
		return missingParameter
	}
	if st := k.checkOld(r, shared); st != ok {
		return st
	}
	if k.state.ForceChange {
		return pinInvalid
	}
	return ok
}

func handOver(value []byte, shared wire.Secret) (any, code) {
	sealed, err := shared.Encrypt(value)
	if err != nil {
		return nil, invalidParameter
	}
	return pinAnswer{Token: sealed}, ok
}
