package ceremonytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"

	"nightlatch/server/api"
)

// A Key is a security key in software, together with its browser: ES256, no attestation.
type Key struct {
	T            testing.TB
	ID           []byte
	Count        uint32   // increased before each use
	Verifies     bool     // claims to have verified a PIN or fingerprint
	AAGUID       [16]byte // its model
	RPID, Origin string   // signed; a test can set others than requested
	private      *ecdsa.PrivateKey
}

// NewKey returns a new key.
func NewKey(t testing.TB) *Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &Key{T: t, ID: id, RPID: RPID, Origin: Origin, private: private}
}

// options are the WebAuthn options that the key uses.
type options struct {
	Challenge          string `json:"challenge"`
	ExcludeCredentials []struct {
		ID string `json:"id"`
	} `json:"excludeCredentials"`
	AllowCredentials []struct {
		ID string `json:"id"`
	} `json:"allowCredentials"`
}

func (k *Key) read(raw api.RawJSON) options {
	k.T.Helper()
	var o options
	if err := json.Unmarshal(raw, &o); err != nil || o.Challenge == "" {
		k.T.Fatalf("options %s: %v", raw, err)
	}
	return o
}

// Excluded reports whether the options exclude this key (R33).
func (k *Key) Excluded(create api.RawJSON) bool {
	k.T.Helper()
	for _, c := range k.read(create).ExcludeCredentials {
		if c.ID == b64(k.ID) {
			return true
		}
	}
	return false
}

// Allowed reports whether the options allow this key.
func (k *Key) Allowed(get api.RawJSON) bool {
	k.T.Helper()
	for _, c := range k.read(get).AllowCredentials {
		if c.ID == b64(k.ID) {
			return true
		}
	}
	return false
}

// Create answers creation options (W3C WebAuthn Level 3, §6.3.2).
func (k *Key) Create(create api.RawJSON) api.KeyResponse {
	k.T.Helper()
	clientData := k.clientData("webauthn.create", k.read(create).Challenge)
	public := slices.Concat(
		[]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32}, k.private.X.FillBytes(make([]byte, 32)),
		[]byte{0x22, 0x58, 32}, k.private.Y.FillBytes(make([]byte, 32))) // COSE_Key, ES256, P-256
	attested := slices.Concat(k.AAGUID[:], binary.BigEndian.AppendUint16(nil, uint16(len(k.ID))), k.ID, public)
	authData := slices.Concat(k.authData(0x41), attested)
	object := slices.Concat(
		[]byte{0xa3, 0x63}, []byte("fmt"), []byte{0x64}, []byte("none"),
		[]byte{0x67}, []byte("attStmt"), []byte{0xa0},
		[]byte{0x68}, []byte("authData"), byteString(len(authData)), authData)
	return k.response(map[string]any{
		"clientDataJSON":    b64(clientData),
		"attestationObject": b64(object),
		"transports":        []string{"usb"},
	})
}

// byteString is the CBOR head of a byte string (RFC 8949 §3).
func byteString(n int) []byte {
	if n < 1<<8 {
		return []byte{0x58, byte(n)}
	}
	return binary.BigEndian.AppendUint16([]byte{0x59}, uint16(n))
}

// Get answers request options (§6.3.3).
func (k *Key) Get(get api.RawJSON) api.KeyResponse {
	k.T.Helper()
	clientData := k.clientData("webauthn.get", k.read(get).Challenge)
	k.Count++
	authData := k.authData(0x01)
	hash := sha256.Sum256(clientData)
	digest := sha256.Sum256(slices.Concat(authData, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		k.T.Fatal(err)
	}
	return k.response(map[string]any{
		"clientDataJSON":    b64(clientData),
		"authenticatorData": b64(authData),
		"signature":         b64(signature),
	})
}

func (k *Key) authData(flags byte) []byte {
	rp := sha256.Sum256([]byte(k.RPID))
	if k.Verifies {
		flags |= 0x04
	}
	return binary.BigEndian.AppendUint32(append(rp[:], flags), k.Count)
}

func (k *Key) clientData(kind, challenge string) []byte {
	k.T.Helper()
	b, err := json.Marshal(map[string]any{
		"type": kind, "challenge": challenge, "origin": k.Origin, "crossOrigin": false,
	})
	if err != nil {
		k.T.Fatal(err)
	}
	return b
}

func (k *Key) response(inner map[string]any) api.KeyResponse {
	k.T.Helper()
	b, err := json.Marshal(map[string]any{
		"id": b64(k.ID), "rawId": b64(k.ID), "type": "public-key",
		"response": inner, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		k.T.Fatal(err)
	}
	return api.KeyResponse{Response: b}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
