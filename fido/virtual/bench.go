// Package virtual is a bench of virtual security keys: each a softkey behind
// CTAPHID behind a pseudo-terminal, so that any program on this machine that uses
// libfido2 finds it at its path and takes it for a key. The lab plugs them in,
// touches them and pulls them out; tests do the same.
//
// Linux only; elsewhere Plug returns ErrUnsupported.
package virtual

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
)

// What the bench refuses.
var (
	ErrUnsupported = pty.ErrUnsupported
	ErrUnknown     = errors.New("virtual: no such key")
	ErrUnplugged   = errors.New("virtual: the key is not plugged in")
	ErrPlugged     = errors.New("virtual: the key is plugged in")
	ErrFull        = errors.New("virtual: no place left on the bench")
	ErrClosed      = errors.New("virtual: the bench is closed")
	ErrTransport   = errors.New("virtual: a key is reached over usb or nfc")
	ErrPIN         = errors.New("virtual: a PIN has at least 4 characters and at most 63 bytes")
)

// Supported tells whether this system has virtual keys.
const Supported = pty.Supported

// places is how many keys a bench holds, plugged in or not; libfido2 looks at no
// more than that.
const places = 64

// DefaultLinger is how long a finger rests on a key that does not wait yet.
const DefaultLinger = 2 * time.Second

// Manufacturer is who virtual keys say they are made by.
const Manufacturer = "Nightlatch lab"

// Config says how the bench behaves.
type Config struct {
	Linger time.Duration    // see softkey.Gate; 0 means DefaultLinger, less means none
	Now    func() time.Time // the keys' clock; nil means time.Now
}

// A Bench holds virtual keys. It may be used by several goroutines.
type Bench struct {
	linger time.Duration
	now    func() time.Time
	bell   *bell

	mu     sync.Mutex
	last   int
	closed bool
	slots  []*slot
}

// A slot is one key's place on the bench. Its plug is guarded by the bench's lock.
type slot struct {
	id, name, transport string

	gate *softkey.Gate
	key  *softkey.Key
	plug *plug // nil while the key is not plugged in
}

// New returns an empty bench.
func New(cfg Config) (*Bench, error) {
	switch {
	case cfg.Linger == 0:
		cfg.Linger = DefaultLinger
	case cfg.Linger < 0:
		cfg.Linger = 0
	}
	return &Bench{linger: cfg.Linger, now: cfg.Now, bell: newBell()}, nil
}

// Plug makes a new key and plugs it in. transport is "usb" or "nfc"; an empty pin
// leaves the key without one.
func (b *Bench) Plug(name, transport, pin string) (Key, error) {
	if transport != fido.USB && transport != fido.NFC {
		return Key{}, fmt.Errorf("%w, not %q", ErrTransport, transport)
	}
	gate := &softkey.Gate{Linger: b.linger, Changed: b.bell.ring}
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: transport, Now: b.now})
	if err != nil {
		return Key{}, fmt.Errorf("virtual: making a key: %w", err)
	}
	if pin != "" && key.SetPIN(pin) != nil {
		return Key{}, ErrPIN
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return Key{}, ErrClosed
	case len(b.slots) >= places:
		return Key{}, ErrFull
	}
	s := &slot{name: name, transport: transport, gate: gate, key: key}
	if err := b.plugIn(s); err != nil {
		return Key{}, err
	}
	b.last++
	s.id = "key-" + strconv.Itoa(b.last)
	b.slots = append(b.slots, s)
	return s.see(), nil
}

// Replug plugs a key in again. It has its credentials still, and a new path.
func (b *Bench) Replug(id string) (Key, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.find(id)
	switch {
	case err != nil:
		return Key{}, err
	case s.plug != nil:
		return Key{}, ErrPlugged
	}
	s.key.PlugIn()
	if err := b.plugIn(s); err != nil {
		return Key{}, err
	}
	return s.see(), nil
}

// plugIn is called with the bench locked.
func (b *Bench) plugIn(s *slot) error {
	p, err := newPlug(s.key)
	if err != nil {
		return err
	}
	s.plug = p
	b.bell.ring()
	return nil
}

// Unplug pulls a key out, whatever it is doing. Programs that have it open see it
// gone.
func (b *Bench) Unplug(id string) error {
	b.mu.Lock()
	s, err := b.find(id)
	if err == nil && s.plug == nil {
		err = ErrUnplugged
	}
	if err != nil {
		b.mu.Unlock()
		return err
	}
	p := s.plug
	s.plug = nil
	b.mu.Unlock()
	return b.pull(p)
}

func (b *Bench) pull(p *plug) error {
	defer b.bell.ring()
	return p.close()
}

// Remove takes a key off the bench for good, and its credentials with it.
func (b *Bench) Remove(id string) error {
	b.mu.Lock()
	s, err := b.find(id)
	if err != nil {
		b.mu.Unlock()
		return err
	}
	p := s.plug
	s.plug = nil
	b.slots = slices.DeleteFunc(b.slots, func(o *slot) bool { return o == s })
	b.mu.Unlock()
	if p == nil {
		b.bell.ring()
		return nil
	}
	return b.pull(p)
}

// Touch touches a key that is plugged in.
func (b *Bench) Touch(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.find(id)
	switch {
	case err != nil:
		return err
	case s.plug == nil:
		return ErrUnplugged
	}
	s.gate.Touch()
	return nil
}

// SetAutoTouch makes a key touch itself, or stops that.
func (b *Bench) SetAutoTouch(id string, on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.find(id)
	if err != nil {
		return err
	}
	s.gate.SetAuto(on)
	b.bell.ring()
	return nil
}

// Freeze makes a key's signature counter stand still, as that of a key that was
// copied seems to, or lets it count again (R34).
func (b *Bench) Freeze(id string, on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.find(id)
	if err != nil {
		return err
	}
	s.key.Freeze(on)
	return nil
}

// Changed returns a channel that is closed at the next change of anything that
// List shows. Ask again after each.
func (b *Bench) Changed() <-chan struct{} { return b.bell.next() }

// Close pulls all keys out and forgets them, for good.
func (b *Bench) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	return b.Reset()
}

// Reset pulls all keys out and forgets them.
func (b *Bench) Reset() error {
	b.mu.Lock()
	slots := b.slots
	b.slots = nil
	b.mu.Unlock()
	var errs []error
	for _, s := range slots { // no longer on the bench, so nobody else has them
		if s.plug != nil {
			errs = append(errs, s.plug.close())
		}
	}
	b.bell.ring()
	return errors.Join(errs...)
}

func (b *Bench) find(id string) (*slot, error) {
	for _, s := range b.slots {
		if s.id == id {
			return s, nil
		}
	}
	return nil, ErrUnknown
}
