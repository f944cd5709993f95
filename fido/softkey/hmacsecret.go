package softkey

import (
	"crypto/hmac"
	"crypto/sha256"

	"nightlatch/fido/ctap2/wire"
)

// hmacRequest is the input of the hmac-secret extension (CTAP section 12.5).
type hmacRequest struct {
	Agreement *wire.EC2Key `cbor:"1,keyasint"`
	Salts     []byte       `cbor:"2,keyasint"`
	Auth      []byte       `cbor:"3,keyasint"`
	Protocol  int          `cbor:"4,keyasint"`
}

// hmacSecret computes the HMAC of one or two 32-byte salts with the credential's
// CredRandom. Salts and results are encrypted with the shared secret.
func (k *Key) hmacSecret(raw []byte, c *credential, verified bool) ([]byte, code) {
	var r hmacRequest
	if st := decode(raw, &r); st != ok {
		return nil, st
	}
	if r.Agreement == nil || r.Salts == nil || r.Auth == nil {
		return nil, missingParameter
	}
	if r.Protocol == 0 {
		r.Protocol = 1
	}
	p, st := k.pins.protocol(r.Protocol)
	if st != ok {
		return nil, st
	}
	shared, err := p.Agree(*r.Agreement)
	if err != nil {
		return nil, invalidParameter
	}
	if !shared.Verify(r.Auth, r.Salts) {
		return nil, pinAuthInvalid
	}
	salts, err := shared.Decrypt(r.Salts)
	if err != nil || len(salts) != 32 && len(salts) != 64 {
		return nil, invalidParameter
	}
	var out []byte
	for ; len(salts) > 0; salts = salts[32:] {
		out = append(out, mac(c.secret(verified), salts[:32])...)
	}
	sealed, err := shared.Encrypt(out)
	if err != nil {
		return nil, invalidParameter
	}
	return sealed, ok
}

// secret returns the credential's CredRandom. There is one with user verification and
// another without (CTAP section 12.5).
func (c *credential) secret(verified bool) []byte {
	if verified {
		return mac(c.seed, []byte("hmac-secret, verified"))
	}
	return mac(c.seed, []byte("hmac-secret, not verified"))
}

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}
