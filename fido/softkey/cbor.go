package softkey

import (
	"errors"

	"github.com/fxamacker/cbor/v2"
)

// CTAP's canonical CBOR encoding (CTAP section 8).
var (
	encMode = encoder()
	decMode = decoder()
)

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
		UTF8:             cbor.UTF8DecodeInvalid, // hosts cut off names in the middle of a character
	}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

// decode decodes a command's parameters.
func decode(raw []byte, into any) code {
	err := decMode.Unmarshal(raw, into)
	var wrongType *cbor.UnmarshalTypeError
	switch {
	case err == nil:
		return ok
	case errors.As(err, &wrongType):
		return unexpectedType
	default:
		return invalidCBOR
	}
}

const publicKeyType = "public-key"

// A descriptor is PublicKeyCredentialDescriptor.
type descriptor struct {
	ID   []byte `cbor:"id"`
	Type string `cbor:"type"`
}

type party struct {
	ID   string `cbor:"id"`
	Name string `cbor:"name,omitempty"`
}

type user struct {
	ID          []byte `cbor:"id"`
	Name        string `cbor:"name,omitempty"`
	DisplayName string `cbor:"displayName,omitempty"`
}
