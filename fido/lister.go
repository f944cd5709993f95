package fido

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Paths lists the given paths as USB keys while they exist. Enumeration knows
// real USB keys only; a path of another program's making is handed in.
func Paths(paths ...string) Lister {
	return func(context.Context) ([]Device, error) {
		var ds []Device
		for _, p := range paths {
			switch _, err := os.Stat(p); {
			case errors.Is(err, fs.ErrNotExist):
			case err != nil:
				return nil, err
			default:
				ds = append(ds, Device{Path: p, Transport: USB})
			}
		}
		return ds, nil
	}
}

// Combine lists what all the listers list, each path once.
func Combine(ls ...Lister) Lister {
	return func(ctx context.Context) ([]Device, error) {
		var all []Device
		seen := make(map[string]bool)
		for _, l := range ls {
			ds, err := l(ctx)
			if err != nil {
				return nil, err
			}
			for _, d := range ds {
				if !seen[d.Path] {
					seen[d.Path] = true
					all = append(all, d)
				}
			}
		}
		return all, nil
	}
}

// settle turns d into a device that is there. A device without a path stands for
// "the key": the person is asked to insert one if none is there, or to hold one to
// the reader if there is a reader, and a SeveralError lists the choice if there is
// one. ErrNoKey says that none came in time.
func (c *Client) settle(ctx context.Context, d Device, ui Interaction) (Device, error) {
	if d.Path != "" {
		return d, nil
	}
	ctx, stop := c.deadline(ctx, c.timeout)
	defer stop()
	var err error
	asked := PromptKind(-1)
	c.follow(ctx, func() bool {
		d, err = c.only(ctx)
		if !errors.Is(err, ErrRemoved) {
			return false
		}
		kind := Insert
		if c.Reader(ctx).Present() {
			kind = Tap
		}
		if kind != asked {
			asked = kind
			ui.Show(Prompt{Kind: kind, Deadline: deadlineOf(ctx)})
		}
		return true
	})
	switch ended := ContextError(ctx); {
	case errors.Is(ended, ErrTimeout):
		return Device{}, ErrNoKey
	case ended != nil:
		return Device{}, ended
	}
	return d, err
}

// only returns the one key that is there: ErrRemoved if there is none, a
// SeveralError if there are more. Keys that cannot be opened count if there is no
// other.
func (c *Client) only(ctx context.Context) (Device, error) {
	ds, err := c.Devices(ctx)
	if err != nil {
		return Device{}, err
	}
	if open := slices.DeleteFunc(slices.Clone(ds), func(d Device) bool { return d.Locked }); len(open) > 0 {
		ds = open
	}
	switch len(ds) {
	case 0:
		return Device{}, ErrRemoved
	case 1:
		return ds[0], nil
	}
	return Device{}, &SeveralError{Devices: ds}
}

// deadline ends with ErrTimeout after d, or with ctx.
func (c *Client) deadline(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, ErrTimeout)
}

func deadlineOf(ctx context.Context) time.Time {
	t, _ := ctx.Deadline()
	return t
}
