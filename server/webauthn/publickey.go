package webauthn

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"

	"filippo.io/edwards25519"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// The sizes of RSA keys, in bits. Security keys use 2048 to 4096. A longer key
// would make every sign-in slow.
const (
	minModulus = 2048
	maxModulus = 4096
)

// errPublicKey reports a public key that no correct authenticator creates.
var errPublicKey = errors.New("webauthn: unusable public key")

// checkPublicKey refuses a public key that can never verify a signature, or
// that verifies signatures made without a private key. The library checks only
// what its own verification needs. Keys are checked at enrolment, and again at
// each use, because older versions stored them unchecked.
func checkPublicKey(raw []byte) error {
	if len(raw) > publicKeyMax {
		return fmt.Errorf("%w: %d bytes", errPublicKey, len(raw))
	}
	parsed, err := webauthncose.ParsePublicKey(raw)
	if err != nil {
		return fmt.Errorf("%w: %w", errPublicKey, err)
	}
	switch key := parsed.(type) {
	case webauthncose.EC2PublicKeyData:
		err = checkP256(key)
	case webauthncose.OKPPublicKeyData:
		err = checkEd25519(key)
	case webauthncose.RSAPublicKeyData:
		err = checkRSA(key)
	default:
		err = fmt.Errorf("type %T", parsed)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errPublicKey, err)
	}
	return nil
}

// checkP256 accepts ES256 on P-256 (RFC 9053, section 2.1). NewPublicKey
// checks that the coordinates are below the field's order and that the point
// is on the curve and not at infinity. The curve has no points of small order
// (NIST SP 800-56A, section 5.6.2.3.3).
func checkP256(key webauthncose.EC2PublicKeyData) error {
	if key.Algorithm != int64(webauthncose.AlgES256) || key.Curve != int64(webauthncose.P256) {
		return fmt.Errorf("algorithm %d on curve %d", key.Algorithm, key.Curve)
	}
	_, err := ecdh.P256().NewPublicKey(slices.Concat([]byte{4}, key.XCoord, key.YCoord))
	return err
}

// minusOne is -1 modulo the order of the prime-order subgroup.
var minusOne = sync.OnceValue(func() *edwards25519.Scalar {
	one := make([]byte, 32)
	one[0] = 1
	s, err := edwards25519.NewScalar().SetCanonicalBytes(one)
	if err != nil {
		panic(err) // 1 is canonical
	}
	return s.Negate(s)
})

// checkEd25519 accepts canonical encodings of points in the prime-order
// subgroup, except the neutral element (RFC 8032, section 5.1.3). A key of
// small order, such as all zeros, verifies a constant signature for every
// message.
func checkEd25519(key webauthncose.OKPPublicKeyData) error {
	if key.Algorithm != int64(webauthncose.AlgEdDSA) || key.Curve != int64(webauthncose.Ed25519) {
		return fmt.Errorf("algorithm %d on curve %d", key.Algorithm, key.Curve)
	}
	point, err := new(edwards25519.Point).SetBytes(key.XCoord)
	if err != nil {
		return err
	}
	neutral := edwards25519.NewIdentityPoint()
	times := new(edwards25519.Point).ScalarMult(minusOne(), point)
	switch {
	case !bytes.Equal(point.Bytes(), key.XCoord):
		return errors.New("not the canonical encoding")
	case point.Equal(neutral) == 1:
		return errors.New("the neutral element")
	case times.Add(times, point).Equal(neutral) != 1: // order × point
		return errors.New("not in the prime-order subgroup")
	}
	return nil
}

// smallPrimes is the product of the odd primes below 752 (NIST SP 800-89, section 5.3.3).
var smallPrimes = sync.OnceValue(func() *big.Int {
	product := big.NewInt(1)
	for n := int64(3); n < 752; n += 2 {
		if p := big.NewInt(n); p.ProbablyPrime(0) {
			product.Mul(product, p)
		}
	}
	return product
})

// checkRSA accepts RS256 keys that pass the partial validation of NIST SP 800-89, section
// 5.3.3. The modulus has no leading zeros (RFC 8230, section 4).
func checkRSA(key webauthncose.RSAPublicKeyData) error {
	n, e := new(big.Int).SetBytes(key.Modulus), new(big.Int).SetBytes(key.Exponent)
	switch bits := n.BitLen(); {
	case key.Algorithm != int64(webauthncose.AlgRS256):
		return fmt.Errorf("algorithm %d", key.Algorithm)
	case bits < minModulus || bits > maxModulus || len(key.Modulus) != (bits+7)/8:
		return fmt.Errorf("a modulus of %d bits in %d bytes", bits, len(key.Modulus))
	case n.Bit(0) == 0 || new(big.Int).GCD(nil, nil, n, smallPrimes()).Cmp(big.NewInt(1)) != 0:
		return errors.New("a modulus with a small factor")
	case e.BitLen() < 2 || e.BitLen() > 31 || e.Bit(0) == 0 || key.Exponent[0] == 0:
		return fmt.Errorf("the exponent %v", e)
	case n.ProbablyPrime(0):
		return errors.New("a prime modulus")
	case squared(n):
		return errors.New("a modulus that is a square")
	}
	return nil
}

// squared reports whether n is the square of a number.
func squared(n *big.Int) bool {
	root := new(big.Int).Sqrt(n)
	return root.Mul(root, root).Cmp(n) == 0
}
