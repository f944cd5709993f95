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
	// newReader is the name of the reader that is none: it changes when readers
	// come and go.
	newReader = `\\?PnP?\Notification`
	// A wait lasts from firstWait after a change up to longestWait, twice as long each
	// time. libpcsclite (1.9.9) reads the states and then asks to be told of changes;
	// what happens in between it does not tell, and the next wait finds it. It is most
	// likely shortly after a change: readers come one by one as the service starts.
	firstWait   = 250 * time.Millisecond
	longestWait = time.Minute
	// retryAfter is how long an absent service is left alone.
	retryAfter = 2 * time.Second
	// cancelEvery is how often a wait is cancelled until it ends: a cancel that
	// comes before the wait has begun is lost.
	cancelEvery = 20 * time.Millisecond
)

// waiting is held while one Watch runs. scard keeps the names it hands to C by
// name, so two waits for the same reader would take them from each other.
var waiting = make(chan struct{}, 1)

// Watch calls show with the slots of all readers now and after each change, until
// ctx ends; with fido.ErrNoReaderService while there is no service. It waits for
// changes, it does not look for them. A second Watch of the same process waits for
// the first to end.
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
		if worked { // why it broke off is told better by what comes next
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

// watch is Watch until the service fails.
func watch(ctx context.Context, show func([]nfc.Slot)) error {
	service, err := scard.EstablishContext()
	if err != nil {
		return explain("reaching the service", err)
	}
	defer func() { _ = service.Release() }() // it may be gone
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
	wait := time.Duration(0) // without readers there is nothing that changes at once
	for first := true; ctx.Err() == nil; {
		if states, err = current(service, states); err != nil {
			return err
		}
		err = service.GetStatusChange(states, wait)
		switch {
		case err == nil:
			wait = 0
		case errors.Is(err, scard.ErrUnknownReader): // it went meanwhile
			continue
		case errors.Is(err, scard.ErrCancelled):
			return nil
		case errors.Is(err, scard.ErrTimeout): // which leaves the states empty
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

// cancel ends the wait when ctx does.
func cancel(ctx context.Context, service *scard.Context, ended <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-ended:
		return
	}
	tick := time.NewTicker(cancelEvery)
	defer tick.Stop()
	for {
		_ = service.Cancel() // it may have ended just now
		select {
		case <-tick.C:
		case <-ended:
			return
		}
	}
}

// current brings the list of readers up to date and keeps what is known of those
// that stayed.
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

// look says what the states mean.
func look(states []scard.ReaderState) []nfc.Slot {
	slots := make([]nfc.Slot, 0, len(states))
	for _, s := range states[1:] {
		slots = append(slots, nfc.Slot{
			Reader: s.Reader,
			Card:   s.EventState&scard.StatePresent != 0,
			Deaf:   s.EventState&scard.StateMute != 0,
			Taken:  s.EventState&scard.StateExclusive != 0,
			Events: int(s.EventState >> 16),
		})
	}
	return slots
}
