package fido

import "context"

// An Opener opens security keys. It and the keys it opens return this package's
// errors.
type Opener interface {
	Open(ctx context.Context, path string) (Key, error)
}

// A Key is an open security key. Its methods are called one at a time. Each returns
// at most three seconds after its context ends, even if the key hangs.
type Key interface {
	// Info returns the key's capabilities (authenticatorGetInfo, CTAP section 6.4).
	Info(ctx context.Context) (GetInfoResponse, error)
	// PINTries returns how many wrong PINs the key still accepts (getPINRetries,
	// CTAP section 6.5.5.2).
	PINTries(ctx context.Context) (int, error)
	// MakeCredential waits for a touch and makes a credential
	// (authenticatorMakeCredential, CTAP section 6.1).
	MakeCredential(ctx context.Context, r CredentialRequest) (Attestation, error)
	// Assert signs with a credential (authenticatorGetAssertion, CTAP section 6.2).
	Assert(ctx context.Context, r AssertionRequest) (Assertion, error)
	// Select waits for a touch and does nothing else (authenticatorSelection, CTAP
	// section 6.9).
	Select(ctx context.Context) error
	// SetPIN changes the PIN, or sets the first one when old is empty
	// (authenticatorClientPIN, CTAP sections 6.5.5.5 and 6.5.5.6).
	SetPIN(ctx context.Context, old, new string) error
	// Credentials lists the discoverable credentials on the key
	// (authenticatorCredentialManagement, CTAP section 6.8).
	Credentials(ctx context.Context, pin string) (CredentialList, error)
	// DeleteCredential deletes a discoverable credential (CTAP section 6.8.5).
	DeleteCredential(ctx context.Context, id []byte, pin string) error
	// Reset waits for a touch and restores the factory state (authenticatorReset,
	// CTAP section 6.6).
	Reset(ctx context.Context) error
	// Gone reports whether the key was removed, if the system shows that
	// without a request to the key.
	Gone() bool
	// Close closes the key, so that another program can open it.
	Close() error
}

// A GetInfoResponse is a key's answer to authenticatorGetInfo (CTAP section 6.4).
type GetInfoResponse struct {
	FIDO2      bool // false: a U2F key, without PIN and options
	Versions   []string
	Extensions []string
	AAGUID     []byte          // the model, 16 bytes
	Release    [3]byte         // device version: major, minor, build; zeros: unknown
	Options    map[string]bool // an absent option means "not supported"
	MinPIN     int             // minimum PIN length in code points; 0: not reported
	NewPIN     bool            // the PIN must be changed first (forcePINChange)
	MaxIDs     int             // maximum credential IDs in a list; 0: not reported
	MaxID      int             // maximum size of a credential ID in bytes; 0: not reported
	MaxMessage int             // maximum message size in bytes; 0: not reported
	Algorithms []int64         // COSE identifiers; empty: not reported
	Transports []string        // empty: not reported
	Full       bool            // it reports that no more discoverable credentials fit
}

// A CredentialRequest is the input of MakeCredential.
type CredentialRequest struct {
	ClientDataHash  []byte // SHA-256 of the client data JSON
	RPID, RPName    string
	UserID          []byte // 1 to 64 bytes
	UserName        string
	UserDisplayName string
	Algorithm       int64    // COSE identifier
	Discoverable    bool     // store the credential on the key (option "rk")
	Verify          bool     // use the key's fingerprint sensor
	PIN             string   // "" for none
	Exclude         [][]byte // the key refuses if it has one of these credentials
}

// An Attestation is a key's answer to MakeCredential.
type Attestation struct {
	Format      string // "packed", "fido-u2f", "none" …
	AuthData    []byte // authenticator data, without the CBOR byte string around it
	Signature   []byte
	Certificate []byte // DER; empty for self attestation
}

// An AssertionRequest is the input of Assert.
type AssertionRequest struct {
	ClientDataHash []byte
	RPID           string
	CredentialIDs  [][]byte // empty: any discoverable credential of the relying party
	Silent         bool     // without a touch: only to learn whether the key has a credential
	Verify         bool     // use the key's fingerprint sensor
	PIN            string   // "" for none
}

// An Assertion is a key's answer to Assert.
type Assertion struct {
	CredentialID []byte // may be empty if the request had exactly one ID
	AuthData     []byte // authenticator data, without the CBOR byte string around it
	Signature    []byte
	UserID       []byte
}
