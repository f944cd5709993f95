package fido

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// hexBytes is encoded in hexadecimal in JSON.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A vector is an example of Web Authentication Level 3, section 16: the creation and
// the use of a credential for https://example.org.
type vector struct {
	Section, Name, Format string
	CredentialID          hexBytes
	Create                struct{ Challenge, ClientDataJSON, AttestationObject hexBytes }
	Get                   struct{ Challenge, ClientDataJSON, AuthenticatorData, Signature hexBytes }
}

// vectors reads the standard's examples from package server/webauthn's testdata.
func vectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("../server/webauthn/testdata/level3.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Vectors
}

// attestation parses a vector's attestation object, as libfido2 does with a key's
// answer.
func (v vector) attestation(t testing.TB) (att Attestation, alg int64) {
	t.Helper()
	var object struct {
		Format    string `cbor:"fmt"`
		Statement struct {
			Alg int64    `cbor:"alg"`
			Sig []byte   `cbor:"sig"`
			X5C [][]byte `cbor:"x5c"`
		} `cbor:"attStmt"`
		AuthData []byte `cbor:"authData"`
	}
	if err := strictCBOR.Unmarshal(v.Create.AttestationObject, &object); err != nil {
		t.Fatal(err)
	}
	att = Attestation{Format: object.Format, AuthData: object.AuthData, Signature: object.Statement.Sig}
	if len(object.Statement.X5C) > 0 {
		att.Certificate = object.Statement.X5C[0]
	}
	return att, object.Statement.Alg
}

// algorithms has the algorithms of the vectors' credentials.
var algorithms = map[string]int64{
	"16.2": ES256, "16.3": ES256, "16.4": ES256, "16.5": ES256, "16.6": ES256, "16.7": ES256,
	"16.10": RS256, "16.11": EdDSA, "16.13": ES256, "16.14": ES256, "16.15": ES256, "16.16": ES256,
	"16.8": -35, "16.9": -36, // ES384 and ES512: not supported
}

// TestVectors checks that the standard's examples verify, and that they do not after one
// bit was changed.
func TestVectors(t *testing.T) {
	t.Parallel()
	all := vectors(t)
	if len(all) != len(algorithms) {
		t.Fatalf("%d vectors", len(all))
	}
	for _, v := range all {
		t.Run(v.Section+" "+v.Name, func(t *testing.T) {
			t.Parallel()
			att, _ := v.attestation(t)
			hash := sha256.Sum256(v.Create.ClientDataJSON)
			r := CredentialRequest{ClientDataHash: hash[:], RPID: "example.org", Algorithm: algorithms[v.Section]}
			a, key, err := verifyAttestation(att, r, false)
			if r.Algorithm < EdDSA && r.Algorithm != RS256 {
				if err == nil {
					t.Error("a credential with an unsupported algorithm is verified")
				}
				return
			}
			if err != nil || !bytes.Equal(a.credentialID, v.CredentialID) {
				t.Fatalf("%v: credential %x", err, a.credentialID)
			}
			checked := att.Format == formatPacked || att.Format == formatU2F
			if att.Signature = flipped(att.Signature); checked {
				if _, _, err := verifyAttestation(att, r, false); err == nil {
					t.Error("a forged attestation is verified")
				}
			}

			c := clientOf(t, newFake(t))
			c.remember(v.CredentialID, key)
			hash = sha256.Sum256(v.Get.ClientDataJSON)
			as := Assertion{CredentialID: v.CredentialID, AuthData: v.Get.AuthenticatorData, Signature: v.Get.Signature}
			get := AssertionRequest{ClientDataHash: hash[:], RPID: "example.org", CredentialIDs: [][]byte{v.CredentialID}}
			if err := c.verifyAssertion(as, get, false); err != nil {
				t.Errorf("assertion: %v", err)
			}
			as.Signature = flipped(as.Signature)
			if err := c.verifyAssertion(as, get, false); err == nil {
				t.Error("a forged assertion is verified")
			}
		})
	}
}

// flipped returns a copy with one bit in the middle changed.
func flipped(b []byte) []byte {
	out := slices.Clone(b)
	if len(out) > 0 {
		out[len(out)/2] ^= 1
	}
	return out
}

// This package encodes attestation objects and client data byte for byte as in the
// standard's examples.
func TestVectorsAreEncoded(t *testing.T) {
	t.Parallel()
	o, err := parseOrigin("https://example.org")
	if err != nil {
		t.Fatal(err)
	}
	objects, texts := 0, 0
	for _, v := range vectors(t) {
		att, alg := v.attestation(t)
		if v.Format == formatPacked || v.Format == formatU2F || v.Format == formatNone {
			objects++
			got, err := attestationObject(att, "direct", alg)
			if err != nil || !bytes.Equal(got, v.Create.AttestationObject) {
				t.Errorf("%s: attestation object %x, %v", v.Section, got, err)
			}
		}
		for _, c := range []struct {
			typ             string
			challenge, want []byte
		}{{typeCreate, v.Create.Challenge, v.Create.ClientDataJSON}, {typeGet, v.Get.Challenge, v.Get.ClientDataJSON}} {
			if bytes.Contains(c.want, []byte("extraData")) || bytes.Contains(c.want, []byte(`"crossOrigin":true`)) {
				continue // optional members that this client does not add
			}
			texts++
			got, err := o.clientData(c.typ, c.challenge)
			if err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("%s: client data %s, %v; want %s", v.Section, got, err, c.want)
			}
		}
	}
	if objects < 8 || texts < 8 {
		t.Errorf("%d attestation objects and %d client data were compared", objects, texts)
	}
}

// The examples' challenges are derived as the standard specifies (section 16), so the
// file has the standard's examples.
func TestVectorsAreFromTheStandard(t *testing.T) {
	t.Parallel()
	info := map[string]string{
		"16.2": "none.ES256", "16.3": "packed-self.ES256", "16.4": "none.ES256.crossOrigin", "16.5": "none.ES256.topOrigin",
		"16.6": "none.ES256.long-credential-id", "16.7": "packed.ES256", "16.8": "packed.ES384", "16.9": "packed.ES512",
		"16.10": "packed.RS256", "16.11": "packed.EdDSA", "16.13": "tpm.ES256", "16.14": "android-key.ES256",
		"16.15": "apple.ES256", "16.16": "fido-u2f.ES256",
	}
	for _, v := range vectors(t) {
		want, err := hkdf.Key(sha256.New, []byte("WebAuthn test vectors"), []byte{0}, info[v.Section], len(v.Create.Challenge))
		if err != nil || !bytes.Equal(want, v.Create.Challenge) {
			t.Errorf("%s: challenge %x, %v; want %x", v.Section, v.Create.Challenge, err, want)
		}
	}
}

// coseVectors are public keys of RFC 8152, appendix C.7.1, and of WebAuthn section
// 6.5.1.1, and the first key of RFC 8032, section 7.1.
var coseVectors = []struct {
	name, hex string
	alg       int64 // 0: refused
}{
	{"WebAuthn's example", "a5010203262001215820" + meriadocX + "225820" + meriadocY, ES256},
	{"meriadoc.brandybuck@buckland.example", "a501020258246d65726961646f632e6272616e64796275636b406275636b6c616e642e6578616d706c652001215820" + meriadocX + "225820" + meriadocY, 0},
	{"meriadoc, for ES256", "a601020258246d65726961646f632e6272616e64796275636b406275636b6c616e642e6578616d706c6503262001215820" + meriadocX + "225820" + meriadocY, ES256},
	{"11, for ES256", "a501020326200121582098f50a4ff6c05861c8860d13a638ea56c3f5ad7590bbfbf054e1c7b4d91d6280225820f01400b089867804b8e9fc96c3932161f1934f4223069170d924b7e03bf822bb", ES256},
	{"peregrin, for ES256", "a5010203262001215820bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff22582020138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e", ES256},
	{"compressed point", "a5010203262001215820" + meriadocX + "22f5", 0},
	{"not on the curve", "a5010203262001215820" + meriadocY + "225820" + meriadocX, 0},
	{"another curve", "a5010203262002215820" + meriadocX + "225820" + meriadocY, 0},
	{"RFC 8032's first", "a4010103272006215820" + rfc8032, EdDSA},
	{"Ed25519 on X25519", "a4010103272004215820" + rfc8032, 0},
	{"RSA with nothing for a modulus", "a401030339010020590100" + strings.Repeat("00", 256) + "2143010001", 0},
	{"RSA with an even modulus", "a401030339010020590100" + strings.Repeat("fe", 256) + "2143010001", 0},
	{"RSA with an even exponent", "a401030339010020590100" + strings.Repeat("ff", 256) + "2143010000", 0},
	{"RSA with 1 for an exponent", "a401030339010020590100" + strings.Repeat("ff", 256) + "214101", 0},
	{"RSA with zeros in front", "a401030339010020590101" + "00" + strings.Repeat("ff", 256) + "2143010001", 0},
	{"RSA that is odd alone", "a401030339010020590100" + strings.Repeat("ff", 256) + "2143010001", RS256},
	{"truncated", "a4010103272006214f" + rfc8032[:30], 0},
}

const (
	meriadocX = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
	meriadocY = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"
	rfc8032   = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
)

func TestCOSEVectors(t *testing.T) {
	t.Parallel()
	for _, v := range coseVectors {
		key, err := parseCOSE(unhex(t, v.hex))
		if (err == nil) != (v.alg != 0) || err == nil && key.alg != v.alg {
			t.Errorf("%s: %v, algorithm %d", v.name, err, key.alg)
		}
	}
	// RFC 8032, section 7.1, test 1: the signature of the empty message.
	key, err := parseCOSE(unhex(t, "a4010103272006215820"+rfc8032))
	if err != nil {
		t.Fatal(err)
	}
	signature := unhex(t, "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")
	if !key.verify(nil, signature) || key.verify([]byte{0}, signature) {
		t.Error("RFC 8032's signature does not verify, or verifies another message")
	}
}
