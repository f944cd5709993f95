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

// A work is the bridge at work: it follows the readers and keeps a session with
// each key that lies on one.
type work struct {
	b      *Bridge
	stop   context.CancelFunc
	looked chan struct{} // closed once the readers were seen
	broken chan *session // those that broke off

	// Of the loop alone.
	places []*place
	err    error // what keeps the readers from being seen
}

// A place is a reader and what lies on it.
type place struct {
	slot    nfc.Slot
	state   fido.ReaderState
	session *session // nil unless the state is ReaderReady
	tries   int      // left for a card that lies there and cannot be made out
}

// A card that cannot be made out lies badly, or was swapped faster than its reader
// noticed. It is tried again for a while, without the reader's telling.
const (
	maxTries = 10
	tryEvery = 500 * time.Millisecond
)

// A sight is what was seen of the readers.
type sight struct {
	slots []nfc.Slot
	err   error
}

// newWork begins. It is called with the bridge locked.
func newWork(b *Bridge) *work {
	ctx, stop := context.WithCancel(context.Background())
	w := &work{b: b, stop: stop, looked: make(chan struct{}), broken: make(chan *session)}
	sights := make(chan sight)
	b.working.Go(func() {
		b.cfg.Readers.Watch(ctx, func(slots []nfc.Slot, err error) {
			select {
			case sights <- sight{slots, err}:
			case <-ctx.Done():
			}
		})
	})
	b.working.Go(func() {
		w.loop(ctx, sights)
		stop()
		for _, p := range w.places {
			p.leave()
		}
	})
	return w
}

func (w *work) loop(ctx context.Context, sights <-chan sight) {
	idle := time.NewTimer(w.b.cfg.Linger)
	defer idle.Stop()
	var again <-chan time.Time
	for first := true; ; {
		select {
		case <-ctx.Done():
			return
		case s := <-sights:
			w.follow(ctx, s)
		case <-again:
			again = nil
			w.try(ctx)
		case s := <-w.broken:
			w.renew(ctx, s)
		case <-idle.C:
			if w.b.rest() {
				return
			}
			idle.Reset(w.b.cfg.Linger - w.b.idle())
			continue
		}
		if again == nil && slices.ContainsFunc(w.places, func(p *place) bool { return p.tries > 0 }) {
			again = time.After(tryEvery)
		}
		w.b.publish(w, w.picture())
		if first {
			first = false
			close(w.looked)
		}
	}
}

// follow brings the places up to date with what was seen.
func (w *work) follow(ctx context.Context, s sight) {
	w.err = s.err
	var places []*place
	for _, slot := range s.slots {
		i := slices.IndexFunc(w.places, func(p *place) bool { return p.slot.Reader == slot.Reader })
		p := &place{}
		if i >= 0 {
			p = w.places[i]
			w.places = slices.Delete(w.places, i, i+1)
		}
		another := p.slot.Events != slot.Events || p.slot.Reader == "" || !slot.Card
		if another && p.session != nil {
			p.leave()
		}
		if p.session == nil && p.slot != slot {
			p.slot = slot
			w.examine(ctx, p, maxTries)
		}
		p.slot = slot
		places = append(places, p)
	}
	for _, p := range w.places { // their readers are gone
		p.leave()
	}
	w.places = places
}

// renew is for a session that broke off: the card may lie there still.
func (w *work) renew(ctx context.Context, s *session) {
	i := slices.IndexFunc(w.places, func(p *place) bool { return p.session == s })
	if i < 0 {
		return
	}
	w.places[i].leave()
	w.examine(ctx, w.places[i], maxTries)
}

// try looks once more at the cards that could not be made out.
func (w *work) try(ctx context.Context) {
	for _, p := range w.places {
		if p.tries > 0 {
			w.examine(ctx, p, p.tries-1)
		}
	}
}

// examine finds out what lies on a reader. If it cannot be made out, tries are what
// is left.
func (w *work) examine(ctx context.Context, p *place, tries int) {
	var err error
	switch {
	case !p.slot.Card:
		err = fido.ErrNoCard
	case p.slot.Deaf:
		err = fido.ErrNotFIDOCard
	case p.slot.Taken:
		err = fido.ErrBusy
	default:
		p.session, err = w.open(ctx, p.slot.Reader)
	}
	p.state, p.tries = stateOf(err), 0
	if errors.Is(err, fido.ErrInterrupted) {
		p.tries = tries
	}
}

// stateOf is the state of a reader whose card could not be used for that reason.
func stateOf(err error) fido.ReaderState {
	switch {
	case err == nil:
		return fido.ReaderReady
	case errors.Is(err, fido.ErrBusy):
		return fido.ReaderBusy
	case errors.Is(err, fido.ErrNoCard), errors.Is(err, fido.ErrRemoved), errors.Is(err, fido.ErrInterrupted),
		errors.Is(err, fido.ErrNoReader), errors.Is(err, fido.ErrNoReaderService):
		return fido.ReaderEmpty // as good as, and the next sight says more
	case errors.Is(err, fido.ErrUnsupported):
		return fido.ReaderUnsupported
	default:
		return fido.ReaderNotFIDO
	}
}

// leave ends the session of a place.
func (p *place) leave() {
	if p.session != nil {
		p.session.close()
		p.session = nil
	}
}

// picture is what can be seen from outside.
func (w *work) picture() picture {
	var p picture
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
	case len(w.places) == 0:
		p.reader.State = fido.NoReader
		return p
	}
	best := slices.MaxFunc(w.places, func(a, b *place) int { return cmp.Compare(a.state, b.state) })
	p.reader = fido.Reader{State: best.state, Name: best.slot.Reader}
	for _, at := range w.places {
		if at.session != nil {
			p.devices = append(p.devices, fido.Device{
				Path:      at.session.path(),
				Transport: fido.NFC,
				Product:   at.slot.Reader,
			})
		}
	}
	return p
}
