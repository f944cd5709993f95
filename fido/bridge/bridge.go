// Package bridge makes security keys of cards on readers: each card with a FIDO
// application gets a pseudo-terminal that an unmodified libfido2 takes for a USB
// key (decision 15). While a key lies on a reader its path exists; when it is
// pulled, the path is gone.
//
// It works while somebody looks: while a channel of Changes is open, and for a
// while after the last use of any kind. Then it waits for the system to tell of
// changes, and asks for nothing.
package bridge

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
)

const (
	// DefaultLinger is how long keys stay connected that nobody looks at: long
	// enough for a person to find the PIN of one.
	DefaultLinger = 10 * time.Minute
	// firstLook is how long a listing waits for the readers' service.
	firstLook = 2 * time.Second
	// patience is how long Close waits for cards that another program holds.
	patience = 3 * time.Second
)

// Readers are smart card readers. fido/pcsc has the system's.
type Readers interface {
	// Watch calls show with all slots now and after each change, or with what
	// keeps it from seeing them, until ctx ends.
	Watch(ctx context.Context, show func(slots []nfc.Slot, err error))
	// Connect connects to the card on a reader.
	Connect(reader string) (nfc.Card, error)
}

// Config says what to bridge.
type Config struct {
	Readers Readers
	Linger  time.Duration // 0 means DefaultLinger
}

// A Bridge lists the keys on readers. It may be used by several goroutines.
type Bridge struct {
	cfg Config

	mu       sync.Mutex
	closed   bool
	watchers int
	used     time.Time
	work     *work // nil while nobody looks
	seen     picture
	bell     chan struct{} // closed at the next change of what is seen

	working sync.WaitGroup
}

// A picture is what can be seen of the readers.
type picture struct {
	devices []fido.Device
	reader  fido.Reader
}

// New checks cfg and returns a bridge, which does nothing yet.
func New(cfg Config) (*Bridge, error) {
	if cfg.Readers == nil {
		return nil, errors.New("bridge: Config.Readers is missing")
	}
	if cfg.Linger == 0 {
		cfg.Linger = DefaultLinger
	}
	return &Bridge{cfg: cfg, bell: make(chan struct{})}, nil
}

// Devices lists the keys that lie on readers. It is a fido.Lister. That there are
// no readers is no error: see Reader.
func (b *Bridge) Devices(ctx context.Context) ([]fido.Device, error) {
	return b.look(ctx).devices, nil
}

// Reader says how things stand, for fido.Config.Reader.
func (b *Bridge) Reader(ctx context.Context) fido.Reader { return b.look(ctx).reader }

// look starts the work if nobody did, waits for it to have seen the readers once,
// and returns what it sees now.
func (b *Bridge) look(ctx context.Context) picture {
	b.mu.Lock()
	w := b.start()
	b.mu.Unlock()
	if w == nil {
		return picture{}
	}
	late := time.NewTimer(firstLook)
	defer late.Stop()
	select {
	case <-w.looked:
	case <-late.C: // a service that hangs is none
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

// start notes that somebody looks. It is called with the bridge locked.
func (b *Bridge) start() *work {
	b.used = time.Now()
	if b.closed {
		return nil
	}
	if b.work == nil {
		b.work = newWork(b)
	}
	return b.work
}

// Changes tells when Devices or Reader may have something new to say, until ctx
// ends and the channel is closed. It is a fido.Changes.
func (b *Bridge) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	b.mu.Lock()
	b.start()
	b.watchers++
	bell := b.bell
	b.mu.Unlock()
	go func() {
		defer close(out)
		defer b.leave()
		for {
			select {
			case <-ctx.Done():
				return
			case <-bell:
			}
			b.mu.Lock()
			bell = b.bell
			b.mu.Unlock()
			select {
			case out <- struct{}{}:
			default: // the one before has not been heard yet
			}
		}
	}()
	return out
}

func (b *Bridge) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers--
	b.used = time.Now()
}

// touch notes that a key is in use.
func (b *Bridge) touch() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = time.Now()
}

// publish makes p, which w sees, what is seen.
func (b *Bridge) publish(w *work, p picture) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.work != w {
		return // it was told to stop
	}
	b.seen = p
	b.ring()
}

// ring tells of a change. It is called with the bridge locked.
func (b *Bridge) ring() {
	close(b.bell)
	b.bell = make(chan struct{})
}

// drop takes a key away by unplugging it, and from what is seen, in one: whoever
// finds the key gone does not see it listed.
func (b *Bridge) drop(path string, unplug func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	unplug()
	i := slices.IndexFunc(b.seen.devices, func(d fido.Device) bool { return d.Path == path })
	if i < 0 {
		return
	}
	b.seen.devices = slices.Delete(slices.Clone(b.seen.devices), i, i+1)
	if len(b.seen.devices) == 0 {
		b.seen.reader.State = fido.ReaderEmpty
	}
	b.ring()
}

// idle tells how long nobody has looked; nothing while somebody does.
func (b *Bridge) idle() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers > 0 {
		return 0
	}
	return time.Since(b.used)
}

// rest ends the work unless somebody has come to look meanwhile.
func (b *Bridge) rest() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers > 0 || time.Since(b.used) < b.cfg.Linger {
		return false
	}
	b.work, b.seen = nil, picture{}
	return true
}

// Close takes all keys away, for good, and waits until that is done; but no more than
// three seconds, since another program may hold a card that we wait for, and a window
// is to close all the same.
func (b *Bridge) Close() {
	b.mu.Lock()
	b.closed = true
	if b.work != nil {
		b.work.stop()
	}
	b.work, b.seen = nil, picture{}
	b.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.working.Wait()
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
	}
}
