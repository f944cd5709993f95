package ctap2

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
)

// makeRequest is the input of authenticatorMakeCredential (CTAP section 6.1).
type makeRequest struct {
	ClientDataHash []byte            `cbor:"1,keyasint"`
	RP             wire.Party        `cbor:"2,keyasint"`
	User           wire.User         `cbor:"3,keyasint"`
	Params         []algorithm       `cbor:"4,keyasint"`
	Exclude        []wire.Descriptor `cbor:"5,keyasint,omitempty"`
	Options        map[string]bool   `cbor:"7,keyasint,omitempty"`
	PINAuth        *[]byte           `cbor:"8,keyasint,omitempty"`
	PINProtocol    int               `cbor:"9,keyasint,omitempty"`
}

type makeAnswer struct {
	Format    string          `cbor:"1,keyasint"`
	AuthData  []byte          `cbor:"2,keyasint"`
	Statement cbor.RawMessage `cbor:"3,keyasint"`
}

// A statement is the attestation statement of the formats packed and fido-u2f.
type statement struct {
	Signature    []byte   `cbor:"sig"`
	Certificates [][]byte `cbor:"x5c"`
}

// MakeCredential waits for a touch and makes a credential.
func (k *key) MakeCredential(ctx context.Context, r fido.CredentialRequest) (fido.Attestation, error) {
	if err := r.Check(); err != nil {
		return fido.Attestation{}, err
	}
	if k.u2f != nil {
		return k.register(ctx, r)
	}
	request := makeRequest{
		ClientDataHash: r.ClientDataHash,
		RP:             wire.Party{ID: r.RPID, Name: r.RPName},
		User:           wire.User{ID: r.UserID, Name: r.UserName, DisplayName: r.UserDisplayName},
		Params:         []algorithm{{Alg: r.Algorithm, Type: wire.PublicKey}},
		Exclude:        descriptors(r.Exclude),
	}
	if r.Discoverable {
		request.Options = with(nil, "rk", true)
	}
	v, err := k.verify(ctx, wire.MayMake, r.RPID, r.PIN, r.Verify, r.ClientDataHash)
	if err != nil {
		return fido.Attestation{}, err
	}
	request.PINAuth, request.PINProtocol = v.auth, v.protocol
	if v.sensor {
		request.Options = with(request.Options, "uv", true)
	}
	var a makeAnswer
	if err := k.command(ctx, wire.MakeCredential, request, &a); err != nil {
		return fido.Attestation{}, err
	}
	return a.attestation()
}

func (a makeAnswer) attestation() (fido.Attestation, error) {
	out := fido.Attestation{Format: a.Format, AuthData: a.AuthData}
	switch a.Format {
	case "packed", "fido-u2f":
	default:
		return out, nil // package fido passes on no other statement
	}
	var s statement
	if err := wire.Decode(a.Statement, &s); err != nil {
		return fido.Attestation{}, fmt.Errorf("ctap2: %w: %w", &fido.AnswerError{}, err)
	}
	out.Signature = s.Signature
	if len(s.Certificates) > 0 {
		out.Certificate = s.Certificates[0]
	}
	return out, nil
}

// assertRequest is the input of authenticatorGetAssertion (CTAP section 6.2).
type assertRequest struct {
	RPID           string            `cbor:"1,keyasint"`
	ClientDataHash []byte            `cbor:"2,keyasint"`
	Allow          []wire.Descriptor `cbor:"3,keyasint,omitempty"`
	Options        map[string]bool   `cbor:"5,keyasint,omitempty"`
	PINAuth        *[]byte           `cbor:"6,keyasint,omitempty"`
	PINProtocol    int               `cbor:"7,keyasint,omitempty"`
}

type assertAnswer struct {
	Credential wire.Descriptor `cbor:"1,keyasint"`
	AuthData   []byte          `cbor:"2,keyasint"`
	Signature  []byte          `cbor:"3,keyasint"`
	User       wire.User       `cbor:"4,keyasint"`
}

// Assert signs with a credential. A silent request needs no touch.
func (k *key) Assert(ctx context.Context, r fido.AssertionRequest) (fido.Assertion, error) {
	if err := r.Check(); err != nil {
		return fido.Assertion{}, err
	}
	if k.u2f != nil {
		return k.authenticate(ctx, r)
	}
	request := assertRequest{RPID: r.RPID, ClientDataHash: r.ClientDataHash, Allow: descriptors(r.CredentialIDs)}
	v, err := k.verify(ctx, wire.MayAssert, r.RPID, r.PIN, r.Verify, r.ClientDataHash)
	if err != nil {
		return fido.Assertion{}, err
	}
	request.PINAuth, request.PINProtocol = v.auth, v.protocol
	if r.Silent {
		request.Options = with(nil, "up", false)
	}
	if v.sensor {
		request.Options = with(request.Options, "uv", true)
	}
	var a assertAnswer
	if err := k.command(ctx, wire.GetAssertion, request, &a); err != nil {
		return fido.Assertion{}, err
	}
	return fido.Assertion{CredentialID: a.Credential.ID, AuthData: a.AuthData, Signature: a.Signature, UserID: a.User.ID}, nil
}

// A verification is how a request asks for user verification, if it does.
type verification struct {
	auth     *[]byte // pinUvAuthParam; nil for none
	protocol int
	sensor   bool // option "uv"
}

// verify prepares user verification with a PIN or, if sensor is true, with the sensor. A
// key whose tokens have no permissions uses its sensor with the option "uv" (CTAP sections
// 6.1.1 and 6.2.1).
func (k *key) verify(ctx context.Context, permission byte, rpID, pin string, sensor bool, hash []byte) (verification, error) {
	if pin == "" && !sensor {
		return verification{}, nil
	}
	in, err := k.known(ctx)
	if err != nil {
		return verification{}, err
	}
	if pin == "" && !in.permits() {
		return verification{sensor: true}, nil
	}
	t, err := k.token(ctx, permission, rpID, pin)
	if err != nil {
		return verification{}, err
	}
	defer t.wipe()
	auth := t.sign(hash)
	return verification{auth: &auth, protocol: t.protocol}, nil
}

// Select waits for a touch (CTAP section 6.9). A key of CTAP 2.0 is asked for a credential
// with an empty pinUvAuthParam, which it refuses after a touch (CTAP section 6.1.2, step 1).
func (k *key) Select(ctx context.Context) error {
	if k.u2f != nil {
		return k.touched(ctx)
	}
	in, err := k.known(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(in.Versions, wire.Version21) {
		return k.command(ctx, wire.Selection, nil, nil)
	}
	hash := make([]byte, 32)
	request := makeRequest{
		ClientDataHash: hash, RP: wire.Party{ID: "SELECT"}, User: wire.User{ID: []byte{0}, Name: "SELECT"},
		Params: []algorithm{{Alg: fido.ES256, Type: wire.PublicKey}},
	}
	if _, has := in.Options["clientPin"]; has {
		request.PINAuth, request.PINProtocol = new([]byte), 1
	}
	err = k.command(ctx, wire.MakeCredential, request, nil)
	if errors.Is(err, fido.ErrPINNotSet) || errors.Is(err, fido.ErrWrongPIN) || errors.Is(err, fido.ErrPINAuth) {
		return nil
	}
	return err
}

// Reset waits for a touch and restores the factory state.
func (k *key) Reset(ctx context.Context) error {
	if k.u2f != nil {
		return fido.ErrIncapable
	}
	k.info = nil
	return k.command(ctx, wire.Reset, nil, nil)
}

func descriptors(ids [][]byte) []wire.Descriptor {
	var out []wire.Descriptor
	for _, id := range ids {
		out = append(out, wire.Descriptor{ID: id, Type: wire.PublicKey})
	}
	return out
}

// with returns the options with one more.
func with(options map[string]bool, name string, value bool) map[string]bool {
	if options == nil {
		options = make(map[string]bool)
	}
	options[name] = value
	return options
}
