// Package webauthndlltest has a software key for the system's dialog, and a webauthn.dll
// for wine that uses it. The library is written in C with the header of the real one, so
// it is independent of the structures in package webauthndll.
package webauthndlltest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/fido"
)

// A Key is a security key behind the system's dialog. It is touched at once and verifies
// its user unless that is discouraged. It implements fido.Dialog.
type Key struct {
	mu    sync.Mutex
	made  []made
	count uint32
}

type made struct {
	id     []byte
	rpID   string
	userID []byte
	signer *ecdsa.PrivateKey
}

// Create makes a credential with ES256.
func (k *Key) Create(_ context.Context, r fido.DialogCreation) (fido.DialogAttestation, error) {
	var none fido.DialogAttestation
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range k.made {
		if slices.ContainsFunc(r.Exclude, m.matches(r.RPID)) {
			return none, &fido.AlreadyEnrolledError{}
		}
	}
	if !slices.Contains(r.Algorithms, fido.ES256) {
		return none, fido.ErrIncapable
	}
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return none, err
	}
	m := made{id: []byte(rand.Text()), rpID: r.RPID, userID: slices.Clone(r.UserID), signer: signer}
	point, err := signer.PublicKey.Bytes()
	if err != nil {
		return none, err
	}
	public, err := cbor.Marshal(map[int]any{1: 2, 3: fido.ES256, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		return none, err
	}
	attested := binary.BigEndian.AppendUint16(make([]byte, 16), uint16(len(m.id))) // without AAGUID
	data := k.authData(r.RPID, 0x40|flags(r.Verification), slices.Concat(attested, m.id, public))
	sig, err := m.sign(data, r.ClientData)
	if err != nil {
		return none, err
	}
	k.made = append(k.made, m)
	return fido.DialogAttestation{Attestation: fido.Attestation{Format: "packed", AuthData: data, Signature: sig}, Transport: fido.USB}, nil
}

// Get signs with the newest credential that is allowed.
func (k *Key) Get(_ context.Context, r fido.DialogRequest) (fido.Assertion, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range slices.Backward(k.made) {
		if !slices.ContainsFunc(r.Allow, m.matches(r.RPID)) {
			continue
		}
		data := k.authData(r.RPID, flags(r.Verification), nil)
		sig, err := m.sign(data, r.ClientData)
		return fido.Assertion{CredentialID: m.id, AuthData: data, Signature: sig, UserID: m.userID}, err
	}
	return fido.Assertion{}, fido.ErrNotEnrolled
}

// Forget makes it a new key.
func (k *Key) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.made, k.count = nil, 0
}

// matches selects the descriptor of the credential.
func (m made) matches(rpID string) func(fido.DialogCredential) bool {
	return func(c fido.DialogCredential) bool { return m.rpID == rpID && string(m.id) == string(c.ID) }
}

func (m made) sign(data, client []byte) ([]byte, error) {
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(slices.Concat(data, hash[:]))
	sig, err := ecdsa.SignASN1(rand.Reader, m.signer, sum[:])
	if err != nil {
		return nil, fmt.Errorf("webauthndlltest: signing: %w", err)
	}
	return sig, nil
}

// authData makes authenticator data (WebAuthn section 6.1).
func (k *Key) authData(rpID string, flags byte, attested []byte) []byte {
	k.count++
	hash := sha256.Sum256([]byte(rpID))
	return slices.Concat(hash[:], binary.BigEndian.AppendUint32([]byte{flags}, k.count), attested)
}

// flags are "user present", and "user verified" unless that is discouraged.
func flags(verification string) byte {
	if verification == "discouraged" {
		return 0x01
	}
	return 0x05
}
