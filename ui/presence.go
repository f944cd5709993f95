package ui

import (
	"context"
	"errors"
	"time"

	"nightlatch/fido"
	"nightlatch/ui/wizard"
)

// A presence is which keys are plugged in, and how things stand with NFC.
type presence struct {
	devices []fido.Device
	reader  fido.Reader
	err     error // listing them failed
}

// usable are the keys that can be opened, and those that are there but can't.
func (p presence) usable() (open, locked []fido.Device) {
	for _, d := range p.devices {
		if d.Locked {
			locked = append(locked, d)
		} else {
			open = append(open, d)
		}
	}
	return open, locked
}

// on tells a key by its path.
func on(path string) func(fido.Device) bool {
	return func(d fido.Device) bool { return d.Path == path }
}

// watchKeys tells what is plugged in, now and after each change, until the scope
// is left: a screen that is not shown looks for nothing.
func (c *Console) watchKeys(s *Scope, tell func(presence)) {
	listed := false // or else what is known of the keys is of another screen
	s.Follow(func(ctx context.Context, later func(func())) {
		// It ends with the scope, which is no error; what keeps it from listing is shown.
		_ = c.cfg.Keys.Watch(ctx, func(ds []fido.Device, err error) {
			later(func() {
				listed = true
				c.presence.devices, c.presence.err = ds, err
				tell(c.presence)
			})
		})
	})
	if !c.cfg.Features.NFC {
		return
	}
	s.Follow(func(ctx context.Context, later func(func())) {
		c.cfg.Keys.WatchReader(ctx, func(r fido.Reader) {
			later(func() {
				news := r != c.presence.reader
				if c.presence.reader = r; news && listed {
					tell(c.presence)
				}
			})
		})
	})
}

// withKeys runs work that talks with security keys, once what talked with one
// before has let go of it: a key that was told to stop needs a moment.
func (c *Console) withKeys(s *Scope, work func(ctx context.Context, tell func(func()))) {
	if s.Left() {
		return
	}
	before, ended := c.talking, make(chan struct{})
	c.talking = ended
	s.Follow(func(ctx context.Context, tell func(func())) {
		defer close(ended)
		if before != nil {
			<-before
		}
		if ctx.Err() == nil {
			work(ctx, tell)
		}
	})
}

// prompts are a person's side of the use of a key, from two functions.
type prompts struct {
	show func(fido.Prompt)
	pin  func(ctx context.Context, triesLeft int, previousWrong bool) (string, error)
}

// Show is part of fido.Interaction.
func (p prompts) Show(prompt fido.Prompt) { p.show(prompt) }

// PIN is part of fido.Interaction.
func (p prompts) PIN(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
	if p.pin == nil {
		return "", fido.ErrPINRequired
	}
	return p.pin(ctx, triesLeft, previousWrong)
}

// phases are what prompts are on screen.
var phases = map[fido.PromptKind]wizard.Phase{
	fido.Insert: wizard.Inserting, fido.Working: wizard.Working, fido.Touch: wizard.Touching,
	fido.Tap: wizard.Tapping, fido.Choose: wizard.Choosing, fido.Remove: wizard.Answering,
}

// noTime is the time of what does not run out.
var noTime time.Time

// byServer puts a time by this computer's clock into the server's, by which
// everything on screen counts.
func (c *Console) byServer(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(c.skew)
}

// gone reports whether a key was pulled out, or may no longer be there.
func gone(err error) bool {
	return errors.Is(err, fido.ErrRemoved) || errors.Is(err, fido.ErrInterrupted) || errors.Is(err, fido.ErrBusy) ||
		errors.Is(err, fido.ErrNoPermission) || errors.Is(err, fido.ErrTimeout) || errors.Is(err, fido.ErrCancelled)
}

// reach is how this computer gets to security keys.
func (c *Console) reach() wizard.KeyAccess {
	return wizard.KeyAccess{NFC: c.cfg.Features.NFC, UdevCommand: c.cfg.Features.UdevCommand, ReadersCommand: c.cfg.Features.ReadersCommand}
}
