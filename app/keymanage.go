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

// info prints what a key says of itself, a line each: what, a tab, the answer.
func (c keyCommand) info(ctx context.Context) error {
	p, err := c.keys.Look(ctx, c.device)
	if err != nil {
		return err
	}
	say := func(what, answer string) { fmt.Fprintf(c.out, "%s\t%s\n", what, answer) }
	say("path", addressOf(p.Device))
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
	return err
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
	pin, err := c.managementPIN()
	if err != nil {
		return err
	}
	err = c.keys.DeleteResident(ctx, c.device, raw, pin)
	if errors.Is(err, fido.ErrNotEnrolled) {
		return refuse(err, "Nothing with this ID is kept on the security key. nightlatch key credentials lists what is.")
	}
	return err
}

func (c keyCommand) managementPIN() (string, error) {
	pin, err := c.secrets.ask("PIN of the security key: ")
	if err != nil || pin == "" {
		return "", refuse(err, "This takes the security key's PIN. Write it to standard input, in a line of its own.")
	}
	return pin, nil
}
