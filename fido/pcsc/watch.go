//go:build linux && cgo && !nopcsc

package pcsc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ebfe/scard"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
)

const (
	// newReader is PC/SC's pseudo-reader whose state changes when readers are plugged
	// in or unplugged.
	newReader = `\\?PnP?\Notification`
	// A wait lasts firstWait after a change and doubles up to longestWait. libpcsclite
	// (1.9.9) reads the states, then subscribes to changes, and misses changes in
	// between. The next wait finds them. They are most likely shortly after a change:
	// readers appear one by one when the service starts.
	firstWait   = 250 * time.Millisecond
	longestWait = time.Minute
	// retryAfter is the delay before connecting to an absent service again.
	retryAfter = 2 * time.Second
	// cancelEvery is the interval at which a wait is cancelled until it ends: a cancel
	// before the wait has begun is lost.
	cancelEvery = 20 * time.Millisecond
)

// waiting is a lock: only one Watch runs at a time. scard stores the C strings it passes
// to libpcsclite by reader name, so two waits for one reader would conflict.
var waiting = make(chan struct{}, 1)

// Watch calls show with the slots of all readers now and after each change until ctx
// ends, or with fido.ErrNoReaderService while there is no service. It waits for events
// and does not poll. A second Watch in the same process waits for the first to end.
func (System) Watch(ctx context.Context, show func([]nfc.Slot, error)) {
	select {
	case waiting <- struct{}{}:
		defer func() { <-waiting }()
	case <-ctx.Done():
		return
	}
	var said error
	for worked := false; ctx.Err() == nil; {
		err := watch(ctx, func(slots []nfc.Slot) {
			worked, said = true, nil
			show(slots, nil)
		})
		if ctx.Err() != nil {
			return
		}
		if worked { // the next attempt gives a better error
			worked = false
			continue
		}
		if said == nil || said.Error() != err.Error() {
			said = err
			show(nil, err)
		}
		pause := time.NewTimer(retryAfter)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
}

// watch does the work of Watch until the service fails.
func watch(ctx context.Context, show func([]nfc.Slot)) error {
	service, err := scard.EstablishContext()
	if err != nil {
		return explain("reaching the service", err)
	}
	defer func() { _ = service.Release() }() // the service may have stopped
	ended := make(chan struct{})
	cancelled := make(chan struct{})
	go func() {
		defer close(cancelled)
		cancel(ctx, service, ended)
	}()
	defer func() {
		close(ended)
		<-cancelled
	}()

	states := []scard.ReaderState{{Reader: newReader}}
	var last []nfc.Slot
	wait := time.Duration(0) // without readers, no change is likely to be missed
	for first := true; ctx.Err() == nil; {
		if states, err = current(service, states); err != nil {
			return err
		}
		err = service.GetStatusChange(states, wait)
		switch {
		case err == nil:
			wait = 0
		case errors.Is(err, scard.ErrUnknownReader): // it was unplugged meanwhile
			continue
		case errors.Is(err, scard.ErrCancelled):
			return nil
		case errors.Is(err, scard.ErrTimeout): // a timeout leaves the states empty
			for i := range states {
				states[i].EventState = states[i].CurrentState
			}
		default:
			return explain("waiting for a change", err)
		}
		wait = min(max(2*wait, firstWait), longestWait)
		if slots := look(states); first || !slices.Equal(slots, last) {
			first, last = false, slots
			show(slots)
		}
	}
	return nil
}

// cancel cancels the wait when ctx ends.
func cancel(ctx context.Context, service *scard.Context, ended <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-ended:
		return
	}
	tick := time.NewTicker(cancelEvery)
	defer tick.Stop()
	for {
		_ = service.Cancel() // the wait may have ended already
		select {
		case <-tick.C:
		case <-ended:
			return
		}
	}
}

// current updates the list of readers and keeps the states of those that stayed.
func current(service *scard.Context, before []scard.ReaderState) ([]scard.ReaderState, error) {
	names, err := service.ListReaders()
	if err != nil {
		if err := explain("listing readers", err); !errors.Is(err, fido.ErrNoReader) {
			return nil, err
		}
	}
	states := []scard.ReaderState{{Reader: newReader}}
	for _, name := range names {
		s := scard.ReaderState{Reader: name}
		if i := slices.IndexFunc(before, func(b scard.ReaderState) bool { return b.Reader == name }); i > 0 {
			s.CurrentState = before[i].EventState &^ scard.StateChanged
		}
		states = append(states, s)
	}
	return states, nil
}

// look turns states into slots.
func look(states []scard.ReaderState) []nfc.Slot {
	slots := make([]nfc.Slot, 0, len(states))
	for _, s := range states[1:] {
		slots = append(slots, nfc.Slot{
			Reader:       s.Reader,
			Card:         s.EventState&scard.StatePresent != 0,
			Unresponsive: s.EventState&scard.StateMute != 0,
			InUse:        s.EventState&scard.StateExclusive != 0,
			Events:       int(s.EventState >> 16),
		})
	}
	return slots
}
