// Package softkey is a security key in software: a CTAP2 authenticator that makes
// real credentials and real signatures. The lab plugs it in where a person has no
// key at hand, and tests use it behind the real libfido2.
//
// It speaks ES256 and EdDSA, keeps resident credentials, knows PIN protocols 1 and
// 2, credProtect and hmac-secret, and attests with the new credential's own key
// (packed self attestation). It has no U2F. Its keys lie in memory, so it protects
// nothing: it is for the lab, and its AAGUID says so.
//
// Section numbers in the comments are those of the Client to Authenticator
// Protocol 2.1 (FIDO Alliance), called CTAP.
package softkey

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"nightlatch/fido/ctaphid"
)

// AAGUID is this model's identifier: "Nightlatch lab k" in ASCII.
var AAGUID = [16]byte([]byte("Nightlatch lab k"))

// Mark is what each credential ID begins with. A relying party knows a key of the
// lab by it where a client left the AAGUID out, and refuses it (package
// server/webauthn has the same bytes).
var Mark = [16]byte([]byte("NIGHTLATCH-LAB-1"))

// Limits of the key.
const (
	DefaultRoom = 25 // resident credentials
	pinTries    = 8  // wrong PINs until only a reset helps (CTAP section 6.5.1)
	pinInRow    = 3  // wrong PINs until it must be plugged in again
	minPINRunes = 4
	maxPINBytes = 63

	touchTimeout = 30 * time.Second
	resetWindow  = 10 * time.Second // after plugging in (CTAP section 6.6)
	nextTimeout  = 30 * time.Second // from one assertion to the next of a series
)

// A Touch lets a person consent. Wait returns nil once the key is touched, or an
// error when ctx ends first.
type Touch interface {
	Wait(ctx context.Context) error
}

// Config says what kind of key to make.
type Config struct {
	Touch     Touch
	Transport string           // "usb" or "nfc", as the key reports it
	Room      int              // for resident credentials; 0 means DefaultRoom
	Protocols []int            // PIN protocols in order of preference; nil means 2, 1
	State     *State           // of a key that was there before; nil makes a new one
	Now       func() time.Time // the key's clock; nil means time.Now
}

// A State is everything a key remembers when it is unplugged. It can be written as
// JSON. It holds secrets.
type State struct {
	Secret    []byte     // from which credential IDs are opened; 32 bytes
	PINHash   []byte     // first half of the PIN's SHA-256; empty without a PIN
	PINTries  int        // wrong ones left
	Counter   uint32     // signatures so far
	Frozen    bool       // the counter stands still, as on a copied key
	Residents []Resident // oldest first
}

// A Resident is a credential that is kept on the key.
type Resident struct {
	ID          []byte
	RPID        string
	UserID      []byte
	UserName    string
	DisplayName string
}

// A Key is one security key. It runs one command at a time.
type Key struct {
	touch     Touch
	transport string
	room      int
	protocols []int
	now       func() time.Time

	mu      sync.Mutex // held by a command, but not while it waits for a touch
	state   State
	since   time.Time // plugged in
	pins    pins
	next    *series
	listing listing
}

// New checks cfg and returns a key that has just been plugged in.
func New(cfg Config) (*Key, error) {
	if cfg.Touch == nil {
		return nil, errors.New("softkey: Config.Touch is missing")
	}
	if cfg.Transport != "usb" && cfg.Transport != "nfc" {
		return nil, fmt.Errorf("softkey: no transport %q", cfg.Transport)
	}
	if cfg.Room == 0 {
		cfg.Room = DefaultRoom
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
	k := &Key{touch: cfg.Touch, transport: cfg.Transport, room: cfg.Room, protocols: cfg.Protocols, now: cfg.Now}
	if cfg.State == nil {
		k.state = blank()
	} else {
		k.state = cfg.State.clone()
		if len(k.state.Secret) != secretSize {
			return nil, errors.New("softkey: Config.State has no secret")
		}
	}
	k.PlugIn()
	return k, nil
}

const secretSize = 32

func blank() State {
	s := State{Secret: make([]byte, secretSize), PINTries: pinTries}
	_, _ = rand.Read(s.Secret) // never fails, as documented
	return s
}

func (s State) clone() State {
	out := s
	out.Secret = append([]byte(nil), s.Secret...)
	out.PINHash = append([]byte(nil), s.PINHash...)
	out.Residents = append([]Resident(nil), s.Residents...)
	return out
}

// State returns a copy of what the key remembers.
func (k *Key) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state.clone()
}

// PlugIn does what plugging a key in does: PIN tokens are void, three wrong PINs
// in a row are forgiven, and it can be reset for a while.
func (k *Key) PlugIn() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.since = k.now()
	k.next = nil
	k.pins.powerUp()
}

// SetPIN gives a key without a PIN one, as a person would have done at home.
func (k *Key) SetPIN(pin string) error {
	pin = norm.NFC.String(pin) // as a host sends it (CTAP section 6.5.1)
	if st := checkPIN(pin); st != ok {
		return errors.New("softkey: a PIN has at least 4 characters and at most 63 bytes")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.state.PINHash) > 0 {
		return errors.New("softkey: the key has a PIN")
	}
	k.state.setPIN(pin)
	return nil
}

// HasPIN tells whether a PIN is set.
func (k *Key) HasPIN() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.state.PINHash) > 0
}

// Freeze makes the signature counter stand still, as that of a copied key seems to
// whoever has the other copy, or lets it count again.
func (k *Key) Freeze(frozen bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Frozen = frozen
}

// CBOR runs one CTAP2 command: a command byte and its parameters in, a status byte
// and the answer out (CTAP section 8.1.2). It is a ctaphid.Backend.
func (k *Key) CBOR(ctx context.Context, request []byte, report func(ctaphid.Status)) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(request) == 0 {
		return []byte{byte(invalidLength)}, nil
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
