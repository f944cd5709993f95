package fido

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/go-webauthn/webauthn/protocol"
)

// FuzzAuthData checks that no authenticator data crashes the client, and that encoding
// the parsed parts gives the input again.
func FuzzAuthData(f *testing.F) {
	k := newFake(f)
	f.Add(k.authData("localhost", flagUserPresent, nil))
	attested := slices.Concat(make([]byte, 16), []byte{0, byte(len(k.id))}, k.id, k.cose())
	f.Add(k.authData("localhost", flagUserPresent|flagAttested, attested))
	f.Add(append(k.authData("localhost", flagUserPresent|flagExtensions, nil), 0xa1, 0x61, 0x78, 0xf5))
	for _, v := range vectors(f) {
		att, _ := v.attestation(f)
		f.Add(att.AuthData)
		f.Add([]byte(v.Get.AuthenticatorData))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := parseAuthData(raw)
		if err != nil {
			return
		}
		again := slices.Concat(a.rpIDHash, []byte{a.flags}, binary.BigEndian.AppendUint32(nil, a.count))
		if a.has(flagAttested) {
			again = binary.BigEndian.AppendUint16(append(again, a.aaguid...), uint16(len(a.credentialID)))
			again = slices.Concat(again, a.credentialID, a.publicKey)
		}
		rest, whole := bytes.CutPrefix(raw, again)
		if !whole || (len(rest) > 0) != a.has(flagExtensions) {
			t.Errorf("%x was read as %x, and %x is left", raw, again, rest)
		}
		if len(rest) > 0 {
			var extensions map[string]cbor.RawMessage
			if err := strictCBOR.Unmarshal(rest, &extensions); err != nil {
				t.Errorf("extensions %x: %v", rest, err)
			}
		}
		if has := len(a.credentialID) > 0; has != a.has(flagAttested) || len(a.credentialID) > 1023 || len(a.rpIDHash) != sha256.Size {
			t.Errorf("accepted %x as %+v", raw, a)
		}
	})
}

// FuzzCOSE checks that an accepted public key does not verify an arbitrary signature, and
// that it can be encoded as COSE_Key and as SubjectPublicKeyInfo and parsed again.
func FuzzCOSE(f *testing.F) {
	f.Add(newFake(f).cose())
	for _, v := range coseVectors {
		f.Add(unhex(f, v.hex))
	}
	for _, v := range vectors(f) {
		att, _ := v.attestation(f)
		if a, err := parseAuthData(att.AuthData); err == nil {
			f.Add(a.publicKey)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		k, err := parseCOSE(raw)
		if err != nil {
			return
		}
		if k.verify([]byte("message"), []byte("signature")) {
			t.Errorf("%x verifies nonsense", raw)
		}
		again, err := parseCOSE(encodeKey(t, k))
		if err != nil || again.alg != k.alg || !same(again.key, k.key) {
			t.Errorf("%x is read again as %+v, %v", raw, again, err)
		}
		der, err := k.spki()
		if err != nil {
			t.Fatalf("%x cannot be written: %v", raw, err)
		}
		if parsed, err := x509.ParsePKIXPublicKey(der); err != nil || !same(parsed, k.key) {
			t.Errorf("%x is written as %x: %v", raw, der, err)
		}
	})
}

func same(a, b crypto.PublicKey) bool {
	k, comparable := a.(interface{ Equal(crypto.PublicKey) bool })
	return comparable && k.Equal(b)
}

// encodeKey encodes a public key as COSE_Key.
func encodeKey(t testing.TB, k publicKey) []byte {
	t.Helper()
	var m map[int]any
	switch key := k.key.(type) {
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		m = map[int]any{1: 2, 3: k.alg, -1: 1, -2: point[1:33], -3: point[33:]}
	case ed25519.PublicKey:
		m = map[int]any{1: 1, 3: k.alg, -1: 6, -2: []byte(key)}
	case *rsa.PublicKey:
		m = map[int]any{1: 3, 3: k.alg, -1: key.N.Bytes(), -2: big.NewInt(int64(key.E)).Bytes()}
	default:
		t.Fatalf("a key of type %T", k.key)
	}
	raw, err := ctapCBOR.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// FuzzAttestation checks that go-webauthn, an independent relying party, parses a
// verified attestation as the same credential, and verifies it if it has no certificate.
func FuzzAttestation(f *testing.F) {
	for _, v := range vectors(f) {
		att, _ := v.attestation(f)
		f.Add(att.Format, att.AuthData, att.Signature, att.Certificate, []byte(v.Create.ClientDataJSON))
	}
	f.Fuzz(func(t *testing.T, format string, authData, signature, certificate, clientData []byte) {
		att := Attestation{Format: format, AuthData: authData, Signature: signature, Certificate: certificate}
		hash := sha256.Sum256(clientData)
		for _, alg := range []int64{ES256, EdDSA, RS256} {
			a, _, err := verifyAttestation(att, CredentialRequest{ClientDataHash: hash[:], RPID: "example.org", Algorithm: alg}, false)
			if err != nil {
				continue
			}
			object, err := attestationObject(att, "direct", alg)
			if err != nil {
				t.Fatal(err)
			}
			var read protocol.AttestationObject
			if err := strictCBOR.Unmarshal(object, &read); err != nil {
				t.Fatalf("%x: %v", object, err)
			}
			if err := read.AuthData.Unmarshal(read.RawAuthData); err != nil {
				t.Fatalf("go-webauthn: authenticator data %x: %v", read.RawAuthData, err)
			}
			if !bytes.Equal(read.AuthData.AttData.CredentialID, a.credentialID) || !bytes.Equal(read.AuthData.RPIDHash, a.rpIDHash) {
				t.Errorf("go-webauthn reads %+v", read.AuthData)
			}
			if read.Format == formatPacked && len(certificate) == 0 {
				if err := read.VerifyAttestation(hash[:], nil, protocol.AttestationPolicy{}, protocol.SignaturePolicy{}); err != nil {
					t.Errorf("go-webauthn: %v", err)
				}
			}
		}
	})
}

// FuzzAssertion checks that a verified assertion was signed by the credential, for this
// relying party, with user presence.
func FuzzAssertion(f *testing.F) {
	keys := make(map[string]publicKey)
	for _, v := range vectors(f) {
		att, _ := v.attestation(f)
		a, err := parseAuthData(att.AuthData)
		if err != nil {
			f.Fatal(err)
		}
		if key, err := parseCOSE(a.publicKey); err == nil {
			keys[string(v.CredentialID)] = key
		}
		f.Add([]byte(v.CredentialID), []byte(v.Get.AuthenticatorData), []byte(v.Get.Signature), []byte(v.Get.ClientDataJSON))
	}
	f.Fuzz(func(t *testing.T, id, authData, signature, clientData []byte) {
		hash := sha256.Sum256(clientData)
		c := &Client{made: keys}
		as := Assertion{CredentialID: id, AuthData: authData, Signature: signature}
		if c.verifyAssertion(as, AssertionRequest{ClientDataHash: hash[:], RPID: "example.org"}, false) != nil {
			return
		}
		rp := sha256.Sum256([]byte("example.org"))
		if !bytes.Equal(authData[:32], rp[:]) || authData[32]&flagUserPresent == 0 {
			t.Errorf("accepted authenticator data %x", authData)
		}
		if key, known := keys[string(id)]; known && !verifySignature(key.key, slices.Concat(authData, hash[:]), signature) {
			t.Errorf("accepted signature %x", signature)
		}
	})
}

// FuzzClientData checks, for any challenge and origin, that go-webauthn parses the client
// data correctly and that it has the standard's serialization (WebAuthn section 5.8.1.1).
func FuzzClientData(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add("https://example.org", []byte(v.Create.Challenge))
	}
	f.Add("http://localhost:8440", []byte{0xfb, 0xff})
	f.Add("https://xn--bcher-kva.example:8443", []byte{1})
	f.Fuzz(func(t *testing.T, from string, challenge []byte) {
		o, err := parseOrigin(from)
		if err != nil {
			return
		}
		for typ, ceremony := range map[string]protocol.CeremonyType{typeCreate: protocol.CreateCeremony, typeGet: protocol.AssertCeremony} {
			text, err := o.clientData(typ, challenge)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(text, []byte(`{"type":"`+typ+`","challenge":"`)) || !bytes.HasSuffix(text, []byte(`","crossOrigin":false}`)) {
				t.Errorf("client data %s", text)
			}
			var read protocol.CollectedClientData
			if err := json.Unmarshal(text, &read); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var got bytes64
			if err := got.UnmarshalText([]byte(read.Challenge)); err != nil || !bytes.Equal(got, challenge) {
				t.Errorf("challenge %q of %x: %v", read.Challenge, challenge, err)
			}
			if read.Type != ceremony || read.Origin != o.text || read.CrossOrigin {
				t.Errorf("%s is read as %+v", text, read)
			}
		}
	})
}

// FuzzOptions checks that no options crash the client, that accepted options have what
// the layers below need, and that they parse the same after encoding them again.
func FuzzOptions(f *testing.F) {
	f.Add([]byte(creationJSON(f, nil)))
	f.Add([]byte(requestJSON(f, obj{"allowCredentials": []obj{{"type": "public-key", "id": "YQ"}}})))
	f.Add([]byte(`{"publicKey":{"publicKey":{}}}`))
	f.Add([]byte(sampleCreation))
	f.Add([]byte(sampleRequest))
	o, err := parseOrigin(testOrigin)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if c, err := parseCreation(raw, o); err == nil {
			if len(c.Challenge) == 0 || len(c.User.ID) == 0 || len(c.User.ID) > 64 || c.User.Name == "" || c.RP.ID != "localhost" {
				t.Errorf("accepted %s", raw)
			}
			bounded(t, c.Exclude)
			written, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			again, err := parseCreation(written, o)
			if err != nil || !bytes.Equal(mustJSON(t, again), written) {
				t.Errorf("%s is written as %s and read as %s, %v", raw, written, mustJSON(t, again), err)
			}
		}
		if r, err := parseRequest(raw, o); err == nil {
			if len(r.Challenge) == 0 || r.RPID != "localhost" {
				t.Errorf("accepted %s", raw)
			}
			bounded(t, r.Allow)
			written := mustJSON(t, r)
			if again, err := parseRequest(written, o); err != nil || !bytes.Equal(mustJSON(t, again), written) {
				t.Errorf("%s is written as %s: %v", raw, written, err)
			}
		}
	})
}

func bounded(t *testing.T, list []descriptor) {
	t.Helper()
	for _, id := range ids(list) {
		if len(id) == 0 || len(id) > 1023 {
			t.Errorf("accepted an ID of %d bytes", len(id))
		}
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The options of the standard's sample scenarios (WebAuthn sections 1.3.1 and
// 1.3.3), in JSON form and for this origin.
var (
	sampleCreation = strings.Join(strings.Fields(`{
		"challenge": "IRuwT0sKvh2ue_X6dPhvVw",
		"rp": {"name": "ACME Corporation", "id": "localhost"},
		"user": {"id": "MIIBkzCCATigAwIBAjCCAZMwggE4oAMCAQIwggGTMII", "name": "alex.mueller@example.com", "displayName": "Alex Müller"},
		"pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
		"authenticatorSelection": {"userVerification": "preferred"},
		"timeout": 360000,
		"excludeCredentials": [
			{"id": "IRuwT0sKvh2ue_X6dPhvVw", "type": "public-key"},
			{"id": "YXhUQUJrZTJvWHc", "type": "public-key", "transports": ["usb", "nfc"]}
		],
		"extensions": {"uvm": true, "exts": true}
	}`), "")
	sampleRequest = strings.Join(strings.Fields(`{
		"challenge": "BMgHLZnkNGGlOrwAtLQHCg",
		"timeout": 120000,
		"allowCredentials": [{"type": "public-key", "id": "IRuwT0sKvh2ue_X6dPhvVw"}]
	}`), "")
)
