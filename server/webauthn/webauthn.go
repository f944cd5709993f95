// Package webauthn is the relying party for security keys (W3C WebAuthn Level 3). It makes
// the options that a client passes to a key, and verifies the response.
//
// The library go-webauthn implements the verification algorithms (§7.1, §7.2); only this
// package imports it. This package adds: origins are compared exactly, and read for each
// ceremony because the server learns its URL when it starts to listen; a refusal has a
// reason; a counter that does not grow is reported, and the caller decides (R34); the
// machine's clock is not used, because ceremonies have their own expiry.
//
// Attestation is not requested and not trusted, since no rule depends on a key's maker. If
// a client sends an attestation statement anyway, as libfido2 does, it must be valid and of
// a format that USB and NFC keys use.
package webauthn

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"
)

// The user verification requirements (§5.8.6).
const (
	VerificationDiscouraged = "discouraged"
	VerificationRequired    = "required"
)

// Config configures a relying party.
type Config struct {
	RPID             string          // a domain, such as localhost (§5.4.2)
	RPName           string          // for people
	Origins          func() []string // origins accepted now, such as http://localhost:8440; compared exactly
	UserVerification string          // discouraged (classic) or required (hardened)
	Lab              bool            // accept the lab's virtual keys
}

// An RP is a relying party. It has no state and may be used from any goroutine.
type RP struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*RP, error) {
	switch {
	case cfg.RPName == "":
		return nil, errors.New("webauthn: relying party needs a name")
	case cfg.Origins == nil:
		return nil, errors.New("webauthn: relying party needs its origins")
	case cfg.UserVerification != VerificationDiscouraged && cfg.UserVerification != VerificationRequired:
		return nil, fmt.Errorf("webauthn: unknown user verification %q", cfg.UserVerification)
	}
	if err := CheckID(cfg.RPID); err != nil {
		return nil, err
	}
	return &RP{cfg}, nil
}

// CheckID checks that a relying party ID is a valid domain string (§5.1.3, §4).
func CheckID(id string) error {
	if err := protocol.ValidateRPID(id); err != nil {
		return fmt.Errorf("webauthn: relying party ID %q: %w", id, err)
	}
	return nil
}

// ID returns the relying party ID that new credentials are bound to.
func (r *RP) ID() string { return r.cfg.RPID }

// A User is the user that a key is enrolled for.
type User struct {
	ID          []byte // user handle, 1 to 64 bytes without personal information (§5.4.3)
	Name        string
	DisplayName string
}

// A Descriptor identifies a credential (§5.8.3). A credential of another relying party
// (RPID neither "" nor this one's) is left out of the options, because a key would not find
// it.
type Descriptor struct {
	ID         []byte
	Transports []string
	RPID       string
}

// A Credential is a credential record (§4).
type Credential struct {
	ID             []byte   `json:"id"`
	PublicKey      []byte   `json:"public_key"` // COSE_Key
	SignCount      uint32   `json:"sign_count"`
	Transports     []string `json:"transports,omitempty"`
	AAGUID         []byte   `json:"aaguid,omitempty"` // model, 16 bytes
	Format         string   `json:"format,omitempty"` // attestation statement format: none, packed, fido-u2f
	UserHandle     []byte   `json:"user_handle"`
	UserVerified   bool     `json:"user_verified,omitempty"` // at creation
	BackupEligible bool     `json:"backup_eligible,omitempty"`
	BackedUp       bool     `json:"backed_up,omitempty"`
	RPID           string   `json:"rp_id"`
}

// Descriptor returns the credential's descriptor.
func (c Credential) Descriptor() Descriptor {
	return Descriptor{ID: c.ID, Transports: c.Transports, RPID: c.RPID}
}

// Verified is the result of a valid assertion.
type Verified struct {
	CredentialID   []byte
	SignCount      uint32 // the highest value so far, to be stored
	UserVerified   bool
	BackedUp       bool // to be stored
	CounterStalled bool // R34: the counter did not grow, so the key may have been copied
}

// library returns go-webauthn, configured with the given origins.
func (r *RP) library(origins []string) (*webauthn.WebAuthn, error) {
	w, err := webauthn.New(&webauthn.Config{
		RPID:                  r.cfg.RPID,
		RPDisplayName:         r.cfg.RPName,
		RPOrigins:             origins,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: new(bool),
			ResidentKey:        protocol.ResidentKeyRequirementDiscouraged,
			UserVerification:   protocol.UserVerificationRequirement(r.cfg.UserVerification),
		},
		// Browsers add outputs that were not requested; a relying party ignores them (§9).
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, fmt.Errorf("webauthn: set up: %w", err)
	}
	return w, nil
}

// hints tell a browser to offer security keys first (§5.8.7). They are added after the
// library has made the options. Otherwise the library would refuse all other
// authenticators.
func hints() []protocol.PublicKeyCredentialHints {
	return []protocol.PublicKeyCredentialHints{protocol.PublicKeyCredentialHintSecurityKey}
}

// parameters returns the accepted algorithms, best first (§5.4).
func parameters() []protocol.CredentialParameter {
	algorithms := []webauthncose.COSEAlgorithmIdentifier{
		webauthncose.AlgES256, webauthncose.AlgEdDSA, webauthncose.AlgRS256,
	}
	out := make([]protocol.CredentialParameter, len(algorithms))
	for i, a := range algorithms {
		out[i] = protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: a}
	}
	return out
}

// descriptors converts the descriptors of this relying party for the library.
func (r *RP) descriptors(in []Descriptor) []protocol.CredentialDescriptor {
	var out []protocol.CredentialDescriptor
	for _, d := range in {
		if d.RPID != "" && d.RPID != r.cfg.RPID {
			continue
		}
		out = append(out, protocol.CredentialDescriptor{
			Type:         protocol.PublicKeyCredentialType,
			CredentialID: d.ID,
			Transport:    transports(d.Transports),
		})
	}
	return out
}

func transports(in []string) []protocol.AuthenticatorTransport {
	out := make([]protocol.AuthenticatorTransport, len(in))
	for i, t := range in {
		out[i] = protocol.AuthenticatorTransport(t)
	}
	return out
}

// libraryUser implements the library's interface for users.
type libraryUser struct {
	User
	credentials []webauthn.Credential
}

func (u libraryUser) WebAuthnID() []byte                         { return u.ID }
func (u libraryUser) WebAuthnName() string                       { return u.Name }
func (u libraryUser) WebAuthnDisplayName() string                { return u.DisplayName }
func (u libraryUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// verification returns the required user verification: that of the session, or that of the
// policy if it has become stricter.
func (r *RP) verification(s webauthn.SessionData) protocol.UserVerificationRequirement {
	if r.cfg.UserVerification == VerificationRequired {
		return protocol.VerificationRequired
	}
	return s.UserVerification
}

// checkFlags checks the RP ID hash and the flags (§7.1 steps 14 to 16, §7.2 steps 15 to
// 17). The library checks them too, but does not return a reason.
func checkFlags(d protocol.AuthenticatorData, rpID string, verification protocol.UserVerificationRequirement) error {
	hash := sha256.Sum256([]byte(rpID))
	switch {
	case !slices.Equal(d.RPIDHash, hash[:]):
		return &RefusedError{Reason: OtherRP}
	case !d.Flags.HasUserPresent():
		return &RefusedError{Reason: NoTouch}
	case verification == protocol.VerificationRequired && !d.Flags.HasUserVerified():
		return &RefusedError{Reason: NotVerified}
	}
	return nil
}

// checkClient checks the client data and returns a reason. It compares the origin exactly;
// the library ignores case and default ports.
func checkClient(c protocol.CollectedClientData, want protocol.CeremonyType, challenge string, origins []string) error {
	switch {
	case c.Type != want:
		return &RefusedError{Reason: Malformed}
	case c.Challenge != challenge:
		return &RefusedError{Reason: OtherChallenge}
	case !slices.Contains(origins, c.Origin) || c.CrossOrigin:
		return &RefusedError{Reason: OtherOrigin}
	}
	return nil
}

// responseMax is the largest response, in bytes. The largest real ones, RSA with a chain of
// certificates, are below 8 KiB.
const responseMax = 64 << 10

// A session holds what is needed to verify the response. Its kind prevents that a
// challenge for one ceremony is answered in the other.
type session struct {
	Kind protocol.CeremonyType `json:"kind"`
	webauthn.SessionData
}

func openSession(b []byte, kind protocol.CeremonyType) (webauthn.SessionData, error) {
	var s session
	if err := json.Unmarshal(b, &s); err != nil {
		return s.SessionData, fmt.Errorf("webauthn: session: %w", err)
	}
	if s.Kind != kind {
		return s.SessionData, &RefusedError{Reason: OtherChallenge}
	}
	return s.SessionData, nil
}

func digest(id []byte) []byte {
	sum := sha256.Sum256(id)
	return sum[:]
}

// marshal encodes the options and the session. The session has hashes of the allowed
// credentials, because 20 IDs may take 20 kB.
func marshal(response any, kind protocol.CeremonyType, data *webauthn.SessionData) (options json.RawMessage, saved []byte, err error) {
	for i, id := range data.AllowedCredentialIDs {
		data.AllowedCredentialIDs[i] = digest(id)
	}
	if options, err = json.Marshal(response); err != nil {
		return nil, nil, fmt.Errorf("webauthn: options: %w", err)
	}
	if saved, err = json.Marshal(session{kind, *data}); err != nil {
		return nil, nil, fmt.Errorf("webauthn: session: %w", err)
	}
	return options, saved, nil
}
