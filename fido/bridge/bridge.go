// Package bridge makes NFC keys usable with libfido2, which supports USB keys only. Each
// card with a FIDO application gets a pseudo-terminal that behaves like a USB key
// (decision 15). Its path exists while the key is on the reader.
//
// The bridge works while a channel of Changes is open, and for Config.Linger after the
// last use. It waits for events of the system and does not poll.
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
	// DefaultLinger is how long unused keys stay connected: long enough for a user to
	// look up the PIN.
	DefaultLinger = 10 * time.Minute
	// firstLook is the maximum wait of a listing for the smart card service.
	firstLook = 2 * time.Second
	// patience is how long Close waits for cards that another program uses.
	patience = 3 * time.Second
)

// Readers are smart card readers. fido/pcsc has the system's.
type Readers interface {
	// Watch calls show with all slots now and after each change until ctx ends, or
	// with an error if they cannot be listed.
	Watch(ctx context.Context, show func(slots []nfc.Slot, err error))
	// Connect connects to the card on a reader.
	Connect(reader string) (nfc.Card, error)
}

// Config configures a Bridge.
type Config struct {
	Readers Readers
	Linger  time.Duration // 0 means DefaultLinger
}

// A Bridge lists the keys on readers. It is safe for concurrent use.
type Bridge struct {
	cfg Config

	mu       sync.Mutex
	closed   bool
	watchers int
	used     time.Time
	worker   *worker // nil while the bridge is unused
	seen     snapshot
	changed  chan struct{} // closed at the next change of the snapshot

	working sync.WaitGroup
}

// A snapshot is the state of all readers.
type snapshot struct {
	devices []fido.Device
	reader  fido.Reader
}

// New checks cfg and returns a bridge. It starts work at its first use.
func New(cfg Config) (*Bridge, error) {
	if cfg.Readers == nil {
		return nil, errors.New("bridge: Config.Readers is missing")
	}
	if cfg.Linger == 0 {
		cfg.Linger = DefaultLinger
	}
	return &Bridge{cfg: cfg, changed: make(chan struct{})}, nil
}

// Devices lists the keys on readers. It is a fido.Lister. Without readers the list is
// empty, without an error: see Reader.
func (b *Bridge) Devices(ctx context.Context) ([]fido.Device, error) {
	return b.look(ctx).devices, nil
}

// Reader returns the state of NFC, for fido.Config.Reader.
func (b *Bridge) Reader(ctx context.Context) fido.Reader { return b.look(ctx).reader }

// look starts the worker if necessary, waits until it has listed the readers once, and
// returns the current snapshot.
func (b *Bridge) look(ctx context.Context) snapshot {
	b.mu.Lock()
	w := b.start()
	b.mu.Unlock()
	if w == nil {
		return snapshot{}
	}
	late := time.NewTimer(firstLook)
	defer late.Stop()
	select {
	case <-w.looked:
	case <-w.silent:
	case <-late.C:
		b.giveUp(w)
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

// giveUp records that the service has not answered a listing in time. Later listings do
// not wait for it.
func (b *Bridge) giveUp(w *worker) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.answered || w.late || b.worker != w {
		return
	}
	w.late = true
	close(w.silent)
	b.seen = snapshot{reader: fido.Reader{State: fido.ReaderServiceSilent}}
	b.notify()
}

// start records a use and starts the worker if necessary. b.mu must be locked.
func (b *Bridge) start() *worker {
	b.used = time.Now()
	if b.closed {
		return nil
	}
	if b.worker == nil {
		b.worker = newWorker(b)
	}
	return b.worker
}

// Changes reports when the results of Devices or Reader may have changed. It is a
// fido.Changes.
func (b *Bridge) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	b.mu.Lock()
	b.start()
	b.watchers++
	changed := b.changed
	b.mu.Unlock()
	go func() {
		defer close(out)
		defer b.leave()
		for {
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
			b.mu.Lock()
			changed = b.changed
			b.mu.Unlock()
			select {
			case out <- struct{}{}:
			default: // a change is already waiting
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

// recordUse records a use.
func (b *Bridge) recordUse() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = time.Now()
}

// publish makes p the current snapshot, if w is still the worker.
func (b *Bridge) publish(w *worker, p snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !w.answered {
		w.answered = true
		close(w.looked)
	}
	if b.worker != w {
		return // w was stopped
	}
	b.seen = p
	b.notify()
}

// notify reports a change. b.mu must be locked.
func (b *Bridge) notify() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// drop unplugs a key and removes it from the snapshot under one lock. So a program that
// finds the key unplugged does not see it listed.
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
	b.notify()
}

// idle returns the time since the last use; 0 while a channel of Changes is open.
func (b *Bridge) idle() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers > 0 {
		return 0
	}
	return time.Since(b.used)
}

// stopIfIdle ends the worker unless the bridge was used meanwhile.
func (b *Bridge) stopIfIdle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers > 0 || time.Since(b.used) < b.cfg.Linger {
		return false
	}
	b.worker, b.seen = nil, snapshot{}
	return true
}

// Close unplugs all keys and waits until they are disconnected, but at most three
// seconds: another program may be using a card, and closing the window must not hang.
// The bridge cannot be used afterwards.
func (b *Bridge) Close() {
	b.mu.Lock()
	b.closed = true
	if b.worker != nil {
		b.worker.stop()
	}
	b.worker, b.seen = nil, snapshot{}
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
