package webauthn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// BeginGet makes the options for an assertion by one of creds, as a
// PublicKeyCredentialRequestOptionsJSON (§5.1.9). The caller stores the session before it
// returns the options, passes it to FinishGet only, and uses it once.
// Error: ErrOtherRP if every credential belongs to another relying party.
func (r *RP) BeginGet(creds []Descriptor) (options json.RawMessage, session []byte, err error) {
	allowed := r.descriptors(creds)
	if len(allowed) == 0 {
		return nil, nil, ErrOtherRP
	}
	w, err := r.library(r.cfg.Origins())
	if err != nil {
		return nil, nil, err
	}
	assertion, s, err := w.BeginDiscoverableLogin(webauthn.WithAllowedCredentials(allowed))
	if err != nil {
		return nil, nil, fmt.Errorf("webauthn: begin to get: %w", err)
	}
	assertion.Response.Hints = hints()
	return marshal(assertion.Response, protocol.AssertCeremony, s)
}

// FinishGet verifies an AuthenticationResponseJSON (§7.2) of one of the account's
// credentials. If the counter did not grow, Verified.CounterStalled is set and there is no
// error; the policy decides what follows (R34). Errors: ErrUnknownKey, ErrOtherRP,
// *RefusedError.
func (r *RP) FinishGet(session []byte, creds []Credential, response json.RawMessage) (Verified, error) {
	var none Verified
	s, err := openSession(session, protocol.AssertCeremony)
	if err != nil {
		return none, err
	}
	if len(response) > responseMax {
		return none, &RefusedError{Reason: Malformed}
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return none, &RefusedError{Reason: Malformed, Err: err}
	}
	i := slices.IndexFunc(creds, func(c Credential) bool { return bytes.Equal(c.ID, parsed.RawID) })
	if i < 0 {
		return none, ErrUnknownKey
	}
	cred := creds[i]
	if cred.RPID != r.cfg.RPID {
		return none, ErrOtherRP
	}
	if err := checkPublicKey(cred.PublicKey); err != nil { // stored by an older version, which did not check it
		return none, &RefusedError{Reason: BadPublicKey, Err: err}
	}
	origins := r.cfg.Origins()
	if err := checkClient(parsed.Response.CollectedClientData, protocol.AssertCeremony, s.Challenge, origins); err != nil {
		return none, err
	}
	if err := checkFlags(parsed.Response.AuthenticatorData, cred.RPID, r.verification(s)); err != nil {
		return none, err
	}
	w, err := r.library(origins)
	if err != nil {
		return none, err
	}
	// The session has no user yet: the user handle is in the credential. Reduce the
	// allowed credentials to this one, because others may have been deleted meanwhile.
	s.UserID = cred.UserHandle
	if slices.ContainsFunc(s.AllowedCredentialIDs, func(id []byte) bool { return bytes.Equal(id, digest(cred.ID)) }) {
		s.AllowedCredentialIDs = [][]byte{cred.ID}
	}
	owner := libraryUser{User: User{ID: cred.UserHandle}, credentials: []webauthn.Credential{cred.library()}}
	got, err := w.ValidateLogin(owner, s, parsed)
	if err != nil {
		return none, refused(err)
	}
	if err := r.admit(cred); err != nil {
		return none, err
	}
	return Verified{
		CredentialID:   cred.ID,
		SignCount:      max(cred.SignCount, parsed.Response.AuthenticatorData.Counter),
		UserVerified:   parsed.Response.AuthenticatorData.Flags.HasUserVerified(),
		BackedUp:       got.Flags.BackupState,
		CounterStalled: got.Authenticator.CloneWarning,
	}, nil
}

// refused adds the reason to an error of the library.
func refused(err error) error {
	if unknown := new(protocol.ErrorUnknownCredential); errors.As(err, &unknown) {
		return ErrUnknownKey
	}
	return &RefusedError{Reason: BadSignature, Err: err}
}

// library converts the credential for the library.
func (c Credential) library() webauthn.Credential {
	return webauthn.Credential{
		ID:                c.ID,
		PublicKey:         c.PublicKey,
		AttestationFormat: c.Format,
		Transport:         transports(c.Transports),
		Flags:             webauthn.CredentialFlags{BackupEligible: c.BackupEligible, BackupState: c.BackedUp},
		Authenticator:     webauthn.Authenticator{AAGUID: c.AAGUID, SignCount: c.SignCount},
	}
}
