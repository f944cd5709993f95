package softkey

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"nightlatch/fido/ctap2/wire"
)

// The algorithms, by their COSE identifiers (RFC 9053).
const (
	algES256 int64 = -7
	algEdDSA int64 = -8
)

// The maximum number of IDs in a request, and the size of this key's IDs in bytes.
const (
	maxList   = 16
	nonceSize = 12
	idSize    = len(Mark) + nonceSize + sealedSize + 16
	maxID     = 128
	mostID    = 1023 // WebAuthn section 4, Credential ID

	sealedSize = 3 + seedSize // algorithm, credProtect level, discoverable, seed
	seedSize   = 32
)

// A credential is a key pair for one relying party. Its ID contains the private key,
// encrypted with the key's secret and bound to the relying party, so it need not be
// stored. A discoverable credential is also on the key's list, and invalid once it was
// deleted there.
type credential struct {
	id           []byte
	alg          int64
	protect      byte // credProtect level, 1 to 3 (CTAP section 12.1)
	discoverable bool
	seed         []byte
	signer       crypto.Signer
	user         *user // of a discoverable credential
}

// newCredential makes a key pair and encrypts it into a credential ID.
func (k *Key) newCredential(rpIDHash []byte, alg int64, protect byte, discoverable bool) (*credential, error) {
	c := &credential{alg: alg, protect: protect, discoverable: discoverable}
	switch alg {
	case algES256:
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("softkey: making a key pair: %w", err)
		}
		if c.seed, err = key.Bytes(); err != nil {
			return nil, fmt.Errorf("softkey: making a key pair: %w", err)
		}
		c.signer = key
	case algEdDSA:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("softkey: making a key pair: %w", err)
		}
		c.seed, c.signer = key.Seed(), key
	default:
		return nil, fmt.Errorf("softkey: no algorithm %d", alg)
	}
	plain := append([]byte{algByte(alg), protect, boolByte(discoverable)}, c.seed...)
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails, as documented
	c.id = k.seal().Seal(append(Mark[:len(Mark):len(Mark)], nonce...), nonce, plain, rpIDHash)
	c.id = append(c.id, make([]byte, k.traits.IDSize-idSize)...)
	return c, nil
}

// open decrypts a credential ID. ok is false if it is not of this key and relying party.
func (k *Key) open(rpIDHash, id []byte) (*credential, bool) {
	if len(id) != k.traits.IDSize || !bytes.HasPrefix(id, Mark[:]) {
		return nil, false
	}
	nonce, sealed := id[len(Mark):len(Mark)+nonceSize], id[len(Mark)+nonceSize:idSize]
	plain, err := k.seal().Open(nil, nonce, sealed, rpIDHash)
	if err != nil {
		return nil, false
	}
	c := &credential{id: id, protect: plain[1], discoverable: plain[2] == 1, seed: plain[3:]}
	switch plain[0] {
	case algByte(algES256):
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), c.seed)
		if err != nil {
			return nil, false
		}
		c.alg, c.signer = algES256, key
	case algByte(algEdDSA):
		c.alg, c.signer = algEdDSA, ed25519.NewKeyFromSeed(c.seed)
	default:
		return nil, false
	}
	if c.discoverable {
		i := slices.IndexFunc(k.state.Credentials, func(r DiscoverableCredential) bool { return bytes.Equal(r.ID, id) })
		if i < 0 {
			return nil, false
		}
		r := k.state.Credentials[i]
		c.user = &user{ID: r.UserID, Name: r.UserName, DisplayName: r.DisplayName}
	}
	return c, true
}

// seal returns the cipher that encrypts credentials with the key's secret.
func (k *Key) seal() cipher.AEAD {
	block, err := aes.NewCipher(k.state.Secret)
	if err != nil {
		panic(err) // the secret's size was checked in New
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the block size that GCM needs
	}
	return aead
}

// visible applies credProtect (CTAP section 12.1): level 2 hides a credential unless
// its ID was given or the user is verified, level 3 unless the user is verified.
func (c *credential) visible(named, verified bool) bool {
	switch {
	case verified:
		return true
	case named:
		return c.protect < 3
	default:
		return c.protect < 2
	}
}

// sign signs a message with the credential's algorithm.
func (c *credential) sign(message []byte) ([]byte, error) {
	if c.alg == algEdDSA {
		return c.signer.Sign(rand.Reader, message, crypto.Hash(0))
	}
	sum := sha256.Sum256(message)
	return c.signer.Sign(rand.Reader, sum[:], crypto.SHA256)
}

// coseOKP is a COSE_Key (RFC 9052 section 7) for EdDSA.
type coseOKP struct {
	Kty int    `cbor:"1,keyasint"`
	Alg int64  `cbor:"3,keyasint"`
	Crv int    `cbor:"-1,keyasint"`
	X   []byte `cbor:"-2,keyasint"`
}

// publicKey encodes the credential's public key as COSE_Key.
func (c *credential) publicKey() ([]byte, error) {
	switch pub := c.signer.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := pub.Bytes()
		if err != nil {
			return nil, err
		}
		return wire.Encode(wire.EC2Key{Kty: 2, Alg: algES256, Crv: 1, X: point[1:33], Y: point[33:]})
	case ed25519.PublicKey:
		return wire.Encode(coseOKP{Kty: 1, Alg: algEdDSA, Crv: 6, X: pub})
	}
	return nil, fmt.Errorf("softkey: no public key for algorithm %d", c.alg)
}

// The flags of authenticator data (WebAuthn section 6.1).
const (
	flagUserPresent  = 0x01
	flagUserVerified = 0x04
	flagAttested     = 0x40
	flagExtensions   = 0x80
)

// authData encodes authenticator data (WebAuthn section 6.1) and increments the
// signature counter.
func (k *Key) authData(rpIDHash []byte, flags byte, attested []byte, ext map[string]any) ([]byte, error) {
	if len(attested) > 0 {
		flags |= flagAttested
	}
	if len(ext) > 0 {
		flags |= flagExtensions
	}
	data := append(bytes.Clone(rpIDHash), flags)
	data = binary.BigEndian.AppendUint32(data, k.count())
	data = append(data, attested...)
	if len(ext) > 0 {
		raw, err := wire.Encode(ext)
		if err != nil {
			return nil, err
		}
		data = append(data, raw...)
	}
	return data, nil
}

// count increments the signature counter, unless it is frozen.
func (k *Key) count() uint32 {
	if !k.state.Frozen {
		k.state.Counter++
	}
	return k.state.Counter
}

func hashed(rpID string) []byte {
	sum := sha256.Sum256([]byte(rpID))
	return sum[:]
}

func algByte(alg int64) byte { return byte(-alg) }

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
