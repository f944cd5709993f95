package fidotest

import (
	"slices"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"nightlatch/fido"
)

// An account is a go-webauthn user.
type account struct{ credentials []webauthn.Credential }

func (a *account) WebAuthnID() []byte { return []byte("account 1") }

func (a *account) WebAuthnName() string { return "alice" }

func (a *account) WebAuthnDisplayName() string { return "Alice <&> \"A\"" }

func (a *account) WebAuthnCredentials() []webauthn.Credential { return a.credentials }

// TestRelyingPartyAccepts uses go-webauthn, an independent relying party, to make the
// options and verify the responses.
func (s suite) RelyingPartyAccepts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		alg          webauthncose.COSEAlgorithmIdentifier
		attestation  protocol.ConveyancePreference
		format       string
		discoverable protocol.ResidentKeyRequirement
		verify       protocol.UserVerificationRequirement
	}{
		{name: "ES256, no attestation", alg: webauthncose.AlgES256, format: "none"},
		{name: "ES256, attested", alg: webauthncose.AlgES256, attestation: protocol.PreferDirectAttestation, format: "packed"},
		{name: "EdDSA, attested", alg: webauthncose.AlgEdDSA, attestation: protocol.PreferDirectAttestation, format: "packed"},
		{
			name: "discoverable, verified", alg: webauthncose.AlgES256, attestation: protocol.PreferDirectAttestation, format: "packed",
			discoverable: protocol.ResidentKeyRequirementRequired, verify: protocol.VerificationRequired,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rp, err := webauthn.New(&webauthn.Config{
				RPID: "localhost", RPDisplayName: "Nightlatch", RPOrigins: []string{Origin},
				AttestationPreference: tt.attestation,
				AuthenticatorSelection: protocol.AuthenticatorSelection{
					ResidentKey: tt.discoverable, UserVerification: tt.verify,
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			b := s.NewBench(t)
			k := Plug(t, b, "123456")
			c := s.NewClient(t, b, 10*time.Second)
			who := &Person{PINs: slices.Repeat([]string{"123456"}, 8)}
			alice := &account{}

			options, session, err := rp.BeginRegistration(alice, webauthn.WithCredentialParameters(
				[]protocol.CredentialParameter{{Type: protocol.PublicKeyCredentialType, Algorithm: tt.alg}}))
			if err != nil {
				t.Fatal(err)
			}
			response, err := c.Create(t.Context(), Device(k), Encode(t, options), who)
			if err != nil {
				t.Fatalf("Create: %v", err)
			}
			parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
			if err != nil {
				t.Fatalf("the response does not parse: %v", err)
			}
			credential, err := rp.CreateCredential(alice, *session, parsed)
			if err != nil {
				t.Fatalf("the response is refused: %v", err)
			}
			if credential.AttestationType != "" && parsed.Response.AttestationObject.Format != tt.format {
				t.Errorf("format %q, want %q", parsed.Response.AttestationObject.Format, tt.format)
			}
			if name := fido.Model(credential.Authenticator.AAGUID); name != "Nightlatch lab key" {
				t.Errorf("model name %q", name)
			}
			alice.credentials = append(alice.credentials, *credential)

			for range 2 { // the counter must grow
				options, session, err := rp.BeginLogin(alice)
				if err != nil {
					t.Fatal(err)
				}
				response, err := c.Get(t.Context(), Device(k), Encode(t, options), who)
				if err != nil {
					t.Fatalf("Get: %v", err)
				}
				parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
				if err != nil {
					t.Fatalf("the response does not parse: %v", err)
				}
				credential, err := rp.ValidateLogin(alice, *session, parsed)
				if err != nil {
					t.Fatalf("the response is refused: %v", err)
				}
				if credential.Authenticator.CloneWarning {
					t.Error("the counter did not grow")
				}
				alice.credentials[0] = *credential
			}

			// R34: a counter that does not grow indicates a copied key.
			if err := b.Freeze(k.ID, true); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				signIn, session, err := rp.BeginLogin(alice)
				if err != nil {
					t.Fatal(err)
				}
				response, err := c.Get(t.Context(), Device(k), Encode(t, signIn), who)
				if err != nil {
					t.Fatalf("Get with a frozen counter: %v", err)
				}
				parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
				if err != nil {
					t.Fatal(err)
				}
				credential, err := rp.ValidateLogin(alice, *session, parsed)
				if err != nil {
					t.Fatal(err)
				}
				alice.credentials[0] = *credential
			}
			if !alice.credentials[0].Authenticator.CloneWarning {
				t.Error("the relying party did not notice the frozen counter")
			}
		})
	}
}
