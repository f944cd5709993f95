package softkey

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"nightlatch/fido/ctaphid"
)

// The U2F commands (U2F section 3.1), and what an authentication is asked for (U2F
// section 5.1).
const (
	u2fRegister     = 0x01
	u2fAuthenticate = 0x02
	u2fVersion      = 0x03

	u2fCheck     = 0x07 // only whether the credential is the key's
	u2fSign      = 0x03 // once the key was touched
	u2fSignQuiet = 0x08 // without a touch
)

// A word is the status word that ends an answer (U2F section 3.3).
type word uint16

const (
	wordOK           word = 0x9000
	wordNotTouched   word = 0x6985 // also: the credential is the key's
	wordUnknownKey   word = 0x6a80
	wordLength       word = 0x6700
	wordClass        word = 0x6e00
	wordInstruction  word = 0x6d00
	u2fReserved           = 0x05 // begins the answer to a registration
	uncompressedSize      = 65   // of a point on P-256
)

// Old is a key that speaks U2F alone, as its transport sees it.
type old struct{ k *Key }

// CBOR knows no command.
func (o old) CBOR(ctx context.Context, request []byte, report func(ctaphid.Status)) ([]byte, error) {
	return o.k.CBOR(ctx, request, report)
}

// Msg runs one U2F command: an APDU in, an answer and its status word out. A key
// that was not touched says so at once, and the host asks again.
func (o old) Msg(_ context.Context, apdu []byte) ([]byte, error) {
	k := o.k
	k.mu.Lock()
	defer k.mu.Unlock()
	answer, w, err := k.u2f(apdu)
	if err != nil {
		return nil, fmt.Errorf("softkey: U2F: %w", err)
	}
	return binary.BigEndian.AppendUint16(answer, uint16(w)), nil
}

func (k *Key) u2f(raw []byte) ([]byte, word, error) {
	c, fits := parseAPDU(raw)
	switch {
	case !fits:
		return nil, wordLength, nil
	case c.class != 0:
		return nil, wordClass, nil
	}
	switch c.instruction {
	case u2fRegister:
		if len(c.data) != 64 {
			return nil, wordLength, nil
		}
		return k.register(c.data[:32], c.data[32:])
	case u2fAuthenticate:
		if len(c.data) < 65 || len(c.data) != 65+int(c.data[64]) {
			return nil, wordLength, nil
		}
		return k.authenticate(c.p1, c.data[:32], c.data[32:64], c.data[65:])
	case u2fVersion:
		if len(c.data) != 0 {
			return nil, wordLength, nil
		}
		return []byte("U2F_V2"), wordOK, nil
	}
	return nil, wordInstruction, nil
}

// register makes a credential (U2F section 4).
func (k *Key) register(challenge, application []byte) ([]byte, word, error) {
	if !k.poll() {
		return nil, wordNotTouched, nil
	}
	maker, err := oldMaker()
	if err != nil {
		return nil, 0, err
	}
	c, err := k.newCredential(application, algES256, protectOptional, false)
	if err != nil {
		return nil, 0, err
	}
	point, err := c.signer.Public().(*ecdsa.PublicKey).Bytes()
	if err != nil {
		return nil, 0, err
	}
	sum := sha256.Sum256(slices.Concat([]byte{0}, application, challenge, c.id, point))
	signature, err := ecdsa.SignASN1(rand.Reader, maker.key, sum[:])
	if err != nil {
		return nil, 0, err
	}
	return slices.Concat([]byte{u2fReserved}, point, []byte{byte(len(c.id))}, c.id, maker.certificate, signature), wordOK, nil
}

// authenticate signs with a credential (U2F section 5).
func (k *Key) authenticate(control byte, challenge, application, handle []byte) ([]byte, word, error) {
	c, found := k.open(application, handle)
	if !found || c.alg != algES256 {
		return nil, wordUnknownKey, nil
	}
	var flags byte
	switch control {
	case u2fCheck:
		return nil, wordNotTouched, nil
	case u2fSignQuiet:
	case u2fSign:
		if !k.poll() {
			return nil, wordNotTouched, nil
		}
		flags = flagUserPresent
	default:
		return nil, wordUnknownKey, nil
	}
	said := binary.BigEndian.AppendUint32([]byte{flags}, k.count())
	signature, err := c.sign(slices.Concat(application, said, challenge))
	if err != nil {
		return nil, 0, err
	}
	return append(said, signature...), wordOK, nil
}

// poll asks for a touch without waiting for it, with the key unlocked so that its
// state can be seen.
func (k *Key) poll() bool {
	k.mu.Unlock()
	defer k.mu.Lock()
	return k.touch.Poll()
}

// A command is an APDU, taken apart.
type command struct {
	class, instruction, p1 byte
	data                   []byte
}

// parseAPDU reads a command in short or extended form (ISO/IEC 7816-4 section 5.1);
// how long an answer may be is ignored, as U2F over USB has it.
func parseAPDU(raw []byte) (command, bool) {
	if len(raw) < 4 {
		return command{}, false
	}
	c, rest := command{class: raw[0], instruction: raw[1], p1: raw[2]}, raw[4:]
	if len(rest) < 2 || len(rest) == 3 && rest[0] == 0 { // no data, and perhaps the answer's length
		return c, true
	}
	n, tail := int(rest[0]), 1
	rest = rest[1:]
	if n == 0 {
		if len(rest) < 3 {
			return c, false
		}
		n, tail = int(binary.BigEndian.Uint16(rest)), 2
		rest = rest[2:]
	}
	if len(rest) != n && len(rest) != n+tail {
		return c, false
	}
	c.data = rest[:n]
	return c, true
}

// A maker is who made the old keys: its certificate says so (U2F section 4.3).
type maker struct {
	key         *ecdsa.PrivateKey
	certificate []byte // DER
}

// oldMaker is the maker of all old keys of this process.
var oldMaker = sync.OnceValues(func() (maker, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return maker{}, err
	}
	name := pkix.Name{
		Country:            []string{"AA"}, // no country (ISO 3166-1, user-assigned)
		Organization:       []string{"Nightlatch lab"},
		OrganizationalUnit: []string{"Authenticator Attestation"},
		CommonName:         "Nightlatch lab U2F key",
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               name,
		NotBefore:             time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2116, 1, 1, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return maker{key: key, certificate: certificate}, err
})
