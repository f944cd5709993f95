package fido

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"slices"
)

// verifyCommon checks the relying party and the flags (WebAuthn sections 7.1 and 7.2).
func verifyCommon(a *authData, rpID string, wantVerified bool) error {
	sum := sha256.Sum256([]byte(rpID))
	switch {
	case !bytes.Equal(a.rpIDHash, sum[:]):
		return untrusted("it is for another relying party")
	case !a.has(flagUserPresent):
		return untrusted("the flag \"user present\" is not set")
	case wantVerified && !a.has(flagUserVerified):
		return untrusted("the flag \"user verified\" is not set")
	}
	return nil
}

// verifyAttestation checks a new credential: relying party, flags, algorithm and
// signature.
func verifyAttestation(att Attestation, r CredentialRequest, wantVerified bool) (*authData, publicKey, error) {
	var none publicKey
	a, err := parseAuthData(att.AuthData)
	if err != nil {
		return nil, none, untrusted("%v", err)
	}
	if err := verifyCommon(a, r.RPID, wantVerified); err != nil {
		return nil, none, err
	}
	if !a.has(flagAttested) {
		return nil, none, untrusted("it has no credential")
	}
	key, err := parseCOSE(a.publicKey)
	if err != nil {
		return nil, none, untrusted("%v", err)
	}
	if key.alg != r.Algorithm {
		return nil, none, untrusted("algorithm %d instead of %d", key.alg, r.Algorithm)
	}
	if err := verifyStatement(att, a, key, r.ClientDataHash); err != nil {
		return nil, none, err
	}
	return a, key, nil
}

// verifyStatement checks the attestation signature of the formats packed, with a
// certificate or self attestation (WebAuthn section 8.2), and fido-u2f (section 8.6).
// Statements of other formats are not passed on, so they are not checked.
func verifyStatement(att Attestation, a *authData, key publicKey, clientDataHash []byte) error {
	switch att.Format {
	case formatPacked:
		message := slices.Concat(att.AuthData, clientDataHash)
		if len(att.Certificate) == 0 {
			if !key.verify(message, att.Signature) {
				return untrusted("its self attestation is not signed by its key")
			}
			return nil
		}
		return verifyCertified(att, message)
	case formatU2F:
		point, err := u2fPoint(key)
		if err != nil {
			return err
		}
		return verifyCertified(att, slices.Concat([]byte{0}, a.rpIDHash, clientDataHash, a.credentialID, point))
	}
	return nil
}

func verifyCertified(att Attestation, message []byte) error {
	cert, err := x509.ParseCertificate(att.Certificate)
	if err != nil {
		return untrusted("attestation certificate: %v", err)
	}
	if !verifySignature(cert.PublicKey, message, att.Signature) {
		return untrusted("its attestation is not signed by its certificate")
	}
	return nil
}

func u2fPoint(key publicKey) ([]byte, error) {
	pub, ok := key.key.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, untrusted("a U2F credential that is not on P-256")
	}
	point, err := pub.Bytes()
	if err != nil {
		return nil, untrusted("%v", err)
	}
	return point, nil
}

// verifyAssertion checks an assertion. The relying party checks the signature counter
// (R34): it has the last value.
//
// The signature is checked only for credentials that this client created, whose public
// keys it has. The relying party checks all.
func (c *Client) verifyAssertion(as Assertion, r AssertionRequest, wantVerified bool) error {
	a, err := parseAuthData(as.AuthData)
	if err != nil {
		return untrusted("%v", err)
	}
	if err := verifyCommon(a, r.RPID, wantVerified); err != nil {
		return err
	}
	if len(as.Signature) == 0 {
		return untrusted("it is not signed")
	}
	asked := func(id []byte) bool { return bytes.Equal(id, as.CredentialID) }
	if len(r.CredentialIDs) > 0 && !slices.ContainsFunc(r.CredentialIDs, asked) {
		return untrusted("it is signed with a credential that was not requested")
	}
	if key, ok := c.recall(as.CredentialID); ok && !key.verify(slices.Concat(as.AuthData, r.ClientDataHash), as.Signature) {
		return untrusted("the credential's public key does not verify its signature")
	}
	return nil
}
