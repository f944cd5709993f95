package webauthn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// BeginCreate makes the options for a new credential: a bare
// PublicKeyCredentialCreationOptionsJSON (§5.1.8), which
// PublicKeyCredential.parseCreationOptionsFromJSON takes. A key that holds one
// of exclude will refuse (R33). The session goes to FinishCreate and nowhere
// else; it is stored before the options are shown, and used once.
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

// FinishCreate verifies a RegistrationResponseJSON (§7.1) and returns the
// credential to keep. That no other account has it is the caller's to check
// (§7.1 step 26). Errors: *RefusedError.
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
		return none, &RefusedError{Reason: Malformed} // §5.1: they are one
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
	// publicKeyMax bounds a COSE_Key, in bytes: RSA of 4096 bits takes 540, and no
	// security key has longer ones.
	publicKeyMax = 1 << 10
	// certificateMax bounds a key maker's certificate, in bytes; real ones are
	// below 1500.
	certificateMax = 4 << 10
)

// affordable reports whether a signature by the keys in an attestation object can
// be checked in no time. By an RSA key as long as a request has room for it takes
// seconds, at every sign-in.
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

// formats are the attestation statement formats that USB and NFC keys use (§8.2,
// §8.6, §8.7). The others belong to what is built into computers and phones, and
// a browser that was asked for none passes none of them on.
var formats = []string{
	string(protocol.AttestationFormatNone),
	string(protocol.AttestationFormatPacked),
	string(protocol.AttestationFormatFIDOUniversalSecondFactor),
}

// knownTransports keeps the transports that the standard names (§5.8.4), each
// once. A client may send any text, and the list is shown.
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
