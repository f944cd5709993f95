// Package seal protects secrets in the database with keys that are derived from one
// 32-byte master key.
//
// Secrets that must be read back (an app's secret, a code to be sent) are sealed with
// XChaCha20-Poly1305. The store key is the associated data, so a value that was copied to
// another store key does not open. Secrets that only have to be recognised (session
// tokens, temporary passwords) are stored as a keyed BLAKE2b-256 hash. They have at least
// 80 random bits, so they need no slow hash.
package seal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/chacha20poly1305"
)

// ErrSealed reports a value that cannot be opened: it was sealed with another key or for
// another name, or was changed.
var ErrSealed = errors.New("seal: does not open")

// version is the first byte of every sealed value.
const version = 1

// A Sealer seals and hashes secrets with the keys derived from one master key
// (HKDF-SHA-256, RFC 5869). It may be used from any goroutine.
type Sealer struct {
	master      [32]byte
	seal, mac   []byte
	fingerprint [16]byte
	checksums
}

// New derives the keys from the master key.
func New(master [32]byte) *Sealer {
	s := &Sealer{master: master, seal: derive(master, "nightlatch seal 1"), mac: derive(master, "nightlatch mac 1")}
	copy(s.fingerprint[:], derive(master, "nightlatch fingerprint 1"))
	s.checksums = newChecksums(derive(master, "nightlatch checksum 1"))
	return s
}

// Fingerprint identifies the master key without revealing it. Each database
// stores the fingerprint of its key.
func (s *Sealer) Fingerprint() [16]byte { return s.fingerprint }

func derive(master [32]byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, master[:], nil, purpose, 32)
	if err != nil {
		panic(fmt.Sprintf("seal: %v", err)) // 32 bytes can always be derived
	}
	return key
}

// Seal encrypts plain for the store key name. The result has the version (one byte), a
// random nonce (24 bytes) and the ciphertext with its tag (16 bytes).
func (s *Sealer) Seal(name string, plain []byte) []byte {
	const head = 1 + chacha20poly1305.NonceSizeX
	aead := s.aead()
	out := make([]byte, head, head+len(plain)+aead.Overhead())
	out[0] = version
	rand.Read(out[1:]) // never fails
	return aead.Seal(out, out[1:head], plain, []byte(name))
}

// Sealed reports whether b may be a result of Seal.
func Sealed(b []byte) bool {
	return len(b) >= 1+chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead && b[0] == version
}

// Open decrypts the result of Seal for the same name, or returns ErrSealed.
func (s *Sealer) Open(name string, sealed []byte) ([]byte, error) {
	const head = 1 + chacha20poly1305.NonceSizeX
	if len(sealed) < head || sealed[0] != version {
		return nil, ErrSealed
	}
	plain, err := s.aead().Open(nil, sealed[1:head], sealed[head:], []byte(name))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

func (s *Sealer) aead() interface {
	Overhead() int
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
} {
	aead, err := chacha20poly1305.NewX(s.seal)
	if err != nil {
		panic(fmt.Sprintf("seal: %v", err)) // the key is 32 bytes
	}
	return aead
}

// MAC returns the keyed hash of parts. The domain separates uses ("session",
// "temporary-password"). Each part is hashed with its length, so different lists of parts
// have different hashes.
func (s *Sealer) MAC(domain string, parts ...string) [32]byte {
	h, err := blake2b.New256(s.mac)
	if err != nil {
		panic(fmt.Sprintf("seal: %v", err)) // the key is 32 bytes
	}
	var sum [32]byte
	buf := make([]byte, 0, 128)
	buf = appendPart(buf, domain)
	for _, p := range parts {
		buf = appendPart(buf, p)
	}
	h.Write(buf)
	h.Sum(sum[:0])
	return sum
}

func appendPart(b []byte, p string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
	return append(b, p...)
}
