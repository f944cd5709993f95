package softkey

import (
	"crypto/sha256"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/fido/ctap2/wire"
)

// assertRequest is the input of authenticatorGetAssertion (CTAP section 6.2).
type assertRequest struct {
	RPID           string       `cbor:"1,keyasint"`
	ClientDataHash []byte       `cbor:"2,keyasint"`
	Allow          []descriptor `cbor:"3,keyasint"`
	Extensions     struct {
		HMACSecret cbor.RawMessage `cbor:"hmac-secret"`
	} `cbor:"4,keyasint"`
	Options     options `cbor:"5,keyasint"`
	PINAuth     *[]byte `cbor:"6,keyasint"`
	PINProtocol int     `cbor:"7,keyasint"`
}

// assertion is the answer of authenticatorGetAssertion and GetNextAssertion.
type assertion struct {
	Credential descriptor `cbor:"1,keyasint"`
	AuthData   []byte     `cbor:"2,keyasint"`
	Signature  []byte     `cbor:"3,keyasint"`
	User       *user      `cbor:"4,keyasint,omitempty"`
	Count      int        `cbor:"5,keyasint,omitempty"`
}

// A series is the state of authenticatorGetNextAssertion (CTAP section 6.3).
type series struct {
	request  *assertRequest
	flags    byte
	left     []*credential
	lastUsed time.Time
}

func (r *assertRequest) check() code {
	switch {
	case r.RPID == "", r.ClientDataHash == nil:
		return missingParameter
	case len(r.ClientDataHash) != sha256.Size:
		return invalidParameter
	case r.Options.RK != nil:
		return unsupportedOption
	case isFalse(r.Options.UP) && len(r.Extensions.HMACSecret) > 0: // CTAP section 12.5
		return unsupportedOption
	}
	return ok
}

// getAssertion follows the steps of CTAP section 6.2.2.
func (k *Key) getAssertion(params []byte, touched consent) (any, code) {
	var r assertRequest
	if st := decode(params, &r); st != ok {
		return nil, st
	}
	if st := r.check(); st != ok {
		return nil, st
	}
	if st := k.traits.fits(r.Allow); st != ok {
		return nil, st
	}
	if r.PINAuth != nil && len(*r.PINAuth) == 0 {
		return nil, k.whichOne(touched)
	}
	p := proof{param: r.PINAuth, protocol: r.PINProtocol, uv: isTrue(r.Options.UV), permission: wire.MayAssert, rpID: r.RPID}
	if k.traits.AlwaysVerify && !isFalse(r.Options.UP) && p.param == nil && !p.uv { // CTAP section 6.2.2, step 5
		return nil, k.verificationRequired()
	}
	seen, st := k.verify(p, r.ClientDataHash, touched)
	if st != ok {
		return nil, st
	}
	found := k.find(&r, seen.verified)
	if len(found) == 0 {
		return nil, noCredentials // without waiting for a touch: hosts use this to probe
	}
	var flags byte
	if seen.verified {
		flags |= flagUserVerified
	}
	if !isFalse(r.Options.UP) {
		if !seen.present {
			if st := touched(); st != ok {
				return nil, st
			}
		}
		flags |= flagUserPresent
		k.pins.used()
	}
	answer, st := k.assert(&r, found[0], flags)
	if st != ok {
		return nil, st
	}
	if len(found) > 1 {
		answer.Count = len(found)
		k.next = &series{request: &r, flags: flags, left: found[1:], lastUsed: k.now()}
	}
	return answer, ok
}

// find returns the credentials that may sign: with an allow list its first one of this
// key, else all discoverable credentials, newest first.
func (k *Key) find(r *assertRequest, verified bool) []*credential {
	if len(r.Allow) > 0 {
		for _, d := range r.Allow {
			if c, is := k.open(hashed(r.RPID), d.ID); is && d.Type == publicKeyType && c.visible(true, verified) {
				return []*credential{c}
			}
		}
		return nil
	}
	var found []*credential
	for _, kept := range slices.Backward(k.state.Credentials) {
		if kept.RPID != r.RPID {
			continue
		}
		if c, is := k.open(hashed(r.RPID), kept.ID); is && c.visible(false, verified) {
			found = append(found, c)
		}
	}
	return found
}

func (k *Key) assert(r *assertRequest, c *credential, flags byte) (assertion, code) {
	var none assertion
	ext := make(map[string]any)
	if len(r.Extensions.HMACSecret) > 0 {
		out, st := k.hmacSecret(r.Extensions.HMACSecret, c, flags&flagUserVerified != 0)
		if st != ok {
			return none, st
		}
		ext["hmac-secret"] = out
	}
	data, err := k.authData(hashed(r.RPID), flags, nil, ext)
	if err != nil {
		return none, invalidParameter
	}
	signature, err := c.sign(slices.Concat(data, r.ClientDataHash))
	if err != nil {
		return none, invalidParameter
	}
	answer := assertion{
		Credential: descriptor{ID: c.id, Type: publicKeyType},
		AuthData:   data,
		Signature:  signature,
	}
	if c.user != nil {
		answer.User = &user{ID: c.user.ID}
		if flags&flagUserVerified != 0 {
			answer.User = c.user // names only after user verification
		}
	}
	return answer, ok
}

func (k *Key) getNextAssertion(s *series) (any, code) {
	if s == nil || len(s.left) == 0 || k.now().Sub(s.lastUsed) > nextTimeout {
		return nil, notAllowed
	}
	answer, st := k.assert(s.request, s.left[0], s.flags)
	if st == ok {
		k.next = &series{request: s.request, flags: s.flags, left: s.left[1:], lastUsed: k.now()}
	}
	return answer, st
}
