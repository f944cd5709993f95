package webauthn_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/big"
	"testing"
	"time"
)

// The authenticator of these tests is written from the standard. It uses neither our code
// nor the library's, not even for CBOR, so that the tests do not only compare the relying
// party with itself.

// Flags of the authenticator data (§6.1).
const (
	up = 1 << 0
	uv = 1 << 2
	be = 1 << 3
	bs = 1 << 4
	at = 1 << 6
)

// A device is one credential on one key. A test may change the fields to make it misbehave.
type device struct {
	t       testing.TB
	signer  crypto.Signer
	id      []byte
	aaguid  []byte
	counter uint32
	flags   byte
	rpID    string // the relying party ID that is signed
	origin  string // the origin that the browser reports
	handle  []byte // the user handle in the response, nil for none
	format  string // none, packed, packed-x5c, fido-u2f
	maker   []byte // a wrong model in the maker's certificate, or nil
	alg     int64  // a wrong algorithm in the public key, or 0
	public  []byte // a COSE_Key instead of the signer's, or nil
	padding int    // bytes added to the maker's certificate
}

func newDevice(t testing.TB, signer crypto.Signer) *device {
	t.Helper()
	id := make([]byte, 32)
	rand.Read(id)
	return &device{
		t: t, signer: signer, id: id, aaguid: bytes.Repeat([]byte{7}, 16), counter: 1, flags: up,
		rpID: "localhost", origin: "http://localhost:8440", format: "none",
	}
}

func es256(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A hugeRSA is a public key with that many bits, without a private key. The time to check a
// signature grows with the square of the bits: 6 s at 256,000, the most that fits a
// request.
type hugeRSA int

func (bits hugeRSA) Public() crypto.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits)-1)
	return &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}
}

func (bits hugeRSA) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return make([]byte, bits/8), nil
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// head is a CBOR head (RFC 8949 §3).
func head(major byte, n uint64) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 1<<8:
		return []byte{major<<5 | 24, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{major<<5 | 25}, uint16(n))
	}
	return binary.BigEndian.AppendUint32([]byte{major<<5 | 26}, uint32(n))
}

func cborInt(n int64) []byte {
	if n < 0 {
		return head(1, uint64(-n-1))
	}
	return head(0, uint64(n))
}
func cborBytes(b []byte) []byte   { return append(head(2, uint64(len(b))), b...) }
func cborText(s string) []byte    { return append(head(3, uint64(len(s))), s...) }
func cborList(v ...[]byte) []byte { return append(head(4, uint64(len(v))), bytes.Join(v, nil)...) }

// cborMap takes keys and values in turn.
func cborMap(v ...[]byte) []byte { return append(head(5, uint64(len(v)/2)), bytes.Join(v, nil)...) }

// cose is the public key as COSE_Key (RFC 9053 §2, §7; RFC 8230 §4).
func (d *device) cose() []byte {
	if d.public != nil {
		return d.public
	}
	switch pub := d.signer.Public().(type) {
	case *ecdsa.PublicKey:
		point := d.point(pub)
		return cborMap(cborInt(1), cborInt(2), cborInt(3), cborInt(d.algorithm()), cborInt(-1), cborInt(1),
			cborInt(-2), cborBytes(point[1:33]), cborInt(-3), cborBytes(point[33:]))
	case ed25519.PublicKey:
		return cborMap(cborInt(1), cborInt(1), cborInt(3), cborInt(-8), cborInt(-1), cborInt(6), cborInt(-2), cborBytes(pub))
	case *rsa.PublicKey:
		return cborMap(cborInt(1), cborInt(3), cborInt(3), cborInt(-257),
			cborInt(-1), cborBytes(pub.N.Bytes()), cborInt(-2), cborBytes([]byte{1, 0, 1}))
	}
	d.t.Fatalf("no COSE form for %T", d.signer)
	return nil
}

// point is the uncompressed form: 4, x, y.
func (d *device) point(pub *ecdsa.PublicKey) []byte {
	d.t.Helper()
	b, err := pub.Bytes()
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

func (d *device) algorithm() int64 {
	if d.alg != 0 {
		return d.alg
	}
	switch d.signer.(type) {
	case ed25519.PrivateKey:
		return -8
	case *rsa.PrivateKey:
		return -257
	}
	return -7
}

func sign(t testing.TB, k crypto.Signer, message []byte) []byte {
	t.Helper()
	var (
		sig []byte
		err error
	)
	if _, ok := k.(ed25519.PrivateKey); ok {
		sig, err = k.Sign(rand.Reader, message, crypto.Hash(0))
	} else {
		sum := sha256.Sum256(message)
		sig, err = k.Sign(rand.Reader, sum[:], crypto.SHA256)
	}
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// authData is the authenticator data (§6.1), with the new credential in it when
// attested is set.
func (d *device) authData(attested bool) []byte {
	hash := sha256.Sum256([]byte(d.rpID))
	out := append(hash[:], d.flags)
	if attested {
		out[32] |= at
	}
	out = binary.BigEndian.AppendUint32(out, d.counter)
	if attested {
		out = append(out, d.aaguid...)
		out = binary.BigEndian.AppendUint16(out, uint16(len(d.id)))
		out = append(append(out, d.id...), d.cose()...)
	}
	return out
}

// clientData is the JSON that is hashed and signed (§5.8.1).
func (d *device) clientData(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// options are the parts of both kinds of options that a browser uses.
type options struct {
	Challenge string
	RP        struct{ ID, Name string }
	RPID      string `json:"rpId"`
	User      struct{ ID, Name, DisplayName string }
	Exclude   []struct {
		Type, ID   string
		Transports []string
	} `json:"excludeCredentials"`
	Allow []struct {
		Type, ID   string
		Transports []string
	} `json:"allowCredentials"`
	Parameters []struct {
		Type string
		Alg  int
	} `json:"pubKeyCredParams"`
	Selection struct {
		Attachment       string `json:"authenticatorAttachment"`
		RequireResident  bool   `json:"requireResidentKey"`
		ResidentKey      string `json:"residentKey"`
		UserVerification string `json:"userVerification"`
	} `json:"authenticatorSelection"`
	UserVerification string
	Attestation      string
	Hints            []string
	Timeout          int
}

func (d *device) read(raw json.RawMessage) options {
	d.t.Helper()
	var o options
	if err := json.Unmarshal(raw, &o); err != nil {
		d.t.Fatal(err)
	}
	return o
}

// create answers creation options with a RegistrationResponseJSON (§5.1.8).
func (d *device) create(raw json.RawMessage) json.RawMessage {
	d.t.Helper()
	return d.createWith(d.clientData("webauthn.create", d.read(raw).Challenge))
}

func (d *device) createWith(clientData []byte) json.RawMessage {
	d.t.Helper()
	authData := d.authData(true)
	object := cborMap(cborText("fmt"), cborText(d.statementFormat()),
		cborText("attStmt"), d.statement(authData, clientData),
		cborText("authData"), cborBytes(authData))
	return d.marshal(map[string]any{
		"attestationObject": b64(object), "clientDataJSON": b64(clientData), "transports": []string{"usb", "nfc"},
	})
}

func (d *device) statementFormat() string {
	if d.format == "packed-x5c" {
		return "packed"
	}
	return d.format
}

// statement is the attestation statement (§8.2, §8.6, §8.7).
func (d *device) statement(authData, clientData []byte) []byte {
	hash := sha256.Sum256(clientData)
	signed := append(bytes.Clone(authData), hash[:]...)
	switch d.format {
	case "packed":
		return cborMap(cborText("alg"), cborInt(d.algorithm()), cborText("sig"), cborBytes(sign(d.t, d.signer, signed)))
	case "packed-x5c":
		maker, cert := d.certificate()
		return cborMap(cborText("alg"), cborInt(-7), cborText("sig"), cborBytes(sign(d.t, maker, signed)),
			cborText("x5c"), cborList(cborBytes(cert)))
	case "fido-u2f":
		maker, cert := d.certificate()
		point := d.point(d.signer.Public().(*ecdsa.PublicKey))
		u2f := append([]byte{0}, authData[:32]...)
		u2f = append(append(append(u2f, hash[:]...), d.id...), point...)
		return cborMap(cborText("sig"), cborBytes(sign(d.t, maker, u2f)), cborText("x5c"), cborList(cborBytes(cert)))
	}
	return cborMap()
}

// certificate makes the certificate of the key's maker. It is self-signed, since no trust
// anchor is checked (§8.2.1).
func (d *device) certificate() (crypto.Signer, []byte) {
	d.t.Helper()
	maker := es256(d.t)
	model := d.aaguid
	if d.maker != nil {
		model = d.maker
	}
	aaguid, err := asn1.Marshal(model)
	if err != nil {
		d.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject: pkix.Name{
			Country: []string{"SE"}, Organization: []string{"Test keys"},
			OrganizationalUnit: []string{"Authenticator Attestation"}, CommonName: "Test key",
		},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true,
		ExtraExtensions:       []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 4}, Value: aaguid}},
	}
	if d.padding > 0 {
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{
			Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 9, 9}, Value: make([]byte, d.padding),
		})
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, maker.Public(), maker)
	if err != nil {
		d.t.Fatal(err)
	}
	return maker, cert
}

// get answers request options with an AuthenticationResponseJSON (§5.1.9).
func (d *device) get(raw json.RawMessage) json.RawMessage {
	d.t.Helper()
	return d.getWith(d.clientData("webauthn.get", d.read(raw).Challenge))
}

func (d *device) getWith(clientData []byte) json.RawMessage {
	d.t.Helper()
	authData := d.authData(false)
	hash := sha256.Sum256(clientData)
	response := map[string]any{
		"clientDataJSON": b64(clientData), "authenticatorData": b64(authData),
		"signature": b64(sign(d.t, d.signer, append(bytes.Clone(authData), hash[:]...))),
	}
	if d.handle != nil {
		response["userHandle"] = b64(d.handle)
	}
	return d.marshal(response)
}

func (d *device) marshal(response map[string]any) json.RawMessage {
	d.t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response,
		"clientExtensionResults":  map[string]any{"credProps": map[string]any{"rk": false}},
		"authenticatorAttachment": "cross-platform",
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}
