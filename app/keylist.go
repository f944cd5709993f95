package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"nightlatch/fido"
	"nightlatch/server/rawtext"
)

// list prints a line for each key: path, transport and product, separated by tabs. Keys
// that this user may not open have "locked" at the end, virtual keys "LAB". If there is
// no key, or the service for NFC readers does not answer, a message goes to standard error.
func (c *keyCommand) list(ctx context.Context) error {
	devices, err := c.keys.Devices(ctx)
	if err != nil {
		return err
	}
	keys := fido.WithoutDialog(devices)
	switch {
	case len(keys) < len(devices) && len(keys) == 0:
		fmt.Fprintln(c.err, "nightlatch: Windows finds security keys itself when enroll or sign-in needs one, so none is listed.")
	case len(keys) == 0:
		fmt.Fprintln(c.err, "nightlatch: No security key is plugged in.")
	}
	if why := c.keys.Reader(ctx).State.Err(); errors.Is(why, fido.ErrReaderServiceSilent) {
		fmt.Fprintln(c.err, "nightlatch: Keys on NFC readers are not listed.", explainKey("", why))
	}
	for _, d := range keys {
		address := addressOf(d)
		if c.device.Path != "" { // --device gives a path only
			d = c.identify(ctx, d)
		}
		fields := []string{address, d.Transport, rawtext.Visible(d.Manufacturer+" "+d.Product, nameLimit)}
		if d.Locked {
			fields = append(fields, "locked")
		}
		if d.Virtual {
			fields = append(fields, "LAB")
		}
		fmt.Fprintln(c.out, strings.Join(fields, "\t"))
	}
	return nil
}

// nameLimit is the maximum number of printed characters of a name from a key or a site.
const nameLimit = 80

// identify adds what a device reports about itself, if it answers.
func (c *keyCommand) identify(ctx context.Context, d fido.Device) fido.Device {
	p, err := c.keys.Info(ctx, d)
	if err != nil {
		return d
	}
	if d = p.Device; d.Product == "" {
		d.Product = p.Model
	}
	return d
}
