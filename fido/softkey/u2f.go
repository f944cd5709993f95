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
	"nightlatch/fido/nfc/apdu"
)

// The U2F commands (U2F section 3.1) and the control bytes of an authentication (U2F
// section 5.1).
const (
	u2fRegister     = 0x01
	u2fAuthenticate = 0x02
	u2fVersion      = 0x03

	u2fCheck     = 0x07 // only check whether the credential is of this key
	u2fSign      = 0x03 // sign, with a touch
	u2fSignQuiet = 0x08 // sign, without a touch
)

// apduHeader is the size of class, instruction and parameters in bytes.
const apduHeader = 4

// The first byte of a registration response (U2F section 4.3).
const u2fReserved = 0x05

// u2fBackend is the ctaphid.U2FBackend of a U2F key.
type u2fBackend struct{ k *Key }

// CBOR refuses every command.
func (b u2fBackend) CBOR(ctx context.Context, request []byte, report func(ctaphid.Status)) ([]byte, error) {
	return b.k.CBOR(ctx, request, report)
}

// Msg runs one U2F command. request is an APDU, and so is the result. Without a touch
// the answer is NotAllowed at once, and the host repeats the command.
func (b u2fBackend) Msg(_ context.Context, request []byte) ([]byte, error) {
	k := b.k
	k.mu.Lock()
	defer k.mu.Unlock()
	answer, status, err := k.u2f(request)
	if err != nil {
		return nil, fmt.Errorf("softkey: U2F: %w", err)
	}
	return apdu.Response{Data: answer, Status: status}.Bytes(), nil
}

func (k *Key) u2f(raw []byte) ([]byte, apdu.Status, error) {
	c, err := apdu.ParseCommand(raw)
	switch {
	case len(raw) < apduHeader:
		return nil, apdu.WrongLength, nil
	case c.CLA != 0:
		return nil, apdu.UnknownClass, nil
	case c.INS < u2fRegister || c.INS > u2fVersion:
		return nil, apdu.UnknownCommand, nil
	case err != nil:
		return nil, apdu.WrongLength, nil
	}
	switch c.INS {
	case u2fRegister:
		if len(c.Data) != 64 {
			return nil, apdu.WrongLength, nil
		}
		return k.register(c.Data[:32], c.Data[32:])
	case u2fAuthenticate:
		if len(c.Data) < 65 || len(c.Data) != 65+int(c.Data[64]) {
			return nil, apdu.WrongLength, nil
		}
		return k.authenticate(c.P1, c.Data[:32], c.Data[32:64], c.Data[65:])
	case u2fVersion:
		if len(c.Data) != 0 {
			return nil, apdu.WrongLength, nil
		}
		return []byte("U2F_V2"), apdu.OK, nil
	}
	return nil, apdu.UnknownCommand, nil
}

// register makes a credential (U2F section 4).
func (k *Key) register(challenge, application []byte) ([]byte, apdu.Status, error) {
	if !k.poll() {
		return nil, apdu.NotAllowed, nil
	}
	maker, err := u2fMaker()
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
	return slices.Concat([]byte{u2fReserved}, point, []byte{byte(len(c.id))}, c.id, maker.certificate, signature), apdu.OK, nil
}

// authenticate signs with a credential (U2F section 5).
func (k *Key) authenticate(control byte, challenge, application, handle []byte) ([]byte, apdu.Status, error) {
	c, found := k.open(application, handle)
	if !found || c.alg != algES256 {
		return nil, k.traits.ForeignHandle, nil
	}
	var flags byte
	switch control {
	case u2fCheck:
		return nil, apdu.NotAllowed, nil
	case u2fSignQuiet:
	case u2fSign:
		if !k.poll() {
			return nil, apdu.NotAllowed, nil
		}
		flags = flagUserPresent
	default:
		return nil, apdu.WrongData, nil
	}
	said := binary.BigEndian.AppendUint32([]byte{flags}, k.count())
	signature, err := c.sign(slices.Concat(application, said, challenge))
	if err != nil {
		return nil, 0, err
	}
	return append(said, signature...), apdu.OK, nil
}

// poll polls for a touch. It unlocks the key meanwhile, so that Report does not block.
func (k *Key) poll() bool {
	k.mu.Unlock()
	defer k.mu.Lock()
	return k.touch.(Poller).Poll() // New checked the type
}

// A maker is the manufacturer of U2F keys, with its attestation key and certificate
// (U2F section 4.3).
type maker struct {
	key         *ecdsa.PrivateKey
	certificate []byte // DER
}

// u2fMaker returns the manufacturer of all U2F keys of this process.
var u2fMaker = sync.OnceValues(func() (maker, error) {
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
