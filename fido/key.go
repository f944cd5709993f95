package fido

import "context"

// An Opener opens security keys. Its errors, and those of the keys it opens, are
// this package's.
type Opener interface {
	Open(ctx context.Context, path string) (Key, error)
}

// A Key is an open security key. Its methods are called one at a time. Each
// returns within three seconds of the end of its context, whatever the key does.
type Key interface {
	// Info asks what the key can do (authenticatorGetInfo, CTAP section 6.4).
	Info(ctx context.Context) (GetInfoResponse, error)
	// PINTries asks how many wrong PINs the key will still take (getPINRetries,
	// CTAP section 6.5.5.2).
	PINTries(ctx context.Context) (int, error)
	// MakeCredential makes a credential once the key was touched
	// (authenticatorMakeCredential, CTAP section 6.1).
	MakeCredential(ctx context.Context, r CredentialRequest) (Attestation, error)
	// Assert signs with a credential (authenticatorGetAssertion, CTAP section 6.2).
	Assert(ctx context.Context, r AssertionRequest) (Assertion, error)
	// Select returns nil once the key was touched, whatever for
	// (authenticatorSelection, CTAP section 6.9).
	Select(ctx context.Context) error
	// SetPIN changes the PIN, or sets the first one when old is empty
	// (authenticatorClientPIN, CTAP sections 6.5.5.5 and 6.5.5.6).
	SetPIN(ctx context.Context, old, new string) error
	// Credentials lists what is kept on the key (authenticatorCredentialManagement,
	// CTAP section 6.8).
	Credentials(ctx context.Context, pin string) (CredentialList, error)
	// DeleteCredential deletes a credential that is kept on the key (CTAP section
	// 6.8.5).
	DeleteCredential(ctx context.Context, id []byte, pin string) error
	// Reset makes the key as new once it was touched (authenticatorReset, CTAP
	// section 6.6).
	Reset(ctx context.Context) error
	// Close lets go of the key.
	Close() error
}

// A GetInfoResponse is a key's answer to authenticatorGetInfo (CTAP section 6.4).
type GetInfoResponse struct {
	FIDO2      bool // false: a U2F key, which knows no PIN and no options
	Versions   []string
	Extensions []string
	AAGUID     []byte          // the model, 16 bytes
	Release    [3]byte         // of the device: major, minor, build; zeros: not known
	Options    map[string]bool // an absent option means "not supported"
	MinPIN     int             // shortest PIN it takes, in code points; 0: not said
	NewPIN     bool            // it wants its PIN changed before anything else
	MaxIDs     int             // credential IDs that it takes in a list; 0: not said
	MaxMessage int             // bytes that it takes in a message; 0: not said
}

// A CredentialRequest is the input of MakeCredential.
type CredentialRequest struct {
	ClientDataHash  []byte // SHA-256 of the client data JSON
	RPID, RPName    string
	UserID          []byte // 1 to 64 bytes
	UserName        string
	UserDisplayName string
	Algorithm       int64    // COSE identifier
	Discoverable    bool     // keep the credential on the key (option "rk")
	Verify          bool     // use the key's own sensor
	PIN             string   // empty: without
	Exclude         [][]byte // the key refuses if it holds one of these credentials
}

// An Attestation is a key's answer to MakeCredential.
type Attestation struct {
	Format      string // "packed", "fido-u2f", "none" …
	AuthData    []byte // authenticator data, unwrapped
	Signature   []byte
	Certificate []byte // DER; empty for self attestation
}

// An AssertionRequest is the input of Assert.
type AssertionRequest struct {
	ClientDataHash []byte
	RPID           string
	CredentialIDs  [][]byte // empty: any discoverable credential of the relying party
	Silent         bool     // without touch: only to learn whether a credential is there
	Verify         bool     // use the key's own sensor
	PIN            string
}

// An Assertion is a key's answer to Assert.
type Assertion struct {
	CredentialID []byte // may be empty when one ID was asked for
	AuthData     []byte // unwrapped
	Signature    []byte
	UserID       []byte
}
