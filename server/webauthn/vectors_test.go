package webauthn_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"nightlatch/server/webauthn"
)

// hexBytes are bytes that JSON writes in hexadecimal.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

// A vector is a test vector of the standard (§16): a key's responses when a credential was
// made and when it was used.
type vector struct {
	Section, Name, Format string
	CredentialID          hexBytes
	Create                struct{ Challenge, ClientDataJSON, AttestationObject hexBytes }
	Get                   struct{ Challenge, ClientDataJSON, AuthenticatorData, Signature hexBytes }
}

func vectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/level3.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Vectors
}

// creation is the RegistrationResponseJSON of a vector, and assertion its
// AuthenticationResponseJSON.
func (v vector) creation(t testing.TB) json.RawMessage {
	return v.response(t, map[string]any{
		"clientDataJSON": b64(v.Create.ClientDataJSON), "attestationObject": b64(v.Create.AttestationObject),
	})
}

func (v vector) assertion(t testing.TB) json.RawMessage {
	return v.response(t, map[string]any{
		"clientDataJSON": b64(v.Get.ClientDataJSON), "authenticatorData": b64(v.Get.AuthenticatorData),
		"signature": b64(v.Get.Signature),
	})
}

func (v vector) response(t testing.TB, response map[string]any) json.RawMessage {
	t.Helper()
	d := &device{t: t, id: v.CredentialID}
	return d.marshal(response)
}

// withChallenge returns a session with the vector's challenge.
func withChallenge(t testing.TB, options json.RawMessage, session, challenge []byte) []byte {
	t.Helper()
	d := &device{t: t}
	made := []byte(d.read(options).Challenge)
	if !bytes.Contains(session, made) {
		t.Fatalf("session %s", session)
	}
	return bytes.ReplaceAll(session, made, []byte(b64(challenge)))
}

// TestVectors: the test vectors of the standard are accepted, except those made in a
// cross-origin frame, with an algorithm that was not offered, or with a statement format
// that USB and NFC keys do not use.
func TestVectors(t *testing.T) {
	t.Parallel()
	want := map[string]webauthn.Reason{
		"16.2": "", "16.3": "", "16.6": "", "16.7": "", "16.10": "", "16.11": "", "16.16": "",
		"16.4": webauthn.OtherOrigin, "16.5": webauthn.OtherOrigin,
		"16.8": webauthn.BadAttestation, "16.9": webauthn.BadAttestation,
		"16.13": webauthn.OtherFormat, "16.14": webauthn.OtherFormat, "16.15": webauthn.OtherFormat,
	}
	all := vectors(t)
	if len(all) != len(want) {
		t.Fatalf("%d vectors", len(all))
	}
	for _, v := range all {
		t.Run(v.Section+" "+v.Name, func(t *testing.T) {
			t.Parallel()
			rp := rpAt(t, "example.org", webauthn.VerificationDiscouraged, "https://example.org")
			options, session, err := rp.BeginCreate(ann, nil)
			if err != nil {
				t.Fatal(err)
			}
			c, err := rp.FinishCreate(withChallenge(t, options, session, v.Create.Challenge), ann, v.creation(t))
			reason, known := want[v.Section]
			if !known || refusal(err) != reason || reason == "" && err != nil {
				t.Fatalf("%v; want %q", err, reason)
			}
			if reason != "" {
				return
			}
			if !bytes.Equal(c.ID, v.CredentialID) || c.Format != v.Format || c.RPID != "example.org" {
				t.Errorf("credential %+v", c)
			}
			options, session = begin(t, rp, c)
			got, err := rp.FinishGet(withChallenge(t, options, session, v.Get.Challenge), []webauthn.Credential{c}, v.assertion(t))
			if err != nil || got.CounterStalled || !bytes.Equal(got.CredentialID, v.CredentialID) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
