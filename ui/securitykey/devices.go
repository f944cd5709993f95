package securitykey

import (
	"context"
	"encoding/json"

	"nightlatch/fido"
)

// Devices reaches security keys; fido.Client implements it.
type Devices interface {
	KeyPresence
	KeyCeremonies
	KeyCare
}

// KeyPresence tells which keys are plugged in.
type KeyPresence interface {
	Watch(ctx context.Context, show func([]fido.Device, error)) error
	Choose(ctx context.Context, from []fido.Device, ui fido.Interaction) (fido.Device, error)
	WatchReader(ctx context.Context, show func(fido.Reader))
}

// KeyCeremonies are the operations of a key for an account.
type KeyCeremonies interface {
	Create(ctx context.Context, d fido.Device, options json.RawMessage, ui fido.Interaction) (json.RawMessage, error)
	Get(ctx context.Context, d fido.Device, options json.RawMessage, ui fido.Interaction) (json.RawMessage, error)
	Identify(ctx context.Context, d fido.Device, rpID string, ids [][]byte, ui fido.Interaction) ([]byte, error)
	FindCredential(ctx context.Context, d fido.Device, rpID string, ids [][]byte) ([]byte, error)
}

// KeyCare are the operations on a key itself.
type KeyCare interface {
	Info(ctx context.Context, d fido.Device) (fido.Info, error)
	SetPIN(ctx context.Context, d fido.Device, old, new string) error
	Credentials(ctx context.Context, d fido.Device, pin string) (fido.CredentialList, error)
	DeleteCredential(ctx context.Context, d fido.Device, id []byte, pin string) error
	Reset(ctx context.Context, d fido.Device, ui fido.Interaction) error
}
