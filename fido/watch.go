package fido

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Changes tells when the list of keys may have changed: a value means "list
// again". The channel is closed when ctx ends.
type Changes func(ctx context.Context) <-chan struct{}

// Watch calls show with the list of keys now and after each change, until ctx
// ends, which is no error. It makes no two calls at once, none when nothing
// changed, and lists once a second at most. An error in listing is shown in the
// place of a list; the next change may mend it.
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

// follow calls look now and whenever the list of keys may have changed, once a
// second at most, until it returns false or ctx ends.
func (c *Client) follow(ctx context.Context, look func() bool) {
	ctx, stop := context.WithCancel(ctx)
	var changed <-chan struct{}
	if c.changes != nil {
		changed = c.changes(ctx)
		defer func(changed <-chan struct{}) {
			for range changed { // it is closed once whoever tells has ended
			}
		}(changed)
	}
	defer stop()
	for look() {
		rest := time.NewTimer(listInterval)
		if changed != nil {
			select {
			case <-ctx.Done():
			case _, ok := <-changed:
				if !ok {
					changed = nil // nobody tells any more: look once a second
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
		case <-changed: // many changes in a second are one
		default:
		}
	}
}

// CombineChanges tells what any of the given ones tells, and in the place of one
// that stopped telling, once a second. Those that are nil tell nothing.
func CombineChanges(all ...Changes) Changes {
	return func(ctx context.Context) <-chan struct{} {
		out := make(chan struct{}, 1)
		var telling sync.WaitGroup
		for _, c := range all {
			if c == nil {
				continue
			}
			changed := c(ctx) // before the first listing, so that nothing is missed
			telling.Go(func() {
				for range changed {
					ring(out)
				}
				for range EverySecond(ctx) {
					ring(out)
				}
			})
		}
		go func() {
			defer close(out)
			<-ctx.Done()
			telling.Wait()
		}()
		return out
	}
}

// ChangesOnClose tells each time the channel that next returns is closed, which is how
// virtual.Bench tells of changes.
func ChangesOnClose(next func() <-chan struct{}) Changes {
	return func(ctx context.Context) <-chan struct{} {
		out := make(chan struct{}, 1)
		bell := next()
		go func() {
			defer close(out)
			for {
				select {
				case <-ctx.Done():
					return
				case <-bell:
				}
				bell = next()
				ring(out)
			}
		}()
		return out
	}
}

// EverySecond tells once a second, where nobody knows better. It is a Changes.
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
				ring(out)
			}
		}
	}()
	return out
}

// ring tells of a change unless one has not been heard yet.
func ring(out chan<- struct{}) {
	select {
	case out <- struct{}{}:
	default:
	}
}
