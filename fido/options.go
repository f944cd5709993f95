package fido

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// bytes64 is a byte string that JSON encodes as base64url without padding (WebAuthn
// section 5.1.8, Base64URLString).
type bytes64 []byte

func (b bytes64) MarshalText() ([]byte, error) {
	return []byte(base64.RawURLEncoding.EncodeToString(b)), nil
}

func (b *bytes64) UnmarshalText(text []byte) error {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(string(text), "="))
	if err != nil {
		return err
	}
	*b = raw
	return nil
}

const publicKeyType = "public-key"

type descriptor struct {
	Type       string   `json:"type"`
	ID         bytes64  `json:"id"`
	Transports []string `json:"transports"`
}

// creation is PublicKeyCredentialCreationOptionsJSON (WebAuthn section 5.1.8), without
// the members that do not concern security keys.
type creation struct {
	RP struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"rp"`
	User struct {
		ID          bytes64 `json:"id"`
		Name        string  `json:"name"`
		DisplayName string  `json:"displayName"`
	} `json:"user"`
	Challenge bytes64 `json:"challenge"`
	Timeout   float64 `json:"timeout"` // milliseconds
	Params    []struct {
		Type string `json:"type"`
		Alg  int64  `json:"alg"`
	} `json:"pubKeyCredParams"`
	Exclude   []descriptor `json:"excludeCredentials"`
	Selection struct {
		Attachment         string `json:"authenticatorAttachment"`
		ResidentKey        string `json:"residentKey"`
		RequireResidentKey bool   `json:"requireResidentKey"`
		UserVerification   string `json:"userVerification"`
	} `json:"authenticatorSelection"`
	Attestation string `json:"attestation"`
	Extensions  struct {
		CredProps bool `json:"credProps"`
	} `json:"extensions"`
}

// request is PublicKeyCredentialRequestOptionsJSON (WebAuthn section 5.1.9).
type request struct {
	Challenge        bytes64      `json:"challenge"`
	Timeout          float64      `json:"timeout"` // milliseconds
	RPID             string       `json:"rpId"`
	Allow            []descriptor `json:"allowCredentials"`
	UserVerification string       `json:"userVerification"`
}

// decode reads options, bare or wrapped in {"publicKey": …}.
func decode(options json.RawMessage, into any) error {
	var wrapped struct {
		PublicKey json.RawMessage `json:"publicKey"`
	}
	if err := json.Unmarshal(options, &wrapped); err != nil {
		return &MalformedError{Field: "publicKey", Reason: "not a JSON object"}
	}
	if len(wrapped.PublicKey) > 0 {
		options = wrapped.PublicKey
	}
	if err := json.Unmarshal(options, into); err != nil {
		return &MalformedError{Field: "publicKey", Reason: err.Error()}
	}
	return nil
}

func parseCreation(options json.RawMessage, o origin) (*creation, error) {
	var c creation
	if err := decode(options, &c); err != nil {
		return nil, err
	}
	if c.RP.ID == "" {
		c.RP.ID = o.host
	}
	switch {
	case len(c.Challenge) == 0:
		return nil, &MalformedError{Field: "challenge", Reason: "empty"}
	case len(c.User.ID) == 0 || len(c.User.ID) > 64:
		return nil, &MalformedError{Field: "user.id", Reason: "must have 1 to 64 bytes"}
	case c.User.Name == "":
		return nil, &MalformedError{Field: "user.name", Reason: "empty"}
	case c.Selection.Attachment == "platform":
		return nil, &MalformedError{Field: "authenticatorSelection", Reason: "asks for a platform authenticator"}
	case c.Selection.ResidentKey == "" && c.Selection.RequireResidentKey:
		c.Selection.ResidentKey = "required"
	}
	if err := checkIDs("excludeCredentials", c.Exclude); err != nil {
		return nil, err
	}
	return &c, o.owns(c.RP.ID)
}

func parseRequest(options json.RawMessage, o origin) (*request, error) {
	var r request
	if err := decode(options, &r); err != nil {
		return nil, err
	}
	if r.RPID == "" {
		r.RPID = o.host
	}
	if len(r.Challenge) == 0 {
		return nil, &MalformedError{Field: "challenge", Reason: "empty"}
	}
	if err := checkIDs("allowCredentials", r.Allow); err != nil {
		return nil, err
	}
	return &r, o.owns(r.RPID)
}

// maxCredentialID is the maximum size of a credential ID in bytes (WebAuthn section 4).
const maxCredentialID = 1023

// checkIDs refuses credential IDs that the layers below cannot handle.
func checkIDs(field string, ds []descriptor) error {
	for _, d := range ds {
		if len(d.ID) == 0 || len(d.ID) > maxCredentialID {
			return &MalformedError{Field: field, Reason: "an ID must have 1 to 1023 bytes"}
		}
	}
	return nil
}

func ids(ds []descriptor) [][]byte {
	var out [][]byte
	for _, d := range ds {
		if d.Type == publicKeyType {
			out = append(out, d.ID)
		}
	}
	return out
}

// algorithms lists the requested algorithms that this package can verify, in the
// relying party's order. An empty list means the default (WebAuthn section 5.1.3,
// step 10).
func (c *creation) algorithms() []int64 {
	if len(c.Params) == 0 {
		return []int64{ES256, RS256}
	}
	var out []int64
	for _, p := range c.Params {
		switch p.Alg {
		case ES256, EdDSA, RS256:
			if p.Type == publicKeyType {
				out = append(out, p.Alg)
			}
		}
	}
	return out
}
