package bridge

import (
	"context"
	"sync"
	"time"

	"nightlatch/fido/nfc"
)

// releaseAfter is how long a card is kept after a command. The commands of one
// ceremony that belong together follow each other faster.
const releaseAfter = time.Second

// A sharer is a card that other programs can be kept off (SCardBeginTransaction).
type sharer interface {
	Begin() error
	End() error
}

// A hold keeps other programs off a card while commands run and shortly after.
type hold struct {
	card sharer // nil: nobody else has the card

	mu    sync.Mutex
	held  bool
	busy  bool       // a command runs
	since time.Time  // of the last command's end
	begun chan error // the answer to a Begin that was given up waiting for
	timer *time.Timer
}

func (h *hold) init(card nfc.Card) {
	h.card, _ = card.(sharer)
	h.timer = time.AfterFunc(releaseAfter, h.release)
	h.timer.Stop()
}

// take keeps others off the card, waiting for those that have it. anew says that
// they may have had it since the last command.
func (h *hold) take(ctx context.Context) (anew bool, err error) {
	if h.card == nil {
		return false, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timer.Stop()
	h.busy = true
	if h.held {
		return false, nil
	}
	if h.begun == nil {
		begun := make(chan error, 1)
		h.begun = begun
		go func() { begun <- h.card.Begin() }()
	}
	select {
	case err := <-h.begun:
		h.begun = nil
		h.held, h.busy = err == nil, err == nil
		return true, err
	case <-ctx.Done():
		h.busy = false
		return false, ctx.Err()
	}
}

// keep lets others have the card if no command follows soon.
func (h *hold) keep() {
	if h.card == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy, h.since = false, time.Now()
	h.timer.Reset(releaseAfter)
}

func (h *hold) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held && !h.busy && time.Since(h.since) >= releaseAfter {
		h.held = false
		_ = h.card.End() // if the card is gone, the next command says so
	}
}

// end is release, at once and for good. It waits for a Begin that was given up.
func (h *hold) end() {
	if h.card == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timer.Stop()
	if h.begun != nil {
		h.held = <-h.begun == nil
		h.begun = nil
	}
	if h.held {
		h.held = false
		_ = h.card.End()
	}
}
