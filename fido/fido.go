// Package fido is a WebAuthn client: it takes a relying party's options, uses a
// security key, asks the user for a touch or a PIN, and returns the response.
//
// It does for the console and the terminal what a browser does for a web page. It
// builds the client data, checks that the relying party's ID belongs to the origin,
// chooses a key, applies the exclude list, and verifies the key's answer before it
// returns the response. An [Opener] opens the keys; fido/libfido2 has the one for
// real keys.
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

// Timeouts.
const (
	DefaultTimeout = 30 * time.Second // for the user's touch
	infoTimeout    = 5 * time.Second  // for opening the key and its capabilities
	answerTimeout  = 3 * time.Second  // for another answer that needs no user
	pinTimeout     = 8 * time.Second  // for a new PIN or a check of one: keys hash it slowly
	manageTimeout  = 30 * time.Second // for a credential list: one answer per credential
	listInterval   = time.Second      // R30: a plugged-in key is noticed within a second
)

// The transports (AuthenticatorTransport, WebAuthn section 5.8.4).
const (
	USB = "usb"
	NFC = "nfc"
)

// A Device is a security key that can be opened.
type Device struct {
	Path         string // for the back end's Open
	Transport    string // USB or NFC
	Product      string
	Manufacturer string
	Virtual      bool // a lab key; the user interface marks it as one
	Locked       bool // the user has no permission to open it
	Dialog       bool // no key, but the system's dialog, which finds the key itself
}

// ProductName returns the name of the key's product, or "" if it is unknown. A
// device on a reader has the reader's name, not the key's.
func (d Device) ProductName() string {
	if d.Transport == NFC && !d.Virtual {
		return ""
	}
	return d.Product
}

// A Lister lists the keys that are plugged in or on a reader.
type Lister func(ctx context.Context) ([]Device, error)

// Config configures a Client.
type Config struct {
	Open    Opener        // back end: fido/libfido2.Backend{}
	Devices Lister        // lists the keys
	Changes Changes       // when to list them again; nil means once a second
	Origin  string        // "http://localhost:8440"; the origin in the client data
	Dialog  Dialog        // the system's own dialog for ceremonies; nil means none
	Timeout time.Duration // for a touch; 0 means DefaultTimeout
	Rest    time.Duration // between two listings; 0 means a second (R30)

	Reader func(ctx context.Context) Reader // the state of NFC; nil means unsupported
}

// A Client runs ceremonies with security keys, one at a time on each device. It is
// safe for concurrent use.
type Client struct {
	open    Opener
	devices Lister
	changes Changes
	origin  origin
	dialog  Dialog
	timeout time.Duration
	rest    time.Duration

	mu   sync.Mutex
	busy map[string]bool      // by device path
	made map[string]publicKey // public keys of credentials that this client created, by ID

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
	if cfg.Rest == 0 {
		cfg.Rest = listInterval
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
		dialog:  cfg.Dialog,
		timeout: cfg.Timeout,
		rest:    cfg.Rest,
		busy:    make(map[string]bool),
		made:    make(map[string]publicKey),
		reader:  cfg.Reader,
	}, nil
}

// Devices lists the keys that are plugged in or on a reader. With a system's dialog, the
// last one stands for it: see ForCeremony and WithoutDialog.
func (c *Client) Devices(ctx context.Context) ([]Device, error) {
	ds, err := c.devices(ctx)
	if err != nil {
		return nil, fmt.Errorf("fido: listing security keys: %w", err)
	}
	return c.offerDialog(ds), nil
}

// reserve reserves the device for one ceremony until release is called. It returns
// ErrBusy if another ceremony has it.
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

// maxPublicKeys is the maximum number of public keys that a client keeps to check
// signatures. At the limit it drops all of them.
const maxPublicKeys = 256

func (c *Client) remember(credentialID []byte, k publicKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) >= maxPublicKeys {
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
