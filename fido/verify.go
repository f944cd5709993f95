package fido

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"slices"
)

// verifyCommon checks what both kinds of answer have: the relying party and the
// flags (WebAuthn sections 7.1 and 7.2).
func verifyCommon(a *authData, rpID string, wantVerified bool) error {
	sum := sha256.Sum256([]byte(rpID))
	switch {
	case !bytes.Equal(a.rpIDHash, sum[:]):
		return untrusted("it speaks of another relying party")
	case !a.has(flagUserPresent):
		return untrusted("it does not say that the key was touched")
	case wantVerified && !a.has(flagUserVerified):
		return untrusted("it does not say that the user was verified")
	}
	return nil
}

// verifyAttestation checks a new credential before its response leaves the
// package: relying party, flags, algorithm and signature. The key is one that was
// asked for, in a form that can be verified later.
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
		return nil, none, untrusted("algorithm %d where %d was asked for", key.alg, r.Algorithm)
	}
	if err := verifyStatement(att, a, key, r.ClientDataHash); err != nil {
		return nil, none, err
	}
	return a, key, nil
}

// verifyStatement checks the attestation signature: packed with a certificate or
// with the credential's own key (WebAuthn section 8.2), and U2F's (section 8.6).
// Other formats have none that this package could pass on.
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

// verifyAssertion checks a signed answer. Whether its signature counter has
// grown is the relying party's to judge (R34): it alone knows the last one.
//
// A client has no public keys but those it saw enrolled. With one of those the
// signature is checked here; without, only the relying party can.
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
		return untrusted("it is signed with a credential that was not asked for")
	}
	if key, ok := c.recall(as.CredentialID); ok && !key.verify(slices.Concat(as.AuthData, r.ClientDataHash), as.Signature) {
		return untrusted("its signature is not that of the credential")
	}
	return nil
}
