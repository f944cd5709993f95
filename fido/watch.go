package fido

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Changes returns a channel that receives a value when the list of keys may have
// changed. The channel is closed when ctx ends.
type Changes func(ctx context.Context) <-chan struct{}

// Watch calls show with the list of keys now and after each change, until ctx ends.
// Calls do not overlap, and there is at most one per Config.Rest. If listing fails, show
// gets the error, and Watch continues. Watch returns nil.
func (c *Client) Watch(ctx context.Context, show func([]Device, error)) error {
	var last []Device
	var lastErr string
	first := true
	c.follow(ctx, func() bool {
		ds, err := c.Devices(ctx)
		if ctx.Err() != nil {
			return false
		}
		var text string
		if err != nil {
			text = err.Error()
		}
		if first || text != lastErr || !slices.Equal(ds, last) {
			first, last, lastErr = false, ds, text
			show(slices.Clone(ds), err)
		}
		return true
	})
	return nil
}

// follow calls look now and whenever the list of keys may have changed, at most once per
// Config.Rest, until look returns false or ctx ends.
func (c *Client) follow(ctx context.Context, look func() bool) {
	ctx, stop := context.WithCancel(ctx)
	var changed <-chan struct{}
	if c.changes != nil {
		changed = c.changes(ctx)
		defer func(changed <-chan struct{}) {
			for range changed { // until its goroutine has ended and closed it
			}
		}(changed)
	}
	defer stop()
	for look() {
		rest := time.NewTimer(c.rest)
		if changed != nil {
			select {
			case <-ctx.Done():
			case _, ok := <-changed:
				if !ok {
					changed = nil // no more events: look after each rest
				}
			}
		}
		select {
		case <-ctx.Done():
			rest.Stop()
			return
		case <-rest.C:
		}
		select {
		case <-changed: // combine the changes of that time
		default:
		}
	}
}

// CombineChanges reports the changes of all given sources. If a source closes its
// channel before ctx ends, it reports a change every second instead. Nil sources are
// ignored.
func CombineChanges(all ...Changes) Changes {
	return func(ctx context.Context) <-chan struct{} {
		out := make(chan struct{}, 1)
		var sources sync.WaitGroup
		for _, c := range all {
			if c == nil {
				continue
			}
			changed := c(ctx) // before the first listing, so that no change is missed
			sources.Go(func() {
				for range changed {
					notify(out)
				}
				for range EverySecond(ctx) {
					notify(out)
				}
			})
		}
		go func() {
			defer close(out)
			<-ctx.Done()
			sources.Wait()
		}()
		return out
	}
}

// ChangesOnClose reports a change each time the channel that next returns is closed.
// virtual.Bench reports changes this way.
func ChangesOnClose(next func() <-chan struct{}) Changes {
	return func(ctx context.Context) <-chan struct{} {
		out := make(chan struct{}, 1)
		closed := next()
		go func() {
			defer close(out)
			for {
				select {
				case <-ctx.Done():
					return
				case <-closed:
				}
				closed = next()
				notify(out)
			}
		}()
		return out
	}
}

// EverySecond is a Changes that reports a change every second, for systems without
// events.
func EverySecond(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	go func() {
		defer close(out)
		tick := time.NewTicker(listInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				notify(out)
			}
		}
	}()
	return out
}

// notify sends a value unless one is already waiting.
func notify(out chan<- struct{}) {
	select {
	case out <- struct{}{}:
	default:
	}
}
