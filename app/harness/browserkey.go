package harness

import (
	"context"
	"encoding/json"
	"fmt"
)

// A BrowserKey is a virtual authenticator in Chromium (DevTools protocol, domain WebAuthn;
// W3C WebAuthn Level 3, §11).
type BrowserKey struct {
	page *Page
	id   string
}

// BrowserKeyOptions describe a virtual authenticator.
type BrowserKeyOptions struct {
	Protocol  string `json:"protocol"`  // ctap2 or u2f
	Transport string `json:"transport"` // usb, nfc or ble
	CanVerify bool   `json:"hasUserVerification"`
	Verified  bool   `json:"isUserVerified"` // user verification always succeeds
	Resident  bool   `json:"hasResidentKey"`
	Touched   bool   `json:"automaticPresenceSimulation"` // a touch is simulated at once
}

// A BrowserCredential is a credential of a virtual authenticator, with its private key.
type BrowserCredential struct {
	ID         []byte `json:"credentialId"`
	Resident   bool   `json:"isResidentCredential"`
	RPID       string `json:"rpId"`
	PrivateKey []byte `json:"privateKey"` // PKCS #8
	SignCount  uint32 `json:"signCount"`
}

// AddKey plugs in a virtual key. Pages see no other security keys.
func (p *Page) AddKey(ctx context.Context, o BrowserKeyOptions) (*BrowserKey, error) {
	if err := p.Call(ctx, "WebAuthn.enable", map[string]any{"enableUI": false}, nil); err != nil {
		return nil, err
	}
	var added struct {
		ID string `json:"authenticatorId"`
	}
	err := p.Call(ctx, "WebAuthn.addVirtualAuthenticator", map[string]any{"options": o}, &added)
	return &BrowserKey{p, added.ID}, err
}

func (k *BrowserKey) call(ctx context.Context, method string, params map[string]any, result any) error {
	if params == nil {
		params = map[string]any{}
	}
	params["authenticatorId"] = k.id
	return k.page.Call(ctx, "WebAuthn."+method, params, result)
}

// Credentials returns all credentials of the key.
func (k *BrowserKey) Credentials(ctx context.Context) ([]BrowserCredential, error) {
	var all struct {
		Credentials []BrowserCredential `json:"credentials"`
	}
	err := k.call(ctx, "getCredentials", nil, &all)
	return all.Credentials, err
}

// Put copies a credential of another key to this one.
func (k *BrowserKey) Put(ctx context.Context, c BrowserCredential) error {
	return k.call(ctx, "addCredential", map[string]any{"credential": c}, nil)
}

// Remove removes the key.
func (k *BrowserKey) Remove(ctx context.Context) error {
	return k.call(ctx, "removeVirtualAuthenticator", nil, nil)
}

// Create runs navigator.credentials.create with options in JSON, and returns the
// credential as the browser writes it (W3C WebAuthn Level 3, §5.1.8, §5.1.4).
func (p *Page) Create(ctx context.Context, options json.RawMessage) (json.RawMessage, error) {
	return p.credential(ctx, "create", "parseCreationOptionsFromJSON", options)
}

// Get runs navigator.credentials.get (§5.1.9).
func (p *Page) Get(ctx context.Context, options json.RawMessage) (json.RawMessage, error) {
	return p.credential(ctx, "get", "parseRequestOptionsFromJSON", options)
}

func (p *Page) credential(ctx context.Context, method, parse string, options json.RawMessage) (response json.RawMessage, err error) {
	err = p.Run(ctx, fmt.Sprintf(
		`navigator.credentials.%s({publicKey: PublicKeyCredential.%s(%s)}).then(c => c.toJSON())`, method, parse, options), &response)
	return response, err
}
