package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// An EC2Key is a COSE_Key with a point on P-256 (RFC 9053 section 7.1).
type EC2Key struct {
	Kty int    `cbor:"1,keyasint"`
	Alg int64  `cbor:"3,keyasint"`
	Crv int    `cbor:"-1,keyasint"`
	X   []byte `cbor:"-2,keyasint"`
	Y   []byte `cbor:"-3,keyasint"`
}

// algECDH is the algorithm in the key agreement's COSE_Key (CTAP section 6.5.5.4).
const algECDH int64 = -25

// A KeyAgreement is one side's key pair for a protocol.
type KeyAgreement struct {
	number int
	own    *ecdh.PrivateKey
}

// A Secret is the shared secret of a key agreement.
type Secret struct {
	number  int
	hmacKey []byte
	aesKey  []byte
}

// NewAgreement makes a key pair for PIN/UV auth protocol one or two (CTAP sections 6.5.6
// and 6.5.7).
func NewAgreement(number int) (*KeyAgreement, error) {
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("wire: key agreement: %w", err)
	}
	return &KeyAgreement{number: number, own: own}, nil
}

// Public returns the public key for the other side.
func (k *KeyAgreement) Public() EC2Key {
	point := k.own.PublicKey().Bytes()
	return EC2Key{Kty: 2, Alg: algECDH, Crv: 1, X: point[1:33], Y: point[33:]}
}

// Agree derives the shared secret from the other side's public key.
func (k *KeyAgreement) Agree(peer EC2Key) (Secret, error) {
	if peer.Kty != 2 || peer.Crv != 1 || len(peer.X) != 32 || len(peer.Y) != 32 {
		return Secret{}, errors.New("wire: the other side's key is not on P-256")
	}
	point, err := ecdh.P256().NewPublicKey(slices.Concat([]byte{4}, peer.X, peer.Y))
	if err != nil {
		return Secret{}, fmt.Errorf("wire: the other side's key: %w", err)
	}
	z, err := k.own.ECDH(point)
	if err != nil {
		return Secret{}, fmt.Errorf("wire: key agreement: %w", err)
	}
	defer clear(z)
	return derive(k.number, z)
}

// derive derives the shared secret from the x-coordinate of the shared point.
func derive(number int, z []byte) (Secret, error) {
	if number == 1 {
		sum := sha256.Sum256(z)
		return Secret{number: 1, hmacKey: sum[:], aesKey: sum[:]}, nil
	}
	salt := make([]byte, sha256.Size)
	s := Secret{number: number}
	var err error
	if s.hmacKey, err = hkdf.Key(sha256.New, z, salt, "CTAP2 HMAC key", sha256.Size); err != nil {
		return Secret{}, err
	}
	s.aesKey, err = hkdf.Key(sha256.New, z, salt, "CTAP2 AES key", sha256.Size)
	return s, err
}

// Wipe overwrites the secret.
func (s Secret) Wipe() {
	clear(s.hmacKey)
	clear(s.aesKey)
}

// Authenticate computes the message authentication code over message with the secret.
func (s Secret) Authenticate(message []byte) []byte {
	return Authenticate(s.number, s.hmacKey, message)
}

// Authenticate computes the message authentication code of a protocol. key is a
// pinUvAuthToken, or the HMAC key of a shared secret.
func Authenticate(number int, key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	sum := mac.Sum(nil)
	if number == 1 {
		return sum[:16]
	}
	return sum
}

// Verify checks a code that the other side made with the secret.
func (s Secret) Verify(code, message []byte) bool {
	return hmac.Equal(code, s.Authenticate(message))
}

// Encrypt encrypts whole blocks. Protocol one uses a zero IV, protocol two puts a
// random IV in front.
func (s Secret) Encrypt(plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(s.aesKey)
	if err != nil {
		return nil, err
	}
	iv, out := make([]byte, aes.BlockSize), make([]byte, len(plain))
	if s.number == 2 {
		_, _ = rand.Read(iv) // never fails, as documented
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, plain)
	if s.number == 2 {
		return append(iv, out...), nil
	}
	return out, nil
}

// Decrypt is the inverse of Encrypt.
func (s Secret) Decrypt(sealed []byte) ([]byte, error) {
	iv := make([]byte, aes.BlockSize)
	if s.number == 2 {
		if len(sealed) < aes.BlockSize {
			return nil, errors.New("wire: encrypted text without IV")
		}
		iv, sealed = sealed[:aes.BlockSize], sealed[aes.BlockSize:]
	}
	if len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("wire: encrypted text of %d bytes", len(sealed))
	}
	block, err := aes.NewCipher(s.aesKey)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, sealed)
	return out, nil
}
