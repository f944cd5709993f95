package fido

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
)

// The supported attestation statement formats (WebAuthn section 8).
const (
	formatNone   = "none"
	formatPacked = "packed"
	formatU2F    = "fido-u2f"
)

// registration is RegistrationResponseJSON (WebAuthn section 5.1).
type registration struct {
	ID         bytes64 `json:"id"`
	RawID      bytes64 `json:"rawId"`
	Type       string  `json:"type"`
	Attachment string  `json:"authenticatorAttachment"`
	Response   struct {
		ClientData         bytes64  `json:"clientDataJSON"`
		AuthenticatorData  bytes64  `json:"authenticatorData"`
		Transports         []string `json:"transports"`
		PublicKey          bytes64  `json:"publicKey"`
		PublicKeyAlgorithm int64    `json:"publicKeyAlgorithm"`
		AttestationObject  bytes64  `json:"attestationObject"`
	} `json:"response"`
	Extensions struct {
		CredProps *credProps `json:"credProps,omitempty"`
	} `json:"clientExtensionResults"`
}

type credProps struct {
	ResidentKey bool `json:"rk"`
}

// authentication is AuthenticationResponseJSON (WebAuthn section 5.1).
type authentication struct {
	ID         bytes64 `json:"id"`
	RawID      bytes64 `json:"rawId"`
	Type       string  `json:"type"`
	Attachment string  `json:"authenticatorAttachment"`
	Response   struct {
		ClientData        bytes64 `json:"clientDataJSON"`
		AuthenticatorData bytes64 `json:"authenticatorData"`
		Signature         bytes64 `json:"signature"`
		UserHandle        bytes64 `json:"userHandle,omitempty"`
	} `json:"response"`
	Extensions struct{} `json:"clientExtensionResults"`
}

const crossPlatform = "cross-platform"

func encode(v any) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("fido: encoding the response: %w", err)
	}
	return raw, nil
}

// attestationObject encodes the attestation object (WebAuthn section 6.5.4). It omits
// the statement if conveyance is "none", the default (section 5.1.3, step 27), and for
// formats of which libfido2 does not return the whole statement.
func attestationObject(att Attestation, conveyance string, alg int64) ([]byte, error) {
	object := struct {
		Format    string         `cbor:"fmt"`
		Statement map[string]any `cbor:"attStmt"`
		AuthData  []byte         `cbor:"authData"`
	}{Format: formatNone, Statement: map[string]any{}, AuthData: att.AuthData}

	if conveyance != "" && conveyance != "none" {
		switch att.Format {
		case formatPacked:
			object.Format = formatPacked
			object.Statement["alg"] = alg
			object.Statement["sig"] = att.Signature
			if len(att.Certificate) > 0 {
				object.Statement["alg"] = certificateAlgorithm(att.Certificate)
				object.Statement["x5c"] = [][]byte{att.Certificate}
			}
		case formatU2F:
			object.Format = formatU2F
			object.Statement["sig"] = att.Signature
			object.Statement["x5c"] = [][]byte{att.Certificate}
		}
	}
	raw, err := ctapCBOR.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("fido: encoding the attestation: %w", err)
	}
	return raw, nil
}

// certificateAlgorithm returns the COSE algorithm of an attestation certificate. It
// parses: the signature was verified with it before.
func certificateAlgorithm(der []byte) int64 {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return ES256
	}
	switch cert.PublicKeyAlgorithm {
	case x509.RSA:
		return RS256
	case x509.Ed25519:
		return EdDSA
	default:
		return ES256
	}
}
