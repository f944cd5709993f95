package fido

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// The flags of authenticator data (WebAuthn section 6.1).
const (
	flagUserPresent  = 0x01
	flagUserVerified = 0x04
	flagAttested     = 0x40
	flagExtensions   = 0x80
)

// authData is parsed authenticator data (WebAuthn section 6.1).
type authData struct {
	raw      []byte
	rpIDHash []byte
	flags    byte
	count    uint32

	// Attested credential data (WebAuthn section 6.5.1). Set in a registration only.
	aaguid       []byte
	credentialID []byte
	publicKey    []byte // COSE_Key, still encoded
}

func (a *authData) has(flag byte) bool { return a.flags&flag != 0 }

var errShort = errors.New("authenticator data is cut short")

// parseAuthData parses authenticator data and refuses trailing bytes.
func parseAuthData(raw []byte) (*authData, error) {
	if len(raw) < 37 {
		return nil, errShort
	}
	a := &authData{raw: raw, rpIDHash: raw[:32], flags: raw[32], count: binary.BigEndian.Uint32(raw[33:37])}
	rest := raw[37:]
	if a.has(flagAttested) {
		var err error
		if rest, err = a.parseAttested(rest); err != nil {
			return nil, err
		}
	}
	if a.has(flagExtensions) {
		var extensions map[string]cbor.RawMessage
		var err error
		if rest, err = strictCBOR.UnmarshalFirst(rest, &extensions); err != nil {
			return nil, fmt.Errorf("extensions: %w", err)
		}
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("%d bytes follow the authenticator data", len(rest))
	}
	return a, nil
}

func (a *authData) parseAttested(rest []byte) ([]byte, error) {
	if len(rest) < 18 {
		return nil, errShort
	}
	a.aaguid = rest[:16]
	n := int(binary.BigEndian.Uint16(rest[16:18]))
	rest = rest[18:]
	if n == 0 || n > 1023 || len(rest) < n {
		return nil, errShort
	}
	a.credentialID, rest = rest[:n], rest[n:]
	var key cbor.RawMessage
	rest, err := strictCBOR.UnmarshalFirst(rest, &key)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	a.publicKey = key
	return rest, nil
}
