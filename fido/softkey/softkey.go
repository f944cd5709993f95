// Package softkey is a security key in software: a CTAP2 authenticator that makes
// real credentials and real signatures. The lab plugs it in where a person has no
// key at hand, and tests use it behind the real libfido2.
//
// It speaks ES256 and EdDSA, keeps discoverable credentials, knows PIN protocols 1 and
// 2, credProtect and hmac-secret, and attests with the new credential's own key
// (packed self attestation). One kind has a fingerprint sensor as well; another is
// old and speaks U2F alone. Its keys lie in memory, so it protects nothing: it is
// for the lab, and its AAGUID and its credential IDs say so.
//
// Section numbers in the comments are those of the Client to Authenticator
// Protocol 2.1 (FIDO Alliance), called CTAP, and of the U2F Raw Message Formats 1.2
// (FIDO Alliance), called U2F.
package softkey

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
)

// AAGUID is this model's identifier.
var AAGUID = fido.LabAAGUID

// Mark is what each credential ID begins with. A relying party knows a key of the
// lab by it where a client left the AAGUID out, and refuses it (package
// server/webauthn has the same bytes).
var Mark = [16]byte([]byte("NIGHTLATCH-LAB-1"))

// Limits of the key.
const (
	DefaultCapacity = 25 // discoverable credentials
	pinInRow        = 3  // wrong PINs until it must be plugged in again
	uvTries         = 3  // wrong fingers until only the PIN helps (CTAP section 6.5.3.1)
	minPINRunes     = 4
	maxPINBytes     = 63
	maxRequest      = 2048 // bytes of a command (CTAP section 6.4, maxMsgSize)

	touchTimeout = 30 * time.Second
	resetWindow  = 10 * time.Second // after plugging in (CTAP section 6.6)
	nextTimeout  = 30 * time.Second // from one answer to the next of a series (CTAP section 6)
)

// A Kind is what a key is able to do.
type Kind string

// The kinds.
const (
	FIDO2       Kind = "fido2"       // CTAP2 alone, as most keys that are sold now
	Fingerprint Kind = "fingerprint" // and verifies its user by itself
	U2F         Kind = "u2f"         // CTAP1 alone: an old key
)

// ErrKind says that there is no such kind of key.
var ErrKind = errors.New("softkey: no such kind")

// A Touch lets a person consent. Wait returns nil once the key is touched, or an
// error when ctx ends first.
type Touch interface {
	Wait(ctx context.Context) error
}

// A Poller is a Touch that does not wait: Poll tells whether the key was touched
// since it began to be polled, and is asked again within a second. A U2F key needs
// one, since its hosts poll it.
type Poller interface {
	Touch
	Poll() bool
}

// Config says what kind of key to make.
type Config struct {
	Touch     Touch
	Kind      Kind             // "" means FIDO2
	Transport string           // "usb" or "nfc", as the key reports it
	Capacity  int              // for discoverable credentials; 0 means DefaultCapacity
	Protocols []int            // PIN protocols in order of preference; nil means 2, 1
	State     *State           // of a key that was there before; nil makes a new one
	Now       func() time.Time // the key's clock; nil means time.Now
}

// A Key is one security key. It runs one command at a time.
type Key struct {
	touch     Touch
	kind      Kind
	transport string
	capacity  int
	protocols []int
	now       func() time.Time

	mu      sync.Mutex // held by a command, but not while it waits for a touch
	state   State
	since   time.Time // plugged in
	pins    pins
	next    *series
	listing *listing

	wrongFinger bool // touches the sensor
}

// New checks cfg and returns a key that has just been plugged in.
func New(cfg Config) (*Key, error) {
	if cfg.Touch == nil {
		return nil, errors.New("softkey: Config.Touch is missing")
	}
	if _, polls := cfg.Touch.(Poller); cfg.Kind == U2F && !polls {
		return nil, errors.New("softkey: the Config.Touch of a U2F key is no Poller")
	}
	if cfg.Transport != "usb" && cfg.Transport != "nfc" {
		return nil, fmt.Errorf("softkey: no transport %q", cfg.Transport)
	}
	if cfg.Kind == "" {
		cfg.Kind = FIDO2
	}
	if cfg.Kind != FIDO2 && cfg.Kind != Fingerprint && cfg.Kind != U2F {
		return nil, fmt.Errorf("%w: %q", ErrKind, cfg.Kind)
	}
	if cfg.Capacity == 0 {
		cfg.Capacity = DefaultCapacity
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Protocols == nil {
		cfg.Protocols = []int{2, 1}
	}
	for _, p := range cfg.Protocols {
		if p != 1 && p != 2 {
			return nil, fmt.Errorf("softkey: no PIN protocol %d", p)
		}
	}
	k := &Key{
		touch: cfg.Touch, kind: cfg.Kind, transport: cfg.Transport, capacity: cfg.Capacity, protocols: cfg.Protocols, now: cfg.Now,
	}
	if cfg.State == nil {
		k.state = blank(cfg.Kind)
	} else {
		if err := cfg.State.check(); err != nil {
			return nil, err
		}
		k.state = cfg.State.clone()
	}
	k.PlugIn()
	return k, nil
}

// PlugIn does what plugging a key in does: PIN tokens are void, three wrong PINs
// in a row are forgiven, and it can be reset for a while.
func (k *Key) PlugIn() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.since = k.now()
	k.next, k.listing = nil, nil
	k.pins.powerUp()
}

// Kind is what the key is able to do.
func (k *Key) Kind() Kind { return k.kind }

// Capacity is how many discoverable credentials the key can keep in all.
func (k *Key) Capacity() int { return k.capacity }

// Backend is the key as its transport sees it: an old one has U2F, the others
// don't.
func (k *Key) Backend() ctaphid.Backend {
	if k.kind == U2F {
		return old{k}
	}
	return k
}

// CBOR runs one CTAP2 command: a command byte and its parameters in, a status byte
// and the answer out (CTAP section 8.1.2). It is a ctaphid.Backend.
func (k *Key) CBOR(ctx context.Context, request []byte, report func(ctaphid.Status)) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case len(request) == 0:
		return []byte{byte(invalidLength)}, nil
	case k.kind == U2F:
		return []byte{byte(invalidCommand)}, nil
	case len(request) > maxRequest:
		return []byte{byte(tooLarge)}, nil
	}
	answer, st := k.run(ctx, request[0], request[1:], report)
	if st != ok {
		return []byte{byte(st)}, nil
	}
	if answer == nil {
		return []byte{byte(ok)}, nil
	}
	raw, err := encMode.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("softkey: encoding an answer: %w", err)
	}
	return append([]byte{byte(ok)}, raw...), nil
}
