package ctap2

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
)

// mostListed is the maximum number of relying parties, and of credentials, that a key may
// claim to have.
const mostListed = 1024

// manageRequest is the input of authenticatorCredentialManagement (CTAP section 6.8).
type manageRequest struct {
	Subcommand int             `cbor:"1,keyasint"`
	Params     cbor.RawMessage `cbor:"2,keyasint,omitempty"`
	Protocol   int             `cbor:"3,keyasint,omitempty"`
	Auth       []byte          `cbor:"4,keyasint,omitempty"`
}

type manageParams struct {
	RPIDHash   []byte           `cbor:"1,keyasint,omitempty"`
	Credential *wire.Descriptor `cbor:"2,keyasint,omitempty"`
}

type manageAnswer struct {
	Existing    uint32          `cbor:"1,keyasint"`
	Remaining   uint32          `cbor:"2,keyasint"`
	RP          wire.Party      `cbor:"3,keyasint"`
	RPIDHash    []byte          `cbor:"4,keyasint"`
	RPs         uint32          `cbor:"5,keyasint"`
	User        wire.User       `cbor:"6,keyasint"`
	Credential  wire.Descriptor `cbor:"7,keyasint"`
	Credentials uint32          `cbor:"9,keyasint"`
}

// Credentials lists the discoverable credentials on the key.
func (k *key) Credentials(ctx context.Context, pin string) (fido.CredentialList, error) {
	var none fido.CredentialList
	m, err := k.manager(ctx, pin)
	if err != nil {
		return none, err
	}
	defer m.token.wipe()
	meta, err := m.run(ctx, wire.ManageMetadata, manageParams{})
	if err != nil {
		return none, err
	}
	got := fido.CredentialList{Used: int(meta.Existing), Remaining: int(meta.Remaining)}
	if got.Used == 0 {
		return got, nil // without credentials, some keys refuse to list relying parties
	}
	parties, err := m.enumerate(ctx, wire.ManageRPsBegin, wire.ManageRPsNext, manageParams{}, func(a manageAnswer) uint32 { return a.RPs })
	if err != nil {
		return none, err
	}
	for _, p := range parties {
		list, err := m.credentialsOf(ctx, p)
		if err != nil {
			return none, err
		}
		if got.Credentials = append(got.Credentials, list...); len(got.Credentials) > mostListed {
			return none, fmt.Errorf("ctap2: %w: it lists more than %d credentials", &fido.AnswerError{}, mostListed)
		}
	}
	return got, nil
}

// DeleteCredential deletes a discoverable credential.
func (k *key) DeleteCredential(ctx context.Context, id []byte, pin string) error {
	m, err := k.manager(ctx, pin)
	if err != nil {
		return err
	}
	defer m.token.wipe()
	k.info = nil // it tells whether the key is full
	_, err = m.run(ctx, wire.ManageDelete, manageParams{Credential: &wire.Descriptor{ID: id, Type: wire.PublicKey}})
	return err
}

// A manager runs commands of credential management with one token.
type manager struct {
	key     *key
	command byte
	token   token
}

func (k *key) manager(ctx context.Context, pin string) (manager, error) {
	if k.u2f != nil {
		return manager{}, fido.ErrIncapable
	}
	in, err := k.known(ctx)
	if err != nil {
		return manager{}, err
	}
	m := manager{key: k, command: wire.CredMgmt}
	if !in.Options["credMgmt"] && in.Options["credentialMgmtPreview"] {
		m.command = wire.CredMgmtPreview
	}
	m.token, err = k.token(ctx, wire.MayManage, "", pin)
	return m, err
}

// run runs a subcommand with the token.
func (m manager) run(ctx context.Context, subcommand int, p manageParams) (manageAnswer, error) {
	r := manageRequest{Subcommand: subcommand, Protocol: m.token.protocol}
	if p.RPIDHash != nil || p.Credential != nil {
		raw, err := wire.Encode(p)
		if err != nil {
			return manageAnswer{}, fmt.Errorf("ctap2: encoding a request: %w", err)
		}
		r.Params = raw
	}
	r.Auth = m.token.sign(append([]byte{byte(subcommand)}, r.Params...))
	return m.send(ctx, r)
}

func (m manager) send(ctx context.Context, r manageRequest) (manageAnswer, error) {
	var a manageAnswer
	if r.Subcommand == wire.ManageDelete {
		return a, m.key.command(ctx, m.command, r, nil)
	}
	return a, m.key.command(ctx, m.command, r, &a)
}

// enumerate collects the answers of an enumeration. Only the first answer has their number.
func (m manager) enumerate(ctx context.Context, begin, next int, p manageParams, total func(manageAnswer) uint32) ([]manageAnswer, error) {
	first, err := m.run(ctx, begin, p)
	if err != nil {
		return nil, err
	}
	n := total(first)
	if n == 0 || n > mostListed {
		return nil, fmt.Errorf("ctap2: %w: it lists %d", &fido.AnswerError{}, n)
	}
	all := []manageAnswer{first}
	for range n - 1 {
		a, err := m.send(ctx, manageRequest{Subcommand: next})
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// credentialsOf lists the credentials of one relying party. The key may have truncated the
// party's ID (CTAP section 6.8.7), so its hash is used. If the key finds no credential, the
// result is one entry without an ID.
func (m manager) credentialsOf(ctx context.Context, party manageAnswer) ([]fido.DiscoverableCredential, error) {
	one := fido.DiscoverableCredential{RPID: party.RP.ID, RPName: party.RP.Name}
	answers, err := m.enumerate(ctx, wire.ManageBegin, wire.ManageNext, manageParams{RPIDHash: party.RPIDHash},
		func(a manageAnswer) uint32 { return a.Credentials })
	if errors.Is(err, fido.ErrNotEnrolled) {
		return []fido.DiscoverableCredential{one}, nil
	}
	if err != nil {
		return nil, err
	}
	var list []fido.DiscoverableCredential
	for _, a := range answers {
		one.ID, one.UserID = bytes.Clone(a.Credential.ID), bytes.Clone(a.User.ID)
		one.UserName, one.UserDisplayName = a.User.Name, a.User.DisplayName
		list = append(list, one)
	}
	return list, nil
}
