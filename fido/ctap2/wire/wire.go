// Package wire has what the two sides of CTAP2 share: the numbers of commands, the
// encoding, and the PIN/UV auth protocols. The sides are fido/ctap2, the client, and
// fido/softkey, the authenticator.
//
// CTAP is the Client to Authenticator Protocol 2.1 (FIDO Alliance).
package wire

import "github.com/fxamacker/cbor/v2"

// The commands (CTAP section 6).
const (
	MakeCredential   byte = 0x01
	GetAssertion     byte = 0x02
	GetInfo          byte = 0x04
	ClientPIN        byte = 0x06
	Reset            byte = 0x07
	GetNextAssertion byte = 0x08
	CredMgmt         byte = 0x0a
	Selection        byte = 0x0b
	CredMgmtPreview  byte = 0x41 // the preview's number, which libfido2 1.12 uses
)

// The subcommands of authenticatorClientPIN (CTAP section 6.5.5).
const (
	PINRetries   = 0x01
	PINAgreement = 0x02
	PINSet       = 0x03
	PINChange    = 0x04
	PINToken     = 0x05 // the token of CTAP 2.0
	PINTokenUV   = 0x06 // by the sensor, with permissions
	PINUVRetries = 0x07
	PINTokenPerm = 0x09 // with permissions
)

// Sizes of a PIN in bytes: of its hash, which proves it, and of a new PIN with the zeros
// after it (CTAP section 6.5.5).
const (
	PINHashSize = 16
	PINSize     = 64
)

// The permissions of a pinUvAuthToken (CTAP section 6.5.5.7).
const (
	MayMake   byte = 0x01
	MayAssert byte = 0x02
	MayManage byte = 0x04
)

// The subcommands of authenticatorCredentialManagement (CTAP section 6.8).
const (
	ManageMetadata = 0x01
	ManageRPsBegin = 0x02
	ManageRPsNext  = 0x03
	ManageBegin    = 0x04
	ManageNext     = 0x05
	ManageDelete   = 0x06
	ManageUpdate   = 0x07
)

// Versions in the answer of authenticatorGetInfo (CTAP section 6.4).
const (
	Version20 = "FIDO_2_0"
	Version21 = "FIDO_2_1"
)

// PublicKey is the only type of credential (WebAuthn section 5.8.2).
const PublicKey = "public-key"

// A Descriptor is a PublicKeyCredentialDescriptor (WebAuthn section 5.8.3).
type Descriptor struct {
	ID   []byte `cbor:"id"`
	Type string `cbor:"type"`
}

// A Party is a PublicKeyCredentialRpEntity (WebAuthn section 5.4.2).
type Party struct {
	ID   string `cbor:"id"`
	Name string `cbor:"name,omitempty"`
}

// A User is a PublicKeyCredentialUserEntity (WebAuthn section 5.4.3).
type User struct {
	ID          []byte `cbor:"id"`
	Name        string `cbor:"name,omitempty"`
	DisplayName string `cbor:"displayName,omitempty"`
}

// CTAP's canonical CBOR encoding (CTAP section 8).
var (
	encMode = encoder()
	decMode = decoder()
)

// Encode encodes a request or an answer.
func Encode(v any) ([]byte, error) { return encMode.Marshal(v) }

// Decode decodes a request or an answer that the other side sent.
func Decode(raw []byte, into any) error { return decMode.Unmarshal(raw, into) }

func encoder() cbor.EncMode {
	m, err := cbor.CTAP2EncOptions().EncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

func decoder() cbor.DecMode {
	m, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  8,
		MaxArrayElements: 1024,
		MaxMapPairs:      1024,
		UTF8:             cbor.UTF8DecodeInvalid, // names are cut off in the middle of a character
	}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}
