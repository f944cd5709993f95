package softkey

import (
	"errors"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/fido/ctap2/wire"
)

// decode decodes a command's parameters.
func decode(raw []byte, into any) code {
	err := wire.Decode(raw, into)
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

const publicKeyType = wire.PublicKey

type (
	descriptor = wire.Descriptor
	party      = wire.Party
	user       = wire.User
)
