package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"nightlatch/fido"
)

// withKey does something with the key that is there. Nobody is asked to plug one
// in: what is done might be meant for another.
func (c keyCommand) withKey(ctx context.Context, do func(context.Context) error) error {
	if c.device.Path == "" && !c.atReader {
		switch there, err := c.keys.Devices(ctx); {
		case err != nil:
			return err
		case len(there) == 0:
			return refuse(fido.ErrNoKey, "No security key is plugged in. Plug one in and try again, or name its path with --device.")
		}
	}
	return do(ctx)
}

// info prints what a key says of itself, a line each: what, a tab, the answer.
func (c keyCommand) info(ctx context.Context) error {
	p, err := c.keys.Look(ctx, c.device)
	if err != nil {
		return err
	}
	say := func(what, answer string) { fmt.Fprintf(c.out, "%s\t%s\n", what, answer) }
	say("path", c.addressOf(ctx, p.Device))
	if p.Device.Virtual {
		say("virtual", "LAB")
	}
	if !p.FIDO2 {
		say("versions", "U2F_V2")
		return nil
	}
	say("model", p.Model)
	say("AAGUID", hex.EncodeToString(p.AAGUID))
	say("versions", strings.Join(p.Versions, " "))
	say("extensions", strings.Join(p.Extensions, " "))
	say("PIN", pinState(p))
	if p.PIN != fido.NoPINSupport {
		say("shortest PIN", fmt.Sprint(p.MinPIN))
	}
	say("sensor", yesNo(p.Verifies))
	say("manages credentials", yesNo(p.CanManage))
	return nil
}

// addressOf is what --device takes for a device that was looked at, by how it was
// listed: what a key says of itself does not tell whether it lies on a reader.
func (c keyCommand) addressOf(ctx context.Context, d fido.Device) string {
	there, _ := c.keys.Devices(ctx) // one that has just left is known by its path
	for _, listed := range there {
		if listed.Path == d.Path {
			return addressOf(listed)
		}
	}
	return d.Path
}

func pinState(p fido.Portrait) string {
	switch {
	case p.PIN == fido.NoPINSupport:
		return "none"
	case p.PIN == fido.PINNotSet:
		return "not set"
	case p.PINTries == 0:
		return "blocked"
	case p.ForcePINChange:
		return "to be changed, " + triesLeft(p.PINTries)
	}
	return "set, " + triesLeft(p.PINTries)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// setPIN sets a key's first PIN, or changes it: then the one that it has comes
// first.
func (c keyCommand) setPIN(ctx context.Context) error {
	p, err := c.keys.Look(ctx, c.device)
	if err != nil {
		return err
	}
	var old string
	if p.PIN == fido.PINSet {
		if old, err = c.secrets.ask("PIN that the security key has: "); err != nil {
			return refuse(err, "This security key has a PIN. Write it to standard input, and the new one in the line after it.")
		}
	}
	next, err := c.newPIN(p.PIN)
	if err != nil {
		return err
	}
	err = c.keys.SetPIN(ctx, p.Device, old, next)
	if errors.Is(err, fido.ErrPINPolicy) {
		return refuse(err, "The security key does not accept such a PIN. It wants at least %d characters, and no more than 63 bytes. Nothing was changed.", p.MinPIN)
	}
	return c.done(err, "the PIN is set")
}

// done says in a line that something was done, if it was.
func (c keyCommand) done(err error, sentence string) error {
	if err == nil {
		fmt.Fprintln(c.out, sentence)
	}
	return err
}

// reset makes a key as new.
func (c keyCommand) reset(ctx context.Context) error {
	return c.done(c.keys.Reset(ctx, c.device, c), "the security key is as new")
}

// newPIN reads the new PIN; a person at a terminal types it twice.
func (c keyCommand) newPIN(state fido.PINState) (string, error) {
	next, err := c.secrets.ask("New PIN: ")
	if err != nil {
		return "", refuse(err, "No new PIN was given. Write it to standard input, in a line of its own.")
	}
	if isTerminal(c.in) {
		again, err := c.secrets.ask("New PIN, once more: ")
		if err != nil || again != next {
			return "", refuse(err, "The two are not the same. Nothing was changed.")
		}
		return next, nil
	}
	if _, err := c.secrets.line(); err == nil && state == fido.PINNotSet {
		return "", refuse(nil, "This security key has no PIN yet, but two were given. Write the new one alone; nothing was changed.")
	}
	return next, nil
}

// credentials prints how much is kept on a key and how much more fits, then a line
// for each: ID, site, user name and display name, with tabs between.
func (c keyCommand) credentials(ctx context.Context) error {
	pin, err := c.managementPIN()
	if err != nil {
		return err
	}
	got, err := c.keys.Contents(ctx, c.device, pin)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%d kept\troom for %d\n", got.Used, got.Room)
	for _, r := range got.Residents {
		fields := []string{base64.RawURLEncoding.EncodeToString(r.ID), r.RPID, r.UserName, r.UserDisplayName}
		for i, f := range fields {
			fields[i] = strings.Join(strings.Fields(f), " ") // whoever made it chose the name
		}
		fmt.Fprintln(c.out, strings.Join(fields, "\t"))
	}
	return nil
}

// delete deletes what is kept on a key under an ID.
func (c keyCommand) delete(ctx context.Context, id string) error {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil || len(raw) == 0 {
		return usagef("--id %s is no ID; nightlatch key credentials prints them", id)
	}
	return c.withKey(ctx, func(ctx context.Context) error {
		pin, err := c.managementPIN()
		if err != nil {
			return err
		}
		err = c.keys.DeleteResident(ctx, c.device, raw, pin)
		if errors.Is(err, fido.ErrNotEnrolled) {
			return refuse(err, "Nothing with this ID is kept on the security key. nightlatch key credentials lists what is.")
		}
		return c.done(err, "deleted")
	})
}

func (c keyCommand) managementPIN() (string, error) {
	pin, err := c.secrets.ask("PIN of the security key: ")
	if err != nil || pin == "" {
		return "", refuse(err, "This takes the security key's PIN. Write it to standard input, in a line of its own.")
	}
	return pin, nil
}
