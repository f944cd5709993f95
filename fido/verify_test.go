package fido

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
)

// Create returns a key's answer only if it verifies.
func TestUntrustedAttestations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(k *fakeKey)
	}{
		{"another relying party", func(k *fakeKey) {
			k.dataOf = func(_ string, flags byte) (string, byte) { return "evil.example", flags }
		}},
		{"not touched", func(k *fakeKey) {
			k.dataOf = func(rp string, flags byte) (string, byte) { return rp, flags &^ flagUserPresent }
		}},
		{"no credential", func(k *fakeKey) {
			k.spoil = func(a *Attestation) {
				a.AuthData = append([]byte(nil), a.AuthData[:37]...)
				a.AuthData[32] &^= flagAttested
			}
		}},
		{"cut short", func(k *fakeKey) { k.spoil = func(a *Attestation) { a.AuthData = a.AuthData[:60] } }},
		{"trailing bytes", func(k *fakeKey) { k.spoil = func(a *Attestation) { a.AuthData = append(a.AuthData, 0) } }},
		{"signature of another message", func(k *fakeKey) { k.spoil = func(a *Attestation) { a.Signature = k.sign([]byte("other")) } }},
		{"no signature", func(k *fakeKey) { k.spoil = func(a *Attestation) { a.Signature = nil } }},
		{"invalid certificate", func(k *fakeKey) { k.cert = []byte("x") }},
		{"U2F without certificate", func(k *fakeKey) { k.format = formatU2F }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			tt.spoil(k)
			response, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, nil), &script{})
			if !errors.Is(err, ErrUntrusted) || response != nil {
				t.Errorf("Create = %s, %v; want %v", response, err, ErrUntrusted)
			}
		})
	}
}

func TestUntrustedAlgorithm(t *testing.T) {
	t.Parallel()
	_, err := clientOf(t, newFake(t)).Create(t.Context(), fake,
		creationJSON(t, obj{"pubKeyCredParams": []obj{{"type": "public-key", "alg": EdDSA}}}), &script{})
	if !errors.Is(err, ErrUntrusted) {
		t.Errorf("an ES256 key instead of EdDSA: %v", err)
	}
}

func TestUnverifiedUser(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.info.Options["clientPin"] = true
	k.dataOf = func(rp string, flags byte) (string, byte) { return rp, flags &^ flagUserVerified }
	required := obj{"userVerification": "required"}
	_, err := clientOf(t, k).Create(t.Context(), fake,
		creationJSON(t, obj{"authenticatorSelection": required}), &script{pins: []string{"123456"}})
	if !errors.Is(err, ErrUntrusted) {
		t.Errorf("Create = %v, want %v", err, ErrUntrusted)
	}
	_, err = clientOf(t, k).Get(t.Context(), fake, requestJSON(t, required), &script{pins: []string{"123456"}})
	if !errors.Is(err, ErrUntrusted) {
		t.Errorf("Get = %v, want %v", err, ErrUntrusted)
	}
}

func TestUntrustedAssertions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(k *fakeKey, a *Assertion)
	}{
		{"another relying party", func(_ *fakeKey, a *Assertion) { a.AuthData[0] ^= 1 }},
		{"not touched", func(_ *fakeKey, a *Assertion) { a.AuthData[32] &^= flagUserPresent }},
		{"cut short", func(_ *fakeKey, a *Assertion) { a.AuthData = a.AuthData[:20] }},
		{"not signed", func(_ *fakeKey, a *Assertion) { a.Signature = nil }},
		{"a credential that was not requested", func(_ *fakeKey, a *Assertion) { a.CredentialID = []byte("other") }},
		{"signature of another message, with a known public key", func(k *fakeKey, a *Assertion) { a.Signature = k.sign([]byte("other")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			c := clientOf(t, k)
			if _, err := c.Create(t.Context(), fake, creationJSON(t, nil), &script{}); err != nil {
				t.Fatal(err)
			}
			k.spoilAssert = func(a *Assertion) { tt.spoil(k, a) }
			allow := []obj{{"type": "public-key", "id": bytes64(k.id)}}
			response, err := c.Get(t.Context(), fake, requestJSON(t, obj{"allowCredentials": allow}), &script{})
			if !errors.Is(err, ErrUntrusted) || response != nil {
				t.Errorf("Get = %s, %v; want %v", response, err, ErrUntrusted)
			}
		})
	}
}

// go-webauthn, an independent relying party, can parse the attestation objects,
// including statements with a certificate, as real keys make them.
func TestAttestationObjects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, format, conveyance, want string
		certified                      bool
	}{
		{"conveyance none", formatPacked, "none", "none", true},
		{"no conveyance", formatPacked, "", "none", false},
		{"self attestation", formatPacked, "direct", "packed", false},
		{"with a certificate", formatPacked, "direct", "packed", true},
		{"U2F", formatU2F, "indirect", "fido-u2f", true},
		{"unsupported format", "tpm", "direct", "none", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			k.format = tt.format
			if tt.certified {
				k.certify(t)
			}
			response, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, obj{"attestation": tt.conveyance}), &script{})
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
			if err != nil {
				t.Fatal(err)
			}
			object := parsed.Response.AttestationObject
			if object.Format != tt.want {
				t.Errorf("format %q, want %q", object.Format, tt.want)
			}
			chain, certified := object.AttStatement["x5c"].([]any)
			if certified != (tt.certified && tt.want != "none") || certified && len(chain) != 1 {
				t.Errorf("statement %v", object.AttStatement)
			}
		})
	}
}

func TestResponseMembers(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	c := clientOf(t, k)
	raw, err := c.Create(t.Context(), Device{Path: "fake", Transport: NFC}, creationJSON(t, obj{
		"extensions":             obj{"credProps": true},
		"authenticatorSelection": obj{"residentKey": "preferred"},
	}), &script{})
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		ID, RawID, Type, AuthenticatorAttachment string
		Response                                 struct{ Transports []string }
		ClientExtensionResults                   struct{ CredProps struct{ RK bool } }
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	if r.ID == "" || r.ID != r.RawID || r.Type != "public-key" || r.AuthenticatorAttachment != "cross-platform" ||
		len(r.Response.Transports) != 1 || r.Response.Transports[0] != "nfc" || !r.ClientExtensionResults.CredProps.RK {
		t.Errorf("response %s", raw)
	}
}
