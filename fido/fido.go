// Package fido plays the client's role of WebAuthn: it stands between a relying
// party's options and a security key, asks the person for a touch or a PIN, and
// hands back the response.
//
// What a browser does for a web page this package does for the console and for
// the terminal: client data with an origin, the check that the relying party's
// ID belongs to that origin, the choice of a key, the exclude list, and, before
// a response leaves the package, the verification of what the key said. The key
// itself is reached through an [Opener]; fido/libfido2 is the one for real keys.
//
// References: Web Authentication Level 3 (W3C) and Client to Authenticator
// Protocol 2.1 (FIDO Alliance), cited below as WebAuthn and CTAP.
package fido

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// How long a person gets to touch the key, and how long a key may take to
// answer what needs no person.
const (
	DefaultTimeout = 30 * time.Second
	answerTimeout  = 3 * time.Second
	manageTimeout  = 30 * time.Second // many answers: a full key tells of its credentials one by one
	listInterval   = time.Second      // R30: a key that is plugged in is seen within a second
)

// The transports a device is reached by, in WebAuthn's spelling
// (AuthenticatorTransport, WebAuthn section 5.8.4).
const (
	USB = "usb"
	NFC = "nfc"
)

// A Device is a security key that can be opened.
type Device struct {
	Path         string // what the back end opens
	Transport    string // USB or NFC
	Product      string
	Manufacturer string
	Virtual      bool // a lab key; wherever it shows it is marked as one
	Locked       bool // it is there, but this person may not open it
}

// A Lister tells which keys are there now.
type Lister func(ctx context.Context) ([]Device, error)

// Config is what a client needs to know.
type Config struct {
	Open    Opener        // back end: fido/libfido2.Backend{}
	Devices Lister        // which keys are there
	Changes Changes       // when to list them again; nil means once a second
	Origin  string        // "http://localhost:8440"; the origin in the client data
	Timeout time.Duration // for a touch; 0 means DefaultTimeout

	Reader func(ctx context.Context) Reader // how things stand with NFC; nil: unsupported
}

// A Client runs ceremonies with security keys, one at a time on each device. It
// may be used by several goroutines.
type Client struct {
	open    Opener
	devices Lister
	changes Changes
	origin  origin
	timeout time.Duration

	mu   sync.Mutex
	busy map[string]bool      // by device path
	made map[string]publicKey // by credential ID: what this client saw enrolled

	reader func(ctx context.Context) Reader
}

// New checks cfg and returns a client.
func New(cfg Config) (*Client, error) {
	if cfg.Open == nil {
		return nil, errors.New("fido: Config.Open is missing")
	}
	if cfg.Devices == nil {
		return nil, errors.New("fido: Config.Devices is missing")
	}
	if cfg.Timeout < 0 {
		return nil, errors.New("fido: Config.Timeout is negative")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	o, err := parseOrigin(cfg.Origin)
	if err != nil {
		return nil, err
	}
	return &Client{
		open:    cfg.Open,
		devices: cfg.Devices,
		changes: cfg.Changes,
		origin:  o,
		timeout: cfg.Timeout,
		busy:    make(map[string]bool),
		made:    make(map[string]publicKey),
		reader:  cfg.Reader,
	}, nil
}

// Devices lists the keys that are there now.
func (c *Client) Devices(ctx context.Context) ([]Device, error) {
	ds, err := c.devices(ctx)
	if err != nil {
		return nil, fmt.Errorf("fido: listing security keys: %w", err)
	}
	return ds, nil
}

// reserve takes the device for one ceremony, or reports ErrBusy. The returned
// function gives it back.
func (c *Client) reserve(path string) (release func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[path] {
		return nil, fmt.Errorf("%w: a ceremony of this program is using it", ErrBusy)
	}
	c.busy[path] = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.busy, path)
	}, nil
}

// remembered is how many public keys a client keeps, to check signatures with.
const remembered = 256

func (c *Client) remember(credentialID []byte, k publicKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) >= remembered {
		clear(c.made)
	}
	c.made[string(credentialID)] = k
}

func (c *Client) recall(credentialID []byte) (publicKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.made[string(credentialID)]
	return k, ok
}
