package virtual

import (
	"context"
	"sync"
	"time"

	"nightlatch/fido/softkey"
)

// A hand touches a key, or pulls it out while it blinks. It is a softkey.Touch.
type hand struct {
	gate  *softkey.Gate
	touch softkey.Poller // the gate, or the card in front of it, which counts being tapped too
	pull  func() bool    // pulls the key out soon; false: it is out already

	mu      sync.Mutex
	pulls   bool // at the next touch that is asked for
	pulling bool
}

// Wait waits until the key is touched, or until it was pulled out instead.
func (h *hand) Wait(ctx context.Context) error {
	if !h.take() {
		return h.touch.Wait(ctx)
	}
	<-ctx.Done()
	return ctx.Err()
}

// Poll tells whether the key was touched.
func (h *hand) Poll() bool { return !h.take() && h.touch.Poll() }

// take pulls the key out, if that is what it was told to do.
func (h *hand) take() bool {
	h.mu.Lock()
	pulling, begin := h.pulling, h.pulls && !h.pulling
	h.pulling = pulling || begin
	h.mu.Unlock()
	if !begin || h.pull() {
		return pulling || begin
	}
	h.done()
	return false
}

// done is called once the key is out.
func (h *hand) done() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pulls, h.pulling = false, false
}

func (h *hand) setPulls(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pulls = on
}

// see tells whether the key will be pulled out, and whether it waits for a touch.
func (h *hand) see() (pulls, waiting bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pulls, h.pulling || h.gate.Waiting()
}

// blinkFor is how long a key blinks before it is pulled out, if a person is to see
// it.
const blinkFor = 700 * time.Millisecond

// pullSoon pulls a key out when it has blinked for a while.
func (b *Bench) pullSoon(s *slot) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := s.plug
	if p == nil {
		return false
	}
	b.pulls.Go(func() {
		b.bell.ring() // it blinks
		if b.linger > 0 {
			<-time.After(blinkFor)
		}
		b.mu.Lock()
		mine := s.plug == p // nobody else pulled it meanwhile
		if mine {
			s.plug = nil
		}
		b.mu.Unlock()
		if mine {
			_ = p.close() // what closing it reports is nobody's to mend
		}
		s.hand.done()
		b.bell.ring()
	})
	return true
}
