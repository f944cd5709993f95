package bridge

import (
	"context"
	"sync"
	"time"

	"nightlatch/fido/nfc"
)

// releaseAfter is how long a card stays reserved after a command. Related commands of a
// ceremony follow each other faster.
const releaseAfter = time.Second

// A sharer is a card that can be reserved against other programs
// (SCardBeginTransaction).
type sharer interface {
	Begin() error
	End() error
}

// A hold reserves a card during commands and shortly after.
type hold struct {
	card sharer // nil if the card is not shared

	mu    sync.Mutex
	held  bool
	busy  bool       // a command is running
	since time.Time  // the end of the last command
	begun chan error // the result of a Begin whose caller no longer waits
	timer *time.Timer
}

func (h *hold) init(card nfc.Card) {
	h.card, _ = card.(sharer)
	h.timer = time.AfterFunc(releaseAfter, h.release)
	h.timer.Stop()
}

// take reserves the card. It waits while another program has it. anew reports that
// another program may have used it since the last command.
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

// keep releases the card after releaseAfter unless another command follows.
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
		_ = h.card.End() // if the card was removed, the next command reports it
	}
}

// end releases the card at once, for the last time. It waits for a pending Begin.
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
