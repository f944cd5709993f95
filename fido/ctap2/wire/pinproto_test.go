package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

// Both sides of a key agreement derive the same secret, which encrypts, and decrypts what
// the other side encrypted.
func TestAgreement(t *testing.T) {
	t.Parallel()
	for _, number := range []int{1, 2} {
		one, err := NewAgreement(number)
		if err != nil {
			t.Fatal(err)
		}
		two, err := NewAgreement(number)
		if err != nil {
			t.Fatal(err)
		}
		a, err := one.Agree(two.Public())
		if err != nil {
			t.Fatal(err)
		}
		b, err := two.Agree(one.Public())
		if err != nil {
			t.Fatal(err)
		}
		plain := bytes.Repeat([]byte("0123456789abcdef"), 4)
		sealed, err := a.Encrypt(plain)
		if err != nil {
			t.Fatal(err)
		}
		if opened, err := b.Decrypt(sealed); err != nil || !bytes.Equal(opened, plain) {
			t.Errorf("protocol %d: %x, %v", number, opened, err)
		}
		if !b.Verify(a.Authenticate(plain), plain) || b.Verify(a.Authenticate(plain), plain[1:]) {
			t.Errorf("protocol %d: the code does not verify", number)
		}
		a.Wipe()
		if b.Verify(a.Authenticate(plain), plain) {
			t.Errorf("protocol %d: the secret is not wiped", number)
		}
		for name, k := range map[string]EC2Key{
			"nothing": {}, "off the curve": {Kty: 2, Crv: 1, X: make([]byte, 32), Y: make([]byte, 32)},
			"short": {Kty: 2, Crv: 1, X: one.Public().X[1:], Y: one.Public().Y}, "another curve": {Kty: 2, Crv: 2, X: one.Public().X, Y: one.Public().Y},
		} {
			if _, err := one.Agree(k); err == nil {
				t.Errorf("protocol %d agrees on a secret with a key that is %s", number, name)
			}
		}
	}
}

// The formulas of the standard, written down a second time (CTAP sections 6.5.6 and 6.5.7).
func TestFormulas(t *testing.T) {
	t.Parallel()
	z := bytes.Repeat([]byte{7}, 32)
	mac := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(sha256.New, key)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	sum := sha256.Sum256(z)
	prk := mac(make([]byte, 32), z) // HKDF-Extract (RFC 5869 section 2.2)
	for number, want := range map[int]struct{ hmacKey, aesKey []byte }{
		1: {sum[:], sum[:]},
		2: {mac(prk, []byte("CTAP2 HMAC key"), []byte{1}), mac(prk, []byte("CTAP2 AES key"), []byte{1})}, // HKDF-Expand, one block
	} {
		s, err := derive(number, z)
		if err != nil || !bytes.Equal(s.hmacKey, want.hmacKey) || !bytes.Equal(s.aesKey, want.aesKey) {
			t.Fatalf("protocol %d: %x, %v", number, s, err)
		}
		message, full := []byte("message"), mac(want.hmacKey, []byte("message"))
		if number == 1 {
			full = full[:16]
		}
		if got := s.Authenticate(message); !bytes.Equal(got, full) {
			t.Errorf("protocol %d: code %x, want %x", number, got, full)
		}
		plain := bytes.Repeat([]byte{9}, 32)
		sealed, err := s.Encrypt(plain)
		if err != nil {
			t.Fatal(err)
		}
		iv := make([]byte, aes.BlockSize)
		if number == 2 {
			iv, sealed = sealed[:aes.BlockSize], sealed[aes.BlockSize:]
		}
		block, err := aes.NewCipher(want.aesKey)
		if err != nil {
			t.Fatal(err)
		}
		opened := make([]byte, len(sealed))
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(opened, sealed)
		if !bytes.Equal(opened, plain) {
			t.Errorf("protocol %d: encrypted %x", number, sealed)
		}
		for _, bad := range [][]byte{nil, make([]byte, 15), make([]byte, 17)} {
			if _, err := s.Decrypt(bad); err == nil {
				t.Errorf("protocol %d decrypts %d bytes", number, len(bad))
			}
		}
	}
}
