package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"nightlatch/app/secret"
	"nightlatch/fido"
	"nightlatch/server/rawtext"
)

// needKey returns ErrNoKey if no key is plugged in. It does not check the key of
// --device: opening it reports whether it is there.
func (c *keyCommand) needKey(ctx context.Context) error {
	if c.device.Path != "" || c.atReader() {
		return nil
	}
	switch there, err := c.keys.Devices(ctx); {
	case err != nil:
		return err
	case len(there) == 0:
		return refuse(fido.ErrNoKey, "No security key is plugged in. Plug one in and try again, or give its path with --device.")
	}
	return nil
}

// info prints what a key reports about itself: on each line a property, a tab and its
// value.
func (c *keyCommand) info(ctx context.Context) error {
	p, err := c.keys.Info(ctx, c.device)
	if err != nil {
		return err
	}
	line := func(property, value string) {
		fmt.Fprintf(c.out, "%s\t%s\n", property, rawtext.Visible(value, sentenceLimit))
	} // the key's answer is not trusted
	line("path", c.addressOf(ctx, p.Device))
	if p.Device.Virtual {
		line("virtual", "LAB")
	}
	if !p.FIDO2 {
		line("versions", "U2F_V2")
		return nil
	}
	line("model", p.Model)
	line("AAGUID", hex.EncodeToString(p.AAGUID))
	line("versions", strings.Join(p.Versions, " "))
	line("extensions", strings.Join(p.Extensions, " "))
	line("PIN", pinState(p))
	if p.PIN != fido.NoPINSupport {
		line("shortest PIN", fmt.Sprint(p.MinPIN))
	}
	line("sensor", yesNo(p.Verifies))
	line("manages credentials", yesNo(p.CanManage))
	return nil
}

// addressOf returns the --device value for a device. It looks the device up in the list,
// because a key itself does not report that it is on a reader.
func (c *keyCommand) addressOf(ctx context.Context, d fido.Device) string {
	there, _ := c.keys.Devices(ctx) // for a removed key the path is used
	for _, listed := range there {
		if listed.Path == d.Path {
			return addressOf(listed)
		}
	}
	return d.Path
}

func pinState(p fido.Info) string {
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

// setPIN sets a key's first PIN, or changes it.
func (c *keyCommand) setPIN(ctx context.Context) error {
	p, err := c.keys.Info(ctx, c.device)
	if err != nil {
		return err
	}
	var old, next string
	err = c.keys.WhilePresent(ctx, p.Device, func(ctx context.Context) (err error) {
		if p.PIN == fido.PINSet {
			if old, err = c.secrets.get(ctx, &c.secrets.pin); err != nil {
				return err
			}
		}
		next, err = c.newPIN(ctx)
		return err
	})
	if err != nil {
		return err
	}
	err = c.keys.SetPIN(ctx, p.Device, old, next)
	if errors.Is(err, fido.ErrPINLength) {
		return refuse(err, "The security key does not accept this PIN. It needs at least %d characters and at most 63 bytes. Nothing was changed.", p.MinPIN)
	}
	return c.done(err, "the PIN is set")
}

// done prints a line if err is nil.
func (c *keyCommand) done(err error, sentence string) error {
	if err == nil {
		fmt.Fprintln(c.out, sentence)
	}
	return err
}

// reset resets a key to its factory settings.
func (c *keyCommand) reset(ctx context.Context) error {
	err := c.keys.Reset(ctx, c.device, c)
	if errors.Is(err, fido.ErrNotAllowed) {
		return refuse(err, "The security key does not allow a reset now. A reset is allowed for ten seconds after the key was plugged in: take it out, plug it in and try again at once.")
	}
	return c.done(err, "the security key was reset")
}

// newPIN reads the new PIN. At a terminal it is typed twice.
func (c *keyCommand) newPIN(ctx context.Context) (string, error) {
	next, err := c.secrets.get(ctx, &c.secrets.newPIN)
	if err != nil || c.secrets.newPIN.From != "" {
		return next, err
	}
	again, err := c.secrets.get(ctx, &secret.Secret{Name: "New PIN, once more"})
	if err == nil && again != next {
		return "", refuse(nil, "The two PINs differ. Nothing was changed.")
	}
	return next, err
}

// credentials prints how many discoverable credentials a key stores and how many more
// fit. Then it prints each on a line: ID, site, user name and display name, separated by
// tabs.
func (c *keyCommand) credentials(ctx context.Context) error {
	pin, err := c.managementPIN(ctx)
	if err != nil {
		return err
	}
	got, err := c.keys.Credentials(ctx, c.device, pin)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%d kept\troom for %d\n", got.Used, got.Remaining)
	for _, r := range got.Credentials {
		fields := []string{base64.RawURLEncoding.EncodeToString(r.ID)}
		for _, name := range []string{r.RPID, r.UserName, r.UserDisplayName} { // chosen by others
			fields = append(fields, rawtext.Visible(name, nameLimit))
		}
		fmt.Fprintln(c.out, strings.Join(fields, "\t"))
	}
	return nil
}

// delete deletes the discoverable credential with the ID of --id.
func (c *keyCommand) delete(ctx context.Context) error {
	id, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(c.id, "="))
	if err != nil || len(id) == 0 {
		return usagef("--id %s is not a credential ID; nightlatch key credentials prints them", c.id)
	}
	if err := c.needKey(ctx); err != nil {
		return err
	}
	pin, err := c.managementPIN(ctx)
	if err != nil {
		return err
	}
	err = c.keys.DeleteCredential(ctx, c.device, id, pin)
	if errors.Is(err, fido.ErrNotEnrolled) {
		return refuse(err, "The security key has no credential with this ID. nightlatch key credentials lists those it has.")
	}
	return c.done(err, "deleted")
}

// managementPIN reads the PIN. It stops if the key is removed.
func (c *keyCommand) managementPIN(ctx context.Context) (pin string, err error) {
	err = c.keys.WhilePresent(ctx, c.device, func(ctx context.Context) (err error) {
		pin, err = c.secrets.get(ctx, &c.secrets.pin)
		return err
	})
	return pin, err
}
