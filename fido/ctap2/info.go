package ctap2

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
)

// infoAnswer is the answer of authenticatorGetInfo (CTAP section 6.4).
type infoAnswer struct {
	Versions         []string        `cbor:"1,keyasint"`
	Extensions       []string        `cbor:"2,keyasint"`
	AAGUID           []byte          `cbor:"3,keyasint"`
	Options          map[string]bool `cbor:"4,keyasint"`
	MaxMessage       uint32          `cbor:"5,keyasint"`
	PINProtocols     []int           `cbor:"6,keyasint"`
	MaxCredentials   uint32          `cbor:"7,keyasint"`
	MaxCredentialID  uint32          `cbor:"8,keyasint"`
	Transports       []string        `cbor:"9,keyasint"`
	Algorithms       []algorithm     `cbor:"10,keyasint"`
	ForcePINChange   bool            `cbor:"12,keyasint"`
	MinPIN           uint32          `cbor:"13,keyasint"`
	RemainingStorage *uint32         `cbor:"20,keyasint"`
}

// An algorithm is a PublicKeyCredentialParameters (WebAuthn section 5.3).
type algorithm struct {
	Alg  int64  `cbor:"alg"`
	Type string `cbor:"type"`
}

// Info returns the key's capabilities. A U2F key is not an error.
func (k *key) Info(ctx context.Context) (fido.GetInfoResponse, error) {
	if k.u2f != nil {
		return fido.GetInfoResponse{Release: k.cfg.Version}, fido.ContextError(ctx)
	}
	k.info = nil
	in, err := k.known(ctx)
	if err != nil {
		return fido.GetInfoResponse{}, err
	}
	out := fido.GetInfoResponse{
		FIDO2:      true,
		Release:    k.cfg.Version,
		Versions:   in.Versions,
		Extensions: in.Extensions,
		AAGUID:     in.AAGUID,
		Options:    in.Options,
		MinPIN:     int(in.MinPIN),
		NewPIN:     in.ForcePINChange,
		MaxIDs:     int(in.MaxCredentials),
		MaxID:      int(in.MaxCredentialID),
		MaxMessage: int(in.MaxMessage),
		Transports: in.Transports,
		Full:       in.RemainingStorage != nil && *in.RemainingStorage == 0,
	}
	for _, a := range in.Algorithms {
		if a.Type == wire.PublicKey {
			out.Algorithms = append(out.Algorithms, a.Alg)
		}
	}
	return out, nil
}

// known returns the key's capabilities. It asks for them only once.
func (k *key) known(ctx context.Context) (*infoAnswer, error) {
	if k.info != nil {
		return k.info, nil
	}
	in := new(infoAnswer)
	if err := k.command(ctx, wire.GetInfo, nil, in); err != nil {
		return nil, err
	}
	k.info = in
	return in, nil
}

// permits reports whether tokens of the key have permissions (CTAP section 6.4,
// pinUvAuthToken).
func (in *infoAnswer) permits() bool { return in.Options["pinUvAuthToken"] }
