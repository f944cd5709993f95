package webauthn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// BeginCreate makes the options for a new credential, as a
// PublicKeyCredentialCreationOptionsJSON (§5.1.8), which
// PublicKeyCredential.parseCreationOptionsFromJSON accepts. A key that has one of the
// credentials in exclude will refuse (R33). The caller stores the session before it returns
// the options, passes it to FinishCreate only, and uses it once.
func (r *RP) BeginCreate(user User, exclude []Descriptor) (options json.RawMessage, session []byte, err error) {
	w, err := r.library(r.cfg.Origins())
	if err != nil {
		return nil, nil, err
	}
	creation, s, err := w.BeginRegistration(libraryUser{User: user},
		webauthn.WithCredentialParameters(parameters()),
		webauthn.WithExclusions(r.descriptors(exclude)))
	if err != nil {
		return nil, nil, fmt.Errorf("webauthn: begin to create: %w", err)
	}
	creation.Response.Hints = hints()
	return marshal(creation.Response, protocol.CreateCeremony, s)
}

// FinishCreate verifies a RegistrationResponseJSON (§7.1) and returns the credential to
// store. The caller must check that no other account has it (§7.1 step 26).
// Errors: *RefusedError.
func (r *RP) FinishCreate(session []byte, user User, response json.RawMessage) (Credential, error) {
	var none Credential
	s, err := openSession(session, protocol.CreateCeremony)
	if err != nil {
		return none, err
	}
	if len(response) > responseMax {
		return none, &RefusedError{Reason: Malformed}
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return none, &RefusedError{Reason: Malformed, Err: err}
	}
	origins := r.cfg.Origins()
	if err := checkClient(parsed.Response.CollectedClientData, protocol.CreateCeremony, s.Challenge, origins); err != nil {
		return none, err
	}
	object := parsed.Response.AttestationObject
	switch {
	case !slices.Contains(formats, object.Format):
		return none, &RefusedError{Reason: OtherFormat}
	case !bytes.Equal(parsed.RawID, object.AuthData.AttData.CredentialID):
		return none, &RefusedError{Reason: Malformed} // §5.1: the two IDs must be equal
	case !affordable(object):
		return none, &RefusedError{Reason: BadAttestation}
	}
	if err := checkFlags(object.AuthData, s.GetRelyingPartyID(r.cfg.RPID), r.verification(s)); err != nil {
		return none, err
	}
	w, err := r.library(origins)
	if err != nil {
		return none, err
	}
	made, err := w.CreateCredential(libraryUser{User: user}, s, parsed)
	if err != nil {
		return none, &RefusedError{Reason: BadAttestation, Err: err}
	}
	if err := checkPublicKey(made.PublicKey); err != nil {
		return none, &RefusedError{Reason: BadPublicKey, Err: err}
	}
	credential := Credential{
		ID:             made.ID,
		PublicKey:      made.PublicKey,
		SignCount:      made.Authenticator.SignCount,
		Transports:     knownTransports(made.Transport),
		AAGUID:         made.Authenticator.AAGUID,
		Format:         made.AttestationFormat,
		UserHandle:     user.ID,
		UserVerified:   made.Flags.UserVerified,
		BackupEligible: made.Flags.BackupEligible,
		BackedUp:       made.Flags.BackupState,
		RPID:           s.GetRelyingPartyID(r.cfg.RPID),
	}
	if err := r.admit(credential); err != nil {
		return none, err
	}
	return credential, nil
}

const (
	// publicKeyMax is the largest COSE_Key, in bytes. RSA with 4096 bits takes 540, and
	// security keys have no longer ones.
	publicKeyMax = 1 << 10
	// certificateMax is the largest certificate of a key's maker, in bytes. Real ones are
	// below 1,500.
	certificateMax = 4 << 10
)

// affordable reports whether the keys in an attestation object are short enough to check
// signatures quickly. An RSA key that fills a request would take seconds at every sign-in.
func affordable(object protocol.AttestationObject) bool {
	if len(object.AuthData.AttData.CredentialPublicKey) > publicKeyMax {
		return false
	}
	chain, _ := object.AttStatement["x5c"].([]any)
	return !slices.ContainsFunc(chain, func(c any) bool {
		der, ok := c.([]byte)
		return ok && len(der) > certificateMax
	})
}

// formats are the attestation statement formats that USB and NFC keys use (§8.2, §8.6,
// §8.7). The others are for authenticators built into computers and phones; a browser does
// not send them, because no attestation is requested.
var formats = []string{
	string(protocol.AttestationFormatNone),
	string(protocol.AttestationFormatPacked),
	string(protocol.AttestationFormatFIDOUniversalSecondFactor),
}

// knownTransports returns the transports that are in the standard (§5.8.4), each once. A
// client may send any text, and the list is shown to users.
func knownTransports(in []protocol.AuthenticatorTransport) []string {
	var out []string
	for _, known := range []string{"usb", "nfc", "ble", "smart-card", "hybrid", "internal"} {
		for _, t := range in {
			if string(t) == known {
				out = append(out, known)
				break
			}
		}
	}
	return out
}
