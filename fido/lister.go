package fido

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Paths lists the given paths as USB keys while they exist. It is for keys that the
// enumeration of USB devices does not find, such as another program's virtual keys.
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

// Combine lists the devices of all listers, each path once.
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

// resolveDevice returns d if it has a path, else the only key that usable keeps. If there
// is none, it asks the user to insert one, or to hold one to the reader if there is a
// reader, and waits. Errors: SeveralError if there is more than one key, ErrNoKey after
// the timeout, and those of only.
func (c *Client) resolveDevice(ctx context.Context, d Device, ui Interaction, usable func([]Device) []Device) (Device, error) {
	if d.Path != "" {
		return d, nil
	}
	ctx, stop := c.deadline(ctx, c.timeout)
	defer stop()
	var err error
	asked := PromptKind(-1)
	c.follow(ctx, func() bool {
		d, err = c.only(ctx, usable)
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

// only returns the only key that usable keeps. It returns ErrRemoved if there is none,
// ErrSystemSettings if the system's dialog is the only one that finds keys, and a
// SeveralError if there are more. Locked keys count only if there are no others.
func (c *Client) only(ctx context.Context, usable func([]Device) []Device) (Device, error) {
	ds, err := c.Devices(ctx)
	if err != nil {
		return Device{}, err
	}
	if ds = usable(ds); len(ds) == 0 && c.dialog != nil {
		return Device{}, ErrSystemSettings
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

// deadline returns a context that ends with ErrTimeout after d, or with ctx.
func (c *Client) deadline(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, ErrTimeout)
}

// answer runs a call that needs no user. If the key does not answer within limit, the error
// is a SilentError.
func (c *Client) answer(ctx context.Context, phase Phase, limit time.Duration, call func(context.Context) error) error {
	ctx, stop := context.WithTimeoutCause(ctx, limit, ErrSilent)
	defer stop()
	err := call(ctx)
	var known *SilentError
	if errors.Is(err, ErrSilent) && !errors.As(err, &known) {
		return &SilentError{Phase: phase}
	}
	return err
}

func deadlineOf(ctx context.Context) time.Time {
	t, _ := ctx.Deadline()
	return t
}
