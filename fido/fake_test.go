package fido

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

const testOrigin = "http://localhost:8440"

// A fakeKey is a key with real credentials and signatures that a test can make
// misbehave.
type fakeKey struct {
	info  GetInfoResponse
	tries int
	pin   string

	signer *ecdsa.PrivateKey
	id     []byte
	count  uint32
	cert   []byte // attestation certificate; nil: self attestation
	format string

	spoil       func(a *Attestation) // after signing
	spoilAssert func(a *Assertion)
	dataOf      func(rpID string, flags byte) (string, byte) // before signing
	make        func(r CredentialRequest) error              // if not nil, called first
	assert      func(r AssertionRequest) error
	wait        bool  // wait for the end of ctx, as for a touch
	fate        error // the result of Select and Reset

	made     []CredentialRequest
	asserted []AssertionRequest
	closed   int
	gone     atomic.Bool
}

func newFake(t testing.TB) *fakeKey {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &fakeKey{
		info:   GetInfoResponse{FIDO2: true, Options: map[string]bool{"rk": true, "up": true, "clientPin": false}},
		tries:  MaxPINTries,
		signer: signer,
		id:     []byte("a credential"),
		format: formatPacked,
	}
}

func (k *fakeKey) Open(context.Context, string) (Key, error)     { return k, nil }
func (k *fakeKey) Gone() bool                                    { return k.gone.Load() }
func (k *fakeKey) Close() error                                  { k.closed++; return nil }
func (k *fakeKey) Info(context.Context) (GetInfoResponse, error) { return k.info, nil }
func (k *fakeKey) PINTries(ctx context.Context) (int, error)     { return k.tries, nil }
func (k *fakeKey) Select(ctx context.Context) error              { return k.touched(ctx) }
func (k *fakeKey) Reset(ctx context.Context) error               { return k.touched(ctx) }
func (k *fakeKey) devices(context.Context) ([]Device, error) {
	return []Device{{Path: "fake", Transport: USB}}, nil
}
func (k *fakeKey) await(ctx context.Context) error { <-ctx.Done(); return ContextError(ctx) }
func (k *fakeKey) sign(message []byte) []byte {
	sum := sha256.Sum256(message)
	sig, err := ecdsa.SignASN1(rand.Reader, k.signer, sum[:])
	if err != nil {
		panic(err)
	}
	return sig
}

func (k *fakeKey) cose() []byte {
	point, err := k.signer.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	raw, err := ctapCBOR.Marshal(map[int]any{1: 2, 3: ES256, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		panic(err)
	}
	return raw
}

func (k *fakeKey) authData(rpID string, flags byte, attested []byte) []byte {
	if k.dataOf != nil {
		rpID, flags = k.dataOf(rpID, flags)
	}
	k.count++
	sum := sha256.Sum256([]byte(rpID))
	data := append(sum[:], flags)
	data = binary.BigEndian.AppendUint32(data, k.count)
	return append(data, attested...)
}

func flagsFor(pin string, verify bool) byte {
	if pin != "" || verify {
		return flagUserPresent | flagUserVerified
	}
	return flagUserPresent
}

func (k *fakeKey) MakeCredential(ctx context.Context, r CredentialRequest) (Attestation, error) {
	k.made = append(k.made, r)
	if k.wait {
		return Attestation{}, k.await(ctx)
	}
	if k.make != nil {
		if err := k.make(r); err != nil {
			return Attestation{}, err
		}
	}
	attested := binary.BigEndian.AppendUint16(make([]byte, 16), uint16(len(k.id)))
	attested = slices.Concat(attested, k.id, k.cose())
	data := k.authData(r.RPID, flagAttested|flagsFor(r.PIN, r.Verify), attested)
	message := slices.Concat(data, r.ClientDataHash)
	if k.format == formatU2F {
		point, _ := k.signer.PublicKey.Bytes()
		message = slices.Concat([]byte{0}, data[:32], r.ClientDataHash, k.id, point)
	}
	a := Attestation{Format: k.format, AuthData: data, Signature: k.sign(message), Certificate: k.cert}
	if k.spoil != nil {
		k.spoil(&a)
	}
	return a, nil
}

func (k *fakeKey) Assert(ctx context.Context, r AssertionRequest) (Assertion, error) {
	k.asserted = append(k.asserted, r)
	if k.wait && !r.Silent {
		return Assertion{}, k.await(ctx)
	}
	if k.assert != nil {
		if err := k.assert(r); err != nil {
			return Assertion{}, err
		}
	}
	same := func(id []byte) bool { return slices.Equal(id, k.id) }
	if len(r.CredentialIDs) > 0 && !slices.ContainsFunc(r.CredentialIDs, same) {
		return Assertion{}, ErrNotEnrolled
	}
	data := k.authData(r.RPID, flagsFor(r.PIN, r.Verify), nil)
	a := Assertion{CredentialID: k.id, AuthData: data, Signature: k.sign(slices.Concat(data, r.ClientDataHash))}
	if k.spoilAssert != nil && !r.Silent {
		k.spoilAssert(&a)
	}
	return a, nil
}

func (k *fakeKey) touched(ctx context.Context) error {
	if k.wait {
		return k.await(ctx)
	}
	return k.fate
}

func (k *fakeKey) SetPIN(_ context.Context, old, new string) error {
	if old != k.pin {
		k.tries--
		return ErrWrongPIN
	}
	k.pin, k.tries = new, MaxPINTries
	k.info.Options["clientPin"] = true
	return nil
}

func (k *fakeKey) Credentials(_ context.Context, pin string) (CredentialList, error) {
	if pin != k.pin {
		k.tries--
		return CredentialList{}, ErrWrongPIN
	}
	return CredentialList{Used: 1, Remaining: 2, Credentials: []DiscoverableCredential{{ID: k.id, RPID: "localhost"}}}, nil
}

func (k *fakeKey) DeleteCredential(_ context.Context, id []byte, pin string) error {
	if pin != k.pin {
		k.tries--
		return ErrWrongPIN
	}
	if !slices.Equal(id, k.id) {
		return ErrNotEnrolled
	}
	return nil
}

// certify makes an attestation certificate for the key's signer.
func (k *fakeKey) certify(t *testing.T) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.signer.PublicKey, k.signer)
	if err != nil {
		t.Fatal(err)
	}
	k.cert = der
}

// A script is an Interaction that returns PINs in order, then an error.
type script struct {
	pins  []string
	err   error
	shown []PromptKind
	asked int
}

func (s *script) Show(p Prompt) { s.shown = append(s.shown, p.Kind) }

func (s *script) PIN(context.Context, int, bool) (string, error) {
	s.asked++
	if len(s.pins) == 0 {
		return "", s.err
	}
	pin := s.pins[0]
	s.pins = s.pins[1:]
	return pin, nil
}

func clientOf(t testing.TB, k *fakeKey) *Client {
	t.Helper()
	c, err := New(Config{Open: k, Devices: k.devices, Origin: testOrigin})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var fake = Device{Path: "fake", Transport: USB}

type obj = map[string]any

func creationJSON(t testing.TB, change obj) json.RawMessage {
	t.Helper()
	o := obj{
		"rp":               obj{"id": "localhost", "name": "Nightlatch"},
		"user":             obj{"id": "YWxpY2U", "name": "alice", "displayName": "Alice"},
		"challenge":        "Y2hhbGxlbmdl",
		"pubKeyCredParams": []obj{{"type": "public-key", "alg": ES256}},
		"attestation":      "direct",
	}
	return jsonOf(t, o, change)
}

func requestJSON(t testing.TB, change obj) json.RawMessage {
	t.Helper()
	return jsonOf(t, obj{"rpId": "localhost", "challenge": "Y2hhbGxlbmdl"}, change)
}

func jsonOf(t testing.TB, o, change obj) json.RawMessage {
	t.Helper()
	for k, v := range change {
		o[k] = v
	}
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
