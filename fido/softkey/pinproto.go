package softkey

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
)

// A protocol is a PIN/UV auth protocol, one or two (CTAP sections 6.5.6 and 6.5.7),
// with the key's key-agreement key.
type protocol struct {
	number int
	own    *ecdh.PrivateKey
}

// A secret is the shared secret of the key agreement.
type secret struct {
	number  int
	hmacKey []byte
	aesKey  []byte
}

func newProtocol(number int) (*protocol, error) {
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("softkey: key agreement: %w", err)
	}
	return &protocol{number: number, own: own}, nil
}

// algECDH is the algorithm in the key agreement's COSE_Key (CTAP section 6.5.5.4).
const algECDH int64 = -25

// public encodes the key's public key as COSE_Key.
func (p *protocol) public() coseEC2 {
	point := p.own.PublicKey().Bytes()
	return coseEC2{Kty: 2, Alg: algECDH, Crv: 1, X: point[1:33], Y: point[33:]}
}

// agree derives the shared secret from the host's public key.
func (p *protocol) agree(host coseEC2) (secret, error) {
	if host.Kty != 2 || host.Crv != 1 || len(host.X) != 32 || len(host.Y) != 32 {
		return secret{}, fmt.Errorf("softkey: the host's key is not on P-256")
	}
	peer, err := ecdh.P256().NewPublicKey(slices.Concat([]byte{4}, host.X, host.Y))
	if err != nil {
		return secret{}, fmt.Errorf("softkey: the host's key: %w", err)
	}
	z, err := p.own.ECDH(peer)
	if err != nil {
		return secret{}, fmt.Errorf("softkey: key agreement: %w", err)
	}
	if p.number == 1 {
		sum := sha256.Sum256(z)
		return secret{number: 1, hmacKey: sum[:], aesKey: sum[:]}, nil
	}
	salt := make([]byte, sha256.Size)
	s := secret{number: 2}
	if s.hmacKey, err = hkdf.Key(sha256.New, z, salt, "CTAP2 HMAC key", sha256.Size); err != nil {
		return secret{}, err
	}
	s.aesKey, err = hkdf.Key(sha256.New, z, salt, "CTAP2 AES key", sha256.Size)
	return s, err
}

// authenticate computes the message authentication code of a protocol.
func authenticate(number int, key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	sum := mac.Sum(nil)
	if number == 1 {
		return sum[:16]
	}
	return sum
}

// verify checks a code that the host made with the shared secret.
func (s secret) verify(code, message []byte) bool {
	return hmac.Equal(code, authenticate(s.number, s.hmacKey, message))
}

// encrypt encrypts whole blocks. Protocol one uses a zero IV, protocol two puts a
// random IV in front.
func (s secret) encrypt(plain []byte) ([]byte, error) {
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

func (s secret) decrypt(sealed []byte) ([]byte, error) {
	iv := make([]byte, aes.BlockSize)
	if s.number == 2 {
		if len(sealed) < aes.BlockSize {
			return nil, fmt.Errorf("softkey: encrypted text without IV")
		}
		iv, sealed = sealed[:aes.BlockSize], sealed[aes.BlockSize:]
	}
	if len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("softkey: encrypted text of %d bytes", len(sealed))
	}
	block, err := aes.NewCipher(s.aesKey)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, sealed)
	return out, nil
}
