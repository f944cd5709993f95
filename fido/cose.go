package fido

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// The signature algorithms, by their COSE identifiers (RFC 9053 section 2, RFC
// 8812 section 2).
const (
	ES256 int64 = -7
	EdDSA int64 = -8
	RS256 int64 = -257
)

// strictCBOR decodes only what CTAP's canonical form allows (CTAP section 8).
var strictCBOR = mustDecMode(cbor.DecOptions{
	DupMapKey:       cbor.DupMapKeyEnforcedAPF,
	IndefLength:     cbor.IndefLengthForbidden,
	TagsMd:          cbor.TagsForbidden,
	MaxNestedLevels: 8,
})

// ctapCBOR encodes in CTAP's canonical form.
var ctapCBOR = mustEncMode(cbor.CTAP2EncOptions())

func mustDecMode(o cbor.DecOptions) cbor.DecMode {
	m, err := o.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

func mustEncMode(o cbor.EncOptions) cbor.EncMode {
	m, err := o.EncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

// A publicKey is a credential's public key.
type publicKey struct {
	alg int64
	key crypto.PublicKey
}

// coseKey is COSE_Key (RFC 9052 section 7). N has the same label as Crv, and E as X.
type coseKey struct {
	Kty    int64           `cbor:"1,keyasint"`
	Alg    int64           `cbor:"3,keyasint"`
	CrvOrN cbor.RawMessage `cbor:"-1,keyasint"`
	XOrE   []byte          `cbor:"-2,keyasint"`
	Y      []byte          `cbor:"-3,keyasint"`
}

// parseCOSE parses a public key of one of the supported algorithms.
func parseCOSE(raw []byte) (publicKey, error) {
	var c coseKey
	if err := strictCBOR.Unmarshal(raw, &c); err != nil {
		return publicKey{}, fmt.Errorf("COSE key: %w", err)
	}
	var key crypto.PublicKey
	var err error
	switch {
	case c.Alg == ES256 && c.Kty == 2:
		key, err = c.p256()
	case c.Alg == EdDSA && c.Kty == 1:
		key, err = c.ed25519()
	case c.Alg == RS256 && c.Kty == 3:
		key, err = c.rsa()
	default:
		err = fmt.Errorf("COSE key: type %d with algorithm %d", c.Kty, c.Alg)
	}
	return publicKey{alg: c.Alg, key: key}, err
}

func (c *coseKey) curve(want int64) error {
	var crv int64
	if err := strictCBOR.Unmarshal(c.CrvOrN, &crv); err != nil || crv != want {
		return fmt.Errorf("COSE key: not on curve %d", want)
	}
	return nil
}

func (c *coseKey) p256() (*ecdsa.PublicKey, error) {
	if err := c.curve(1); err != nil {
		return nil, err
	}
	if len(c.XOrE) != 32 || len(c.Y) != 32 {
		return nil, fmt.Errorf("COSE key: coordinates of %d and %d bytes", len(c.XOrE), len(c.Y))
	}
	point := slices.Concat([]byte{4}, c.XOrE, c.Y)
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return nil, fmt.Errorf("COSE key: %w", err)
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}

func (c *coseKey) ed25519() (ed25519.PublicKey, error) {
	if err := c.curve(6); err != nil {
		return nil, err
	}
	if len(c.XOrE) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("COSE key: Ed25519 key of %d bytes", len(c.XOrE))
	}
	return ed25519.PublicKey(c.XOrE), nil
}

func (c *coseKey) rsa() (*rsa.PublicKey, error) {
	var n []byte
	if err := strictCBOR.Unmarshal(c.CrvOrN, &n); err != nil {
		return nil, fmt.Errorf("COSE key: modulus: %w", err)
	}
	if len(n) < 256 || len(n) > 1024 || len(c.XOrE) == 0 || len(c.XOrE) > 4 {
		return nil, fmt.Errorf("COSE key: RSA modulus of %d bytes, exponent of %d", len(n), len(c.XOrE))
	}
	e := new(big.Int).SetBytes(c.XOrE).Int64()
	switch {
	case n[0] == 0 || n[len(n)-1]%2 == 0: // RFC 8230, section 4: no leading zeros
		return nil, errors.New("COSE key: RSA modulus is even or has leading zeros")
	case e < 3 || e%2 == 0 || e > math.MaxInt32:
		return nil, fmt.Errorf("COSE key: RSA exponent %d", e)
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(e)}, nil
}

// verify checks a signature over message.
func (k publicKey) verify(message, signature []byte) bool {
	return verifySignature(k.key, message, signature)
}

func verifySignature(key crypto.PublicKey, message, signature []byte) bool {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		sum := sha256.Sum256(message)
		return ecdsa.VerifyASN1(key, sum[:], signature)
	case ed25519.PublicKey:
		return ed25519.Verify(key, message, signature)
	case *rsa.PublicKey:
		sum := sha256.Sum256(message)
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	}
	return false
}

// spki encodes the key as SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
func (k publicKey) spki() ([]byte, error) {
	return x509.MarshalPKIXPublicKey(k.key)
}
