package uitest

import (
	"context"
	"encoding/json"

	"nightlatch/fido"
)

// NoKeys is a computer without security keys.
type NoKeys struct{}

// Watch is part of securitykey.Devices.
func (NoKeys) Watch(ctx context.Context, show func([]fido.Device, error)) error {
	show(nil, nil)
	<-ctx.Done()
	return nil
}

// Choose is part of securitykey.Devices.
func (NoKeys) Choose(context.Context, []fido.Device, fido.Interaction) (fido.Device, error) {
	return fido.Device{}, fido.ErrRemoved
}

// WatchReader is part of securitykey.Devices.
func (NoKeys) WatchReader(ctx context.Context, show func(fido.Reader)) {
	show(fido.Reader{State: fido.NoReader})
	<-ctx.Done()
}

// Create is part of securitykey.Devices.
func (NoKeys) Create(context.Context, fido.Device, json.RawMessage, fido.Interaction) (json.RawMessage, error) {
	return nil, fido.ErrRemoved
}

// Get is part of securitykey.Devices.
func (NoKeys) Get(context.Context, fido.Device, json.RawMessage, fido.Interaction) (json.RawMessage, error) {
	return nil, fido.ErrRemoved
}

// Identify is part of securitykey.Devices.
func (NoKeys) Identify(context.Context, fido.Device, string, [][]byte, fido.Interaction) ([]byte, error) {
	return nil, fido.ErrRemoved
}

// FindCredential is part of securitykey.Devices.
func (NoKeys) FindCredential(context.Context, fido.Device, string, [][]byte) ([]byte, error) {
	return nil, fido.ErrRemoved
}

// Info is part of securitykey.Devices.
func (NoKeys) Info(context.Context, fido.Device) (fido.Info, error) {
	return fido.Info{}, fido.ErrRemoved
}

// SetPIN is part of securitykey.Devices.
func (NoKeys) SetPIN(context.Context, fido.Device, string, string) error { return fido.ErrRemoved }

// Credentials is part of securitykey.Devices.
func (NoKeys) Credentials(context.Context, fido.Device, string) (fido.CredentialList, error) {
	return fido.CredentialList{}, fido.ErrRemoved
}

// DeleteCredential is part of securitykey.Devices.
func (NoKeys) DeleteCredential(context.Context, fido.Device, []byte, string) error {
	return fido.ErrRemoved
}

// Reset is part of securitykey.Devices.
func (NoKeys) Reset(context.Context, fido.Device, fido.Interaction) error { return fido.ErrRemoved }
