package fido

import (
	"context"
	"errors"
	"time"
)

// presencePoll is how often a key is looked at while nothing else is asked of it.
const presencePoll = 200 * time.Millisecond

// whilePresent runs do, which waits for the user, with a context that ends when the key is
// removed. The error is then ErrRemoved, or ErrCardPulled, whatever do returned.
func whilePresent(ctx context.Context, d Device, key Key, do func(ctx context.Context) error) error {
	ctx, end := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(presencePoll)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if key.Gone() {
					end(ErrRemoved)
					return
				}
			}
		}
	}()
	err := do(ctx)
	end(nil)
	<-done
	switch {
	case !errors.Is(context.Cause(ctx), ErrRemoved):
		return err
	case d.Transport == NFC:
		return ErrCardPulled
	}
	return ErrRemoved
}

// WhilePresent runs do, which waits for the user, with a context that ends when the key is
// removed: somebody who types a PIN for it learns at once that it is gone. If d has no path,
// the only key is meant.
func (c *Client) WhilePresent(ctx context.Context, d Device, do func(ctx context.Context) error) error {
	if d.Path == "" {
		var err error
		if d, err = c.only(ctx); err != nil {
			return err
		}
	}
	key, err := c.openKey(ctx, d)
	if err != nil {
		return OnDevice(d, err)
	}
	err = whilePresent(ctx, d, key, do)
	_ = key.Close() // nothing was asked of it
	return OnDevice(d, err)
}
