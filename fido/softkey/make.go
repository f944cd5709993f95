package softkey

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"nightlatch/fido/ctap2/wire"
)

// makeRequest is the input of authenticatorMakeCredential (CTAP section 6.1).
type makeRequest struct {
	ClientDataHash []byte `cbor:"1,keyasint"`
	RP             *party `cbor:"2,keyasint"`
	User           *user  `cbor:"3,keyasint"`
	Params         []struct {
		Alg  int64  `cbor:"alg"`
		Type string `cbor:"type"`
	} `cbor:"4,keyasint"`
	Exclude    []descriptor `cbor:"5,keyasint"`
	Extensions struct {
		Protect    byte `cbor:"credProtect"`
		HMACSecret bool `cbor:"hmac-secret"`
	} `cbor:"6,keyasint"`
	Options     options `cbor:"7,keyasint"`
	PINAuth     *[]byte `cbor:"8,keyasint"`
	PINProtocol int     `cbor:"9,keyasint"`
	Enterprise  *int    `cbor:"10,keyasint"`
}

type options struct {
	RK *bool `cbor:"rk"`
	UP *bool `cbor:"up"`
	UV *bool `cbor:"uv"`
}

func isTrue(b *bool) bool  { return b != nil && *b }
func isFalse(b *bool) bool { return b != nil && !*b }

// attestation is the answer of authenticatorMakeCredential.
type attestation struct {
	Format    string         `cbor:"1,keyasint"`
	AuthData  []byte         `cbor:"2,keyasint"`
	Statement map[string]any `cbor:"3,keyasint"`
}

func (r *makeRequest) check() code {
	switch {
	case r.ClientDataHash == nil, r.RP == nil, r.User == nil, r.Params == nil:
		return missingParameter
	case len(r.ClientDataHash) != sha256.Size, r.RP.ID == "", len(r.User.ID) == 0, len(r.User.ID) > 64:
		return invalidParameter
	case r.Extensions.Protect > 3, r.Enterprise != nil: // no enterprise attestation
		return invalidParameter
	case isFalse(r.Options.UP):
		return invalidOption
	}
	return ok
}

// algorithm returns the first requested algorithm that the key supports.
func (r *makeRequest) algorithm(supported []int64) (int64, code) {
	for _, p := range r.Params {
		if p.Type == publicKeyType && slices.Contains(supported, p.Alg) {
			return p.Alg, ok
		}
	}
	return 0, unsupportedAlg
}

// makeCredential follows the steps of CTAP section 6.1.2.
func (k *Key) makeCredential(params []byte, touched consent) (any, code) {
	var r makeRequest
	if st := decode(params, &r); st != ok {
		return nil, st
	}
	if st := r.check(); st != ok {
		return nil, st
	}
	if st := k.traits.fits(r.Exclude); st != ok {
		return nil, st
	}
	if r.PINAuth != nil && len(*r.PINAuth) == 0 {
		return nil, k.whichOne(touched)
	}
	alg, st := r.algorithm(k.traits.Algorithms)
	if st != ok {
		return nil, st
	}
	discoverable := isTrue(r.Options.RK)
	if discoverable && k.traits.NoStore {
		return nil, unsupportedOption
	}
	always := k.traits.AlwaysVerify || k.state.protected() && (discoverable || k.traits.VerifyToMake)
	if always && !isTrue(r.Options.UV) && r.PINAuth == nil { // with makeCredUvNotRqd (getInfo), other credentials need no PIN
		return nil, k.verificationRequired()
	}
	p := proof{param: r.PINAuth, protocol: r.PINProtocol, uv: isTrue(r.Options.UV), permission: wire.MayMake, rpID: r.RP.ID}
	seen, st := k.verify(p, r.ClientDataHash, touched)
	if st != ok {
		return nil, st
	}
	for _, d := range r.Exclude {
		c, found := k.open(hashed(r.RP.ID), d.ID)
		if !found || d.Type != publicKeyType || !c.visible(true, seen.verified) {
			continue
		}
		if !seen.present && touched() == cancelled {
			return nil, cancelled
		}
		return nil, excluded // whether touched or not
	}
	if !seen.present {
		if st := touched(); st != ok {
			return nil, st
		}
	}
	return k.make(&r, alg, discoverable, seen.verified)
}

// whichOne answers an empty pinUvAuthParam, with which a host finds out which of
// several keys the user touches (CTAP section 6.1.2, step 1).
func (k *Key) whichOne(touched consent) code {
	if st := touched(); st != ok {
		return st
	}
	if len(k.state.PINHash) > 0 {
		return pinInvalid
	}
	return pinNotSet
}

func (k *Key) make(r *makeRequest, alg int64, discoverable, verified bool) (any, code) {
	k.pins.used()
	c, err := k.newCredential(hashed(r.RP.ID), alg, max(1, r.Extensions.Protect), discoverable)
	if err != nil {
		return nil, invalidParameter
	}
	if discoverable {
		if st := k.keep(c, r); st != ok {
			return nil, st
		}
	}
	flags := byte(flagUserPresent)
	if verified {
		flags |= flagUserVerified
	}
	ext := make(map[string]any)
	if r.Extensions.Protect > 0 {
		ext["credProtect"] = r.Extensions.Protect
	}
	if r.Extensions.HMACSecret {
		ext["hmac-secret"] = true
	}
	public, err := c.publicKey()
	if err != nil {
		return nil, invalidParameter
	}
	attested := binary.BigEndian.AppendUint16(AAGUID[:len(AAGUID):len(AAGUID)], uint16(len(c.id)))
	attested = slices.Concat(attested, c.id, public)
	data, err := k.authData(hashed(r.RP.ID), flags, attested, ext)
	if err != nil {
		return nil, invalidParameter
	}
	signature, err := c.sign(slices.Concat(data, r.ClientDataHash))
	if err != nil {
		return nil, invalidParameter
	}
	return attestation{
		Format:    "packed",
		AuthData:  data,
		Statement: map[string]any{"alg": c.alg, "sig": signature},
	}, ok
}

// keep stores a discoverable credential. It replaces one of the same user and relying
// party (CTAP section 6.1.2, step 17).
func (k *Key) keep(c *credential, r *makeRequest) code {
	list := slices.DeleteFunc(slices.Clone(k.state.Credentials), func(o DiscoverableCredential) bool {
		return o.RPID == r.RP.ID && bytes.Equal(o.UserID, r.User.ID)
	})
	if len(list) >= k.capacity {
		return storeFull
	}
	k.state.Credentials = append(list, DiscoverableCredential{
		ID:          c.id,
		RPID:        r.RP.ID,
		RPName:      r.RP.Name,
		UserID:      r.User.ID,
		UserName:    r.User.Name,
		DisplayName: r.User.DisplayName,
	})
	return ok
}
