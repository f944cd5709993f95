// Package softkey is a security key in software: a CTAP2 authenticator with real
// credentials and signatures. The lab offers it to users without a real key, and tests
// use it with the real libfido2.
//
// It supports ES256 and EdDSA, discoverable credentials, PIN protocols 1 and 2,
// credProtect, hmac-secret and packed self attestation. One kind also has a fingerprint
// sensor, and another supports U2F only. Its private keys are in memory without
// protection. It is for the lab only: its AAGUID and credential IDs identify it.
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
	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
)

// AAGUID is this model's identifier.
var AAGUID = fido.LabAAGUID

// Mark is the prefix of each credential ID. A relying party recognises a lab key by it,
// and refuses it, even if the client removed the AAGUID (package server/webauthn has
// the same bytes).
var Mark = [16]byte([]byte("NIGHTLATCH-LAB-1"))

// Limits of the key.
const (
	DefaultCapacity = 25 // discoverable credentials
	pinInRow        = 3  // wrong PINs in a row until it must be plugged in again
	uvTries         = 3  // wrong fingers until the PIN is needed (CTAP section 6.5.3.1)
	minPINRunes     = 4
	maxPINBytes     = 63
	maxRequest      = 2048 // bytes of a command (CTAP section 6.4, maxMsgSize)

	touchTimeout = 30 * time.Second
	resetWindow  = 10 * time.Second // after plugging in (CTAP section 6.6)
	nextTimeout  = 30 * time.Second // between two answers of an enumeration (CTAP section 6)
)

// A Kind is a kind of key.
type Kind string

// The kinds.
const (
	FIDO2       Kind = "fido2"       // CTAP2 only, as most keys sold today
	Fingerprint Kind = "fingerprint" // CTAP2 with a fingerprint sensor
	U2F         Kind = "u2f"         // CTAP1 only, as old keys
)

// ErrKind reports an unknown Kind.
var ErrKind = errors.New("softkey: unknown kind of key")

// A Touch waits for the user's touch. Wait returns nil after a touch, or an error if
// ctx ends first.
type Touch interface {
	Wait(ctx context.Context) error
}

// A Poller is a Touch that can be polled: Poll reports whether the key was touched
// since polling began. Calls are less than a second apart. A U2F key needs a Poller,
// because its hosts poll.
type Poller interface {
	Touch
	Poll() bool
}

// Config configures a key.
type Config struct {
	Touch     Touch
	Kind      Kind             // "" means FIDO2
	Transport string           // "usb" or "nfc"; the key reports it
	Capacity  int              // for discoverable credentials; 0 means DefaultCapacity
	Protocols []int            // PIN protocols in order of preference; nil means 2, 1
	State     *State           // of an earlier key; nil makes a new key
	Now       func() time.Time // the key's clock; nil means time.Now
	Traits    Traits
}

// A Key is a security key. It runs one command at a time.
type Key struct {
	touch     Touch
	kind      Kind
	transport string
	capacity  int
	protocols []int
	now       func() time.Time
	traits    Traits

	mu      sync.Mutex // locked during a command, except while it waits for a touch
	state   State
	since   time.Time // when it was plugged in
	pins    pins
	next    *series
	listing *listing

	wrongFinger bool // a finger that is not enrolled touches the sensor
}

// New checks cfg and returns a key that has just been plugged in.
func New(cfg Config) (*Key, error) {
	if cfg.Touch == nil {
		return nil, errors.New("softkey: Config.Touch is missing")
	}
	if _, polls := cfg.Touch.(Poller); cfg.Kind == U2F && !polls {
		return nil, errors.New("softkey: Config.Touch of a U2F key must be a Poller")
	}
	if cfg.Transport != "usb" && cfg.Transport != "nfc" {
		return nil, fmt.Errorf("softkey: unknown transport %q", cfg.Transport)
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
			return nil, fmt.Errorf("softkey: unknown PIN protocol %d", p)
		}
	}
	if err := cfg.Traits.check(); err != nil {
		return nil, err
	}
	k := &Key{
		traits: cfg.Traits.withDefaults(cfg.Transport),
		touch:  cfg.Touch, kind: cfg.Kind, transport: cfg.Transport, capacity: cfg.Capacity, protocols: cfg.Protocols, now: cfg.Now,
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

// PlugIn simulates plugging the key in: it voids PIN tokens, clears the count of wrong
// PINs in a row, and opens the time window for a reset.
func (k *Key) PlugIn() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.since = k.now()
	k.next, k.listing = nil, nil
	k.pins.powerUp()
}

// Kind returns the kind of key.
func (k *Key) Kind() Kind { return k.kind }

// Traits returns how the key differs from the default.
func (k *Key) Traits() Traits { return k.traits }

// Capacity returns how many discoverable credentials the key can store in all.
func (k *Key) Capacity() int { return k.capacity }

// Backend returns the key for a transport. Only the backend of a U2F key is a
// ctaphid.U2FBackend.
func (k *Key) Backend() ctaphid.Backend {
	if k.kind == U2F {
		return u2fBackend{k}
	}
	return k
}

// CBOR runs one CTAP2 command (CTAP section 8.1.2). request is the command byte and the
// parameters; the result is the status byte and the answer. It implements
// ctaphid.Backend.
func (k *Key) CBOR(ctx context.Context, request []byte, report func(ctaphid.Status)) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case len(request) == 0:
		return []byte{byte(invalidLength)}, nil
	case k.kind == U2F:
		return []byte{byte(invalidCommand)}, nil
	case len(request) > k.traits.MaxMessage:
		return []byte{byte(k.traits.tooLong(tooLarge))}, nil
	}
	if st, is := k.traits.misbehave(ctx, request[0]); is {
		return []byte{byte(st)}, nil
	}
	answer, st := k.run(ctx, request[0], request[1:], report)
	if st != ok {
		return []byte{byte(st)}, nil
	}
	if answer == nil {
		return []byte{byte(ok)}, nil
	}
	raw, err := wire.Encode(answer)
	if err != nil {
		return nil, fmt.Errorf("softkey: encoding an answer: %w", err)
	}
	return append([]byte{byte(ok)}, raw...), nil
}
