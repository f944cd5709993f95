package virtual

import (
	"context"
	"sync"
	"time"

	"nightlatch/fido/softkey"
)

// A toucher touches a key, or unplugs it while it waits for a touch. It is a
// softkey.Touch.
type toucher struct {
	gate  *softkey.Gate
	touch softkey.Poller // the gate, or the applet of an NFC key, for which a tap counts too
	pull  func() bool    // unplugs the key soon; false if it is unplugged already

	mu      sync.Mutex
	pulls   bool // the key is unplugged the next time it waits for a touch
	pulling bool
}

// Wait waits until the key is touched or unplugged.
func (h *toucher) Wait(ctx context.Context) error {
	if !h.take() {
		return h.touch.Wait(ctx)
	}
	<-ctx.Done()
	return ctx.Err()
}

// Poll reports whether the key was touched.
func (h *toucher) Poll() bool { return !h.take() && h.touch.Poll() }

// take starts unplugging the key if PullOnTouch is set.
func (h *toucher) take() bool {
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

// done is called after the key was unplugged.
func (h *toucher) done() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pulls, h.pulling = false, false
}

func (h *toucher) setPulls(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pulls = on
}

// snapshot reports whether the key will be unplugged, and whether it waits for a touch.
func (h *toucher) snapshot() (pulls, waiting bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pulls, h.pulling || h.gate.Waiting()
}

// blinkFor is how long a key blinks before it is unplugged, so that the user sees it.
const blinkFor = 700 * time.Millisecond

// pullSoon unplugs a key after it has blinked for a while.
func (b *Bench) pullSoon(s *slot) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := s.plug
	if p == nil {
		return false
	}
	b.pulls.Go(func() {
		b.changes.notify() // it blinks
		if b.linger > 0 {
			<-time.After(blinkFor)
		}
		b.mu.Lock()
		mine := s.plug == p // not unplugged meanwhile
		if mine {
			s.plug = nil
		}
		b.mu.Unlock()
		if mine {
			_ = p.close() // no caller could handle the error
		}
		s.toucher.done()
		b.changes.notify()
	})
	return true
}
