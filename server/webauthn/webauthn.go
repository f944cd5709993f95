// Package webauthn is the relying party for security keys (W3C WebAuthn Level 3):
// it makes the options a client hands to a key, and verifies what comes back.
//
// go-webauthn does the verification algorithms (§7.1, §7.2); this is its only
// importer. What is added here: origins are compared exactly and asked for anew
// each time, since the server learns its own URL only when it listens; a refusal
// has a reason; a counter that stands still is reported, not judged (R34); and
// nothing depends on the machine's clock, so that a ceremony's own expiry rules.
//
// No attestation is asked for and none is trusted: whose make a key is plays no
// part in any rule. A statement that comes anyway (libfido2 passes on what the
// key says) must be valid, and of a format that USB and NFC keys use.
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
	Origins          func() []string // accepted right now, such as http://localhost:8440; compared exactly
	UserVerification string          // discouraged (classic) or required (hardened)
	Lab              bool            // the lab's virtual keys are welcome
}

// An RP is a relying party. It holds no state and is used by any number of
// goroutines.
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

// ID is the relying party's ID: what a credential made now is bound to.
func (r *RP) ID() string { return r.cfg.RPID }

// A User is whom a key is enrolled for.
type User struct {
	ID          []byte // user handle, 1 to 64 bytes that say nothing about the person (§5.4.3)
	Name        string
	DisplayName string
}

// A Descriptor names a credential (§5.8.3). One of another relying party (RPID
// not "" and not this one's) is left out of the options: no key would know it.
type Descriptor struct {
	ID         []byte
	Transports []string
	RPID       string
}

// A Credential is what is kept of a credential (§4, credential record).
type Credential struct {
	ID             []byte   `json:"id"`
	PublicKey      []byte   `json:"public_key"` // COSE_Key
	SignCount      uint32   `json:"sign_count"`
	Transports     []string `json:"transports,omitempty"`
	AAGUID         []byte   `json:"aaguid,omitempty"` // model, 16 bytes
	Format         string   `json:"format,omitempty"` // attestation statement format: none, packed, fido-u2f
	UserHandle     []byte   `json:"user_handle"`
	UserVerified   bool     `json:"user_verified,omitempty"` // when it was made
	BackupEligible bool     `json:"backup_eligible,omitempty"`
	BackedUp       bool     `json:"backed_up,omitempty"`
	RPID           string   `json:"rp_id"`
}

// Descriptor names the credential.
func (c Credential) Descriptor() Descriptor {
	return Descriptor{ID: c.ID, Transports: c.Transports, RPID: c.RPID}
}

// Verified is what a good assertion says.
type Verified struct {
	CredentialID   []byte
	SignCount      uint32 // the highest seen, to be kept
	UserVerified   bool
	BackedUp       bool // to be kept
	CounterStalled bool // R34: the counter did not grow; the key may have been copied
}

// library returns go-webauthn set up for this moment's origins.
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
		// Browsers add outputs nobody asked for; a relying party ignores them (§9).
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, fmt.Errorf("webauthn: set up: %w", err)
	}
	return w, nil
}

// hints tell a browser to offer security keys first (§5.8.7). They are set after
// the library has made its options, or it would refuse every other authenticator.
func hints() []protocol.PublicKeyCredentialHints {
	return []protocol.PublicKeyCredentialHints{protocol.PublicKeyCredentialHintSecurityKey}
}

// parameters lists the algorithms that are accepted, best first (§5.4).
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

// descriptors writes the descriptors of this relying party for the library.
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

// libraryUser is a User or an owner of credentials as the library wants them.
type libraryUser struct {
	User
	credentials []webauthn.Credential
}

func (u libraryUser) WebAuthnID() []byte                         { return u.ID }
func (u libraryUser) WebAuthnName() string                       { return u.Name }
func (u libraryUser) WebAuthnDisplayName() string                { return u.DisplayName }
func (u libraryUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// verification is what the key has to have done: what the session asked for, and
// no less than the policy asks for by now.
func (r *RP) verification(s webauthn.SessionData) protocol.UserVerificationRequirement {
	if r.cfg.UserVerification == VerificationRequired {
		return protocol.VerificationRequired
	}
	return s.UserVerification
}

// checkFlags looks at what the library would look at too, for the reason's sake:
// the RP ID hash and the flags (§7.1 steps 14 to 16, §7.2 steps 15 to 17).
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

// checkClient looks at the client data for the reason's sake, and compares the
// origin exactly, which the library does not: it folds case and default ports.
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

// responseMax bounds a response; the largest real ones, RSA with a chain of
// certificates, are below 8 KiB.
const responseMax = 64 << 10

// A session is what must be known when the response comes. Its kind keeps a
// challenge made for one purpose from being answered for the other.
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

// marshal writes the options and the session they are answered in. The session
// keeps hashes of the credentials that are allowed: twenty IDs may take 20 kB, and
// the options have them already.
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
