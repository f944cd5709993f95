package securitykey

import (
	"context"
	"errors"

	"nightlatch/fido"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// Access is the console's access to security keys. Only one piece of work at a time
// communicates with keys.
type Access struct {
	Devices
	c        *shell.Console
	presence Presence
	busy     <-chan struct{} // closed when the last work has ended
}

// NewAccess returns the access of a console.
func NewAccess(c *shell.Console, d Devices) *Access { return &Access{c: c, Devices: d} }

// A Presence lists the keys that are plugged in, and has the state of the NFC reader.
type Presence struct {
	Devices []fido.Device
	Reader  fido.Reader
	Err     error // listing the keys failed
}

// Usable divides the keys into those that can be opened and those that this user may
// not open. The system's dialog is no key.
func (p Presence) Usable() (open, locked []fido.Device) {
	for _, d := range fido.WithoutDialog(p.Devices) {
		if d.Locked {
			locked = append(locked, d)
		} else {
			open = append(open, d)
		}
	}
	return open, locked
}

// ForCeremony is Usable for a ceremony. dialog is the system's dialog, if it is what the
// ceremony would use; it then is not among the keys.
func (p Presence) ForCeremony() (open, locked []fido.Device, dialog *fido.Device) {
	ds := fido.ForCeremony(p.Devices)
	if len(ds) == 1 && ds[0].Dialog {
		return nil, nil, &ds[0]
	}
	open, locked = Presence{Devices: ds}.Usable()
	return open, locked, nil
}

// at selects a device by its path.
func at(path string) func(fido.Device) bool {
	return func(d fido.Device) bool { return d.Path == path }
}

// Presence is what was plugged in when Watch last reported.
func (a *Access) Presence() Presence { return a.presence }

// Watch reports what is plugged in, now and after each change, until the scope is
// left.
func (a *Access) Watch(s *shell.Scope, report func(Presence)) {
	listed := false // before that a.presence is from an earlier Watch
	s.Follow(func(ctx context.Context, tell func(func())) {
		// It ends with the scope, which is no error; errors of the listing are reported.
		_ = a.Devices.Watch(ctx, func(ds []fido.Device, err error) {
			tell(func() {
				listed = true
				a.presence.Devices, a.presence.Err = ds, err
				report(a.presence)
			})
		})
	})
	if !a.c.Config.Features.NFC {
		return
	}
	s.Follow(func(ctx context.Context, tell func(func())) {
		a.WatchReader(ctx, func(r fido.Reader) {
			tell(func() {
				changed := r != a.presence.Reader
				if a.presence.Reader = r; changed && listed {
					report(a.presence)
				}
			})
		})
	})
}

// Use runs work that communicates with security keys, after earlier work has
// ended: a key needs a moment to stop.
func (a *Access) Use(s *shell.Scope, work func(ctx context.Context, tell func(func()))) {
	if s.Left() {
		return
	}
	before, ended := a.busy, make(chan struct{})
	a.busy = ended
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

// Prompts implements fido.Interaction with two functions.
type Prompts struct {
	OnShow func(fido.Prompt)
	AskPIN func(ctx context.Context, triesLeft int, previousWrong bool) (string, error) // nil: there is no PIN
}

// Show is part of fido.Interaction.
func (p Prompts) Show(prompt fido.Prompt) { p.OnShow(prompt) }

// PIN is part of fido.Interaction.
func (p Prompts) PIN(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
	if p.AskPIN == nil {
		return "", fido.ErrPINRequired
	}
	return p.AskPIN(ctx, triesLeft, previousWrong)
}

// PhaseOf is the phase that a prompt starts. ok is false for prompts that are not
// shown.
func PhaseOf(k fido.PromptKind) (p wizard.Phase, ok bool) {
	p, ok = map[fido.PromptKind]wizard.Phase{
		fido.Insert: wizard.Inserting, fido.Working: wizard.Working, fido.Touch: wizard.Touching,
		fido.Tap: wizard.Tapping, fido.Choose: wizard.Choosing, fido.Remove: wizard.Answering,
		fido.SystemDialog: wizard.InDialog,
	}[k]
	return p, ok
}

// Unreachable reports whether an error means that the key was unplugged or can't be
// reached any more.
func Unreachable(err error) bool {
	for _, target := range []error{fido.ErrRemoved, fido.ErrInterrupted, fido.ErrBusy, fido.ErrNoPermission, fido.ErrTimeout, fido.ErrSilent, fido.ErrCancelled} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// Reach is how this computer reaches security keys.
func Reach(f shell.Features) wizard.KeyAccess {
	return wizard.KeyAccess{NFC: f.NFC, UdevCommand: f.UdevCommand, ReadersCommand: f.ReadersCommand}
}
