package ui

import (
	"context"
	"encoding/json"

	"nightlatch/fido"
)

// noKeys is a computer without a security key.
type noKeys struct{}

func (noKeys) Watch(ctx context.Context, show func([]fido.Device, error)) error {
	show(nil, nil)
	<-ctx.Done()
	return nil
}

func (noKeys) Choose(context.Context, []fido.Device, fido.Interaction) (fido.Device, error) {
	return fido.Device{}, fido.ErrRemoved
}

func (noKeys) WatchReader(ctx context.Context, show func(fido.Reader)) {
	show(fido.Reader{State: fido.NoReader})
	<-ctx.Done()
}

func (noKeys) Create(context.Context, fido.Device, json.RawMessage, fido.Interaction) (json.RawMessage, error) {
	return nil, fido.ErrRemoved
}

func (noKeys) Get(context.Context, fido.Device, json.RawMessage, fido.Interaction) (json.RawMessage, error) {
	return nil, fido.ErrRemoved
}

func (noKeys) Identify(context.Context, fido.Device, string, [][]byte, fido.Interaction) ([]byte, error) {
	return nil, fido.ErrRemoved
}

func (noKeys) FindCredential(context.Context, fido.Device, string, [][]byte) ([]byte, error) {
	return nil, fido.ErrRemoved
}

func (noKeys) Info(context.Context, fido.Device) (fido.Info, error) {
	return fido.Info{}, fido.ErrRemoved
}

func (noKeys) SetPIN(context.Context, fido.Device, string, string) error { return fido.ErrRemoved }

func (noKeys) Credentials(context.Context, fido.Device, string) (fido.CredentialList, error) {
	return fido.CredentialList{}, fido.ErrRemoved
}

func (noKeys) DeleteCredential(context.Context, fido.Device, []byte, string) error {
	return fido.ErrRemoved
}

func (noKeys) Reset(context.Context, fido.Device, fido.Interaction) error { return fido.ErrRemoved }
