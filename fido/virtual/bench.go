// Package virtual manages virtual security keys, the lab's and the tests'. Each is a
// softkey. Keys can be plugged in, touched and unplugged.
//
// On Linux a key speaks CTAPHID on a pseudo-terminal, so every program on this computer
// that uses libfido2 can open it by its path like a USB key. Where there are no such
// terminals, or libfido2 is missing, a key is used in this process through fido/ctap2: see
// Bench.Open.
//
// An NFC key is a card: its commands pass as APDUs through fido/nfc and
// fido/nfc/applet. Putting it on the reader counts as one touch, within two minutes.
package virtual

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
)

// Errors of the bench.
var (
	ErrUnknown   = errors.New("virtual: unknown key")
	ErrUnplugged = errors.New("virtual: the key is not plugged in")
	ErrPlugged   = errors.New("virtual: the key is plugged in")
	ErrFull      = errors.New("virtual: the bench is full")
	ErrClosed    = errors.New("virtual: the bench is closed")
	ErrTransport = errors.New("virtual: the transport must be usb or nfc")
	ErrPIN       = softkey.ErrPIN      // too short or too long
	ErrNoPIN     = softkey.ErrNoPIN    // the action needs one
	ErrNoSensor  = softkey.ErrNoSensor // the action needs one
	ErrU2F       = softkey.ErrU2F      // a U2F key has no PIN and no discoverable credentials
	ErrKind      = errors.New("virtual: unknown kind of key")
)

// maxKeys is the maximum number of keys, plugged in or not. libfido2 lists at most that
// many devices.
const maxKeys = 64

// DefaultLinger is how long a touch lasts if the key does not wait for one yet.
const DefaultLinger = 2 * time.Second

// Manufacturer is the manufacturer that virtual keys report.
const Manufacturer = "Nightlatch lab"

// Config configures a Bench.
type Config struct {
	Linger time.Duration    // see softkey.Gate; 0 means DefaultLinger, negative means none
	Now    func() time.Time // the keys' clock; nil means time.Now

	// InProcess keeps the keys in this process, without a pseudo-terminal. It is always so
	// on systems other than Linux.
	InProcess bool
}

// A Bench holds virtual keys. It is safe for concurrent use.
type Bench struct {
	linger   time.Duration
	now      func() time.Time
	terminal bool // the keys get pseudo-terminals
	changes  *notifier

	pulls sync.WaitGroup // goroutines that are about to unplug a key

	mu     sync.Mutex
	last   int // the number of keys made
	closed bool
	slots  []*slot
}

// A slot holds one key. Bench.mu guards its variable fields.
type slot struct {
	id, name, transport string
	copyOf              string // ID of the key that it was copied from; "" for none

	toucher *toucher
	key     *softkey.Key
	card    *applet.Applet // of an NFC key; nil for USB
	plug    *plug          // nil while the key is not plugged in
	plugs   int            // how often it was plugged in
}

// New returns an empty bench.
func New(cfg Config) (*Bench, error) {
	switch {
	case cfg.Linger == 0:
		cfg.Linger = DefaultLinger
	case cfg.Linger < 0:
		cfg.Linger = 0
	}
	return &Bench{linger: cfg.Linger, now: cfg.Now, terminal: pty.Supported && !cfg.InProcess, changes: newNotifier()}, nil
}

// Plug makes a new FIDO2 key and plugs it in. transport is "usb" or "nfc"; pin is "" for
// a key without PIN.
func (b *Bench) Plug(name, transport, pin string) (Key, error) {
	return b.PlugNew(Spec{Name: name, Transport: transport, PIN: pin})
}

// A Spec describes a new key.
type Spec struct {
	Name      string
	Transport string       // fido.USB or fido.NFC
	Kind      softkey.Kind // "" means softkey.FIDO2
	PIN       string       // "" for none
	Capacity  int          // for discoverable credentials; 0 means softkey.DefaultCapacity
	NoTap     bool         // NFC only: putting it on the reader does not count as a touch
	Traits    softkey.Traits
}

// PlugNew makes a new key and plugs it in.
func (b *Bench) PlugNew(spec Spec) (Key, error) {
	switch {
	case spec.Transport != fido.USB && spec.Transport != fido.NFC:
		return Key{}, fmt.Errorf("%w, not %q", ErrTransport, spec.Transport)
	case spec.Kind == softkey.U2F && spec.PIN != "":
		return Key{}, ErrU2F
	}
	return b.place(spec, nil, "")
}

// Copy makes a key with the same secrets, credentials and signature counter as another
// (R34), and plugs it in.
func (b *Bench) Copy(id, name string) (Key, error) {
	b.mu.Lock()
	s, err := b.find(id)
	b.mu.Unlock()
	if err != nil {
		return Key{}, err
	}
	state := s.key.State()
	return b.place(Spec{Name: name, Transport: s.transport, Kind: s.key.Kind(), Capacity: s.key.Capacity(), Traits: s.key.Traits()}, &state, id)
}

// place makes a key and puts it into a new slot.
func (b *Bench) place(spec Spec, state *softkey.State, copyOf string) (Key, error) {
	s := &slot{name: spec.Name, transport: spec.Transport, copyOf: copyOf}
	gate := &softkey.Gate{Linger: b.linger, Changed: b.changes.notify}
	s.toucher = &toucher{gate: gate, touch: gate, pull: func() bool { return b.pullSoon(s) }}
	if spec.Transport == fido.NFC {
		s.card = applet.New(applet.Config{Touch: gate, NoTap: spec.NoTap, Now: b.now})
		s.toucher.touch = s.card
	}
	var err error
	s.key, err = softkey.New(softkey.Config{
		Touch: s.toucher, Kind: spec.Kind, Transport: spec.Transport, Capacity: spec.Capacity, State: state, Now: b.now, Traits: spec.Traits,
	})
	switch {
	case errors.Is(err, softkey.ErrKind):
		return Key{}, fmt.Errorf("%w: %q", ErrKind, spec.Kind)
	case err != nil:
		return Key{}, fmt.Errorf("virtual: making a key: %w", err)
	}
	if s.card != nil {
		s.card.Install(s.key)
	}
	if spec.PIN != "" {
		if err := s.key.SetPIN(spec.PIN); err != nil {
			return Key{}, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return Key{}, ErrClosed
	case len(b.slots) >= maxKeys:
		return Key{}, ErrFull
	}
	s.id = "key-" + strconv.Itoa(b.last+1)
	if err := b.plugIn(s); err != nil {
		return Key{}, err
	}
	b.last++
	b.slots = append(b.slots, s)
	return s.snapshot(), nil
}

// Replug plugs a key in again. It keeps its credentials and gets a new path.
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
	return s.snapshot(), nil
}

// ownPaths begins the paths of keys without a pseudo-terminal.
const ownPaths = "lab://"

// ownPath returns the path of a key without a pseudo-terminal. Like those of terminals, it
// is another one each time that the key is plugged in.
func ownPath(s *slot) string { return ownPaths + s.id + "/" + strconv.Itoa(s.plugs) }

// HasNoDevice reports whether a path is of a key without a pseudo-terminal, which only its own
// process can use.
func HasNoDevice(path string) bool { return strings.HasPrefix(path, ownPaths) }

// plugIn must be called with b.mu locked.
func (b *Bench) plugIn(s *slot) error {
	s.plugs++
	p, err := newPlug(s.key, s.card, ownPath(s), b.terminal)
	if err != nil {
		return err
	}
	s.plug = p
	b.changes.notify()
	return nil
}

// Unplug unplugs a key, even during a ceremony. Programs that have it open see that it
// was removed.
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
	defer b.changes.notify()
	return p.close()
}

// Remove deletes a key and its credentials.
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
		b.changes.notify()
		return nil
	}
	return b.pull(p)
}

// Changed returns a channel that is closed at the next change of what List returns.
// Call it again after each change.
func (b *Bench) Changed() <-chan struct{} { return b.changes.next() }

// Close deletes all keys. The bench cannot be used afterwards.
func (b *Bench) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	err := b.Reset()
	b.pulls.Wait()
	return err
}

// Reset deletes all keys.
func (b *Bench) Reset() error {
	b.mu.Lock()
	var plugs []*plug
	for _, s := range b.slots {
		if s.plug != nil {
			plugs = append(plugs, s.plug)
			s.plug = nil
		}
	}
	b.slots = nil
	b.mu.Unlock()
	var errs []error
	for _, p := range plugs {
		errs = append(errs, p.close())
	}
	b.changes.notify()
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
