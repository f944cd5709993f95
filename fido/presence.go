package fido

import (
	"context"
	"errors"
	"time"
)

// presencePoll is the interval of the check that the key is present, while no
// request is running.
const presencePoll = 200 * time.Millisecond

// whilePresent runs do, which waits for the user, with a context that ends
// when the key is removed. In that case the error is ErrRemoved or
// ErrCardPulled, regardless of do's error.
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

// WhilePresent runs do, which waits for the user, with a context that ends
// when the key is removed. So a user who is typing a PIN learns of the removal
// at once. If d has no path, WhilePresent uses the only key.
func (c *Client) WhilePresent(ctx context.Context, d Device, do func(ctx context.Context) error) error {
	if d.Path == "" {
		var err error
		if d, err = c.only(ctx, WithoutDialog); err != nil {
			return err
		}
	}
	key, err := c.openKey(ctx, d)
	if err != nil {
		return OnDevice(d, err)
	}
	err = whilePresent(ctx, d, key, do)
	_ = key.Close() // no request was sent
	return OnDevice(d, err)
}
