package bridge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
)

// A worker follows the readers and keeps a session with each key on one.
type worker struct {
	b      *Bridge
	stop   context.CancelFunc
	looked chan struct{} // closed after the readers were listed once
	silent chan struct{} // closed after a listing has waited for looked too long
	broken chan *session // sessions that failed

	// Guarded by b.mu: whether looked and silent are closed.
	answered, late bool

	// Used by the loop only.
	slots []*slot
	err   error // why the readers cannot be listed
}

// A slot is a reader and the card on it.
type slot struct {
	listed  nfc.Slot
	state   fido.ReaderState
	session *session // nil unless state is ReaderReady
	tries   int      // left for a card that cannot be examined
}

// If a card cannot be examined, it is badly placed or was swapped faster than the reader
// noticed. The reader then sends no event, so the card is examined again a few times.
const (
	maxTries = 10
	tryEvery = 500 * time.Millisecond
)

// A listing is one listing of the readers.
type listing struct {
	slots []nfc.Slot
	err   error
}

// newWorker starts a worker. b.mu must be locked.
func newWorker(b *Bridge) *worker {
	ctx, stop := context.WithCancel(context.Background())
	w := &worker{b: b, stop: stop, looked: make(chan struct{}), silent: make(chan struct{}), broken: make(chan *session)}
	listings := make(chan listing)
	b.working.Go(func() {
		b.cfg.Readers.Watch(ctx, func(slots []nfc.Slot, err error) {
			select {
			case listings <- listing{slots, err}:
			case <-ctx.Done():
			}
		})
	})
	b.working.Go(func() {
		w.loop(ctx, listings)
		stop()
		for _, p := range w.slots {
			p.leave()
		}
	})
	return w
}

func (w *worker) loop(ctx context.Context, listings <-chan listing) {
	idle := time.NewTimer(w.b.cfg.Linger)
	defer idle.Stop()
	var again <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-listings:
			w.follow(ctx, s)
		case <-again:
			again = nil
			w.try(ctx)
		case s := <-w.broken:
			w.renew(ctx, s)
		case <-idle.C:
			if w.b.stopIfIdle() {
				return
			}
			idle.Reset(w.b.cfg.Linger - w.b.idle())
			continue
		}
		if again == nil && slices.ContainsFunc(w.slots, func(p *slot) bool { return p.tries > 0 }) {
			again = time.After(tryEvery)
		}
		w.b.publish(w, w.snapshot())
	}
}

// follow updates the slots from a listing.
func (w *worker) follow(ctx context.Context, s listing) {
	w.err = s.err
	var slots []*slot
	for _, listed := range s.slots {
		i := slices.IndexFunc(w.slots, func(p *slot) bool { return p.listed.Reader == listed.Reader })
		p := &slot{}
		if i >= 0 {
			p = w.slots[i]
			w.slots = slices.Delete(w.slots, i, i+1)
		}
		another := p.listed.Events != listed.Events || p.listed.Reader == "" || !listed.Card
		if another && p.session != nil {
			p.leave()
		}
		if p.session == nil && p.listed != listed {
			p.listed = listed
			w.examine(ctx, p, maxTries)
		}
		p.listed = listed
		slots = append(slots, p)
	}
	for _, p := range w.slots { // their readers were unplugged
		p.leave()
	}
	w.slots = slots
}

// renew handles a failed session. The card may still be there.
func (w *worker) renew(ctx context.Context, s *session) {
	i := slices.IndexFunc(w.slots, func(p *slot) bool { return p.session == s })
	if i < 0 {
		return
	}
	w.slots[i].leave()
	w.examine(ctx, w.slots[i], maxTries)
}

// try examines again the cards that could not be examined.
func (w *worker) try(ctx context.Context) {
	for _, p := range w.slots {
		if p.tries > 0 {
			w.examine(ctx, p, p.tries-1)
		}
	}
}

// examine finds out what card is on a reader. tries is how often it may be repeated if
// that fails.
func (w *worker) examine(ctx context.Context, p *slot, tries int) {
	var err error
	switch {
	case !p.listed.Card:
		err = fido.ErrNoCard
	case p.listed.Unresponsive:
		err = fido.ErrNotFIDOCard
	case p.listed.InUse:
		err = fido.ErrBusy
	default:
		p.session, err = w.open(ctx, p.listed.Reader)
	}
	p.state, p.tries = stateOf(err), 0
	if errors.Is(err, fido.ErrInterrupted) {
		p.tries = tries
	}
}

// stateOf returns the state of a reader whose card could not be used because of err.
func stateOf(err error) fido.ReaderState {
	switch {
	case err == nil:
		return fido.ReaderReady
	case errors.Is(err, fido.ErrBusy):
		return fido.ReaderBusy
	case errors.Is(err, fido.ErrNoCard), errors.Is(err, fido.ErrRemoved), errors.Is(err, fido.ErrInterrupted),
		errors.Is(err, fido.ErrNoReader), errors.Is(err, fido.ErrNoReaderService):
		return fido.ReaderEmpty // treat the reader as empty until the next listing
	case errors.Is(err, fido.ErrUnsupported):
		return fido.ReaderUnsupported
	default:
		return fido.ReaderNotFIDO
	}
}

// leave ends the session of a slot.
func (p *slot) leave() {
	if p.session != nil {
		p.session.close()
		p.session = nil
	}
}

// snapshot returns the state of all readers.
func (w *worker) snapshot() snapshot {
	var p snapshot
	switch {
	case errors.Is(w.err, fido.ErrUnsupported):
		p.reader.State = fido.ReaderUnsupported
		return p
	case errors.Is(w.err, fido.ErrNoPermission):
		p.reader.State = fido.ReaderDenied
		return p
	case w.err != nil:
		p.reader.State = fido.NoReaderService
		return p
	case len(w.slots) == 0:
		p.reader.State = fido.NoReader
		return p
	}
	best := slices.MaxFunc(w.slots, func(a, b *slot) int { return cmp.Compare(a.state, b.state) })
	p.reader = fido.Reader{State: best.state, Name: best.listed.Reader}
	for _, at := range w.slots {
		if at.session != nil {
			p.devices = append(p.devices, fido.Device{
				Path:      at.session.path(),
				Transport: fido.NFC,
				Product:   at.listed.Reader,
			})
		}
	}
	return p
}
