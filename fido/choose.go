package fido

import (
	"context"
	"errors"
)

// Choose makes the given keys blink, returns the one that is touched and stops the
// others. A key that is unplugged or in use by another program drops out. A key on a
// reader cannot be chosen: it counts as touched only once, and the ceremony needs that.
//
// Errors: ErrTimeout and ErrCancelled. If all keys have dropped out: the first error
// that is not ErrRemoved, else ErrRemoved.
func (c *Client) Choose(ctx context.Context, from []Device, ui Interaction) (Device, error) {
	if len(from) == 0 {
		return Device{}, ErrRemoved
	}
	ctx, stop := c.deadline(ctx, c.timeout)
	defer stop()
	blinking, settled := context.WithCancel(ctx)
	defer settled()

	type outcome struct {
		device int
		err    error
	}
	outcomes := make(chan outcome)
	for i, d := range from {
		go func() { outcomes <- outcome{i, c.blink(blinking, d)} }()
	}
	ui.Show(Prompt{Kind: Choose, Deadline: deadlineOf(ctx)})
	touched, errs := -1, make([]error, len(from))
	for range from {
		o := <-outcomes
		if errs[o.device] = o.err; o.err == nil && touched < 0 {
			touched = o.device
			settled()
		}
	}
	switch {
	case touched >= 0:
		return from[touched], nil
	case ContextError(ctx) != nil:
		return Device{}, ContextError(ctx)
	}
	for _, err := range errs {
		if !errors.Is(err, ErrRemoved) {
			return Device{}, err
		}
	}
	return Device{}, errs[0]
}

// blink waits for a touch on one key.
func (c *Client) blink(ctx context.Context, d Device) error {
	if d.Transport == NFC {
		<-ctx.Done()
		return ContextError(ctx)
	}
	return c.withKey(ctx, d, func(key Key) error { return key.Select(ctx) })
}

// withKey reserves and opens a key, calls use and closes the key.
func (c *Client) withKey(ctx context.Context, d Device, use func(Key) error) error {
	release, err := c.reserve(d.Path)
	if err != nil {
		return err
	}
	defer release()
	key, err := c.openKey(ctx, d)
	if err != nil {
		return err
	}
	err = use(key)
	_ = key.Close() // the result of use stands
	return err
}
