package main

import (
	"context"
	"fmt"
	"strings"

	"nightlatch/fido"
)

// list prints a line for each key: path, transport and product, with tabs between,
// and "locked" behind one that this person may not open, "LAB" behind a virtual one.
// That there is none is said where it is no part of the list.
func (c keyCommand) list(ctx context.Context) error {
	devices, err := c.keys.Devices(ctx)
	if err != nil {
		return err
	}
	if len(devices) == 0 {
		fmt.Fprintln(c.err, "nightlatch: No security key is plugged in.")
	}
	for _, d := range devices {
		address := addressOf(d)
		if c.device.Path != "" { // of a path that was named nothing is known
			d = c.recognise(ctx, d)
		}
		fields := []string{address, d.Transport, strings.TrimSpace(d.Manufacturer + " " + d.Product)}
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

// recognise asks a device what it is. One that does not say stays what it was.
func (c keyCommand) recognise(ctx context.Context, d fido.Device) fido.Device {
	p, err := c.keys.Look(ctx, d)
	if err != nil {
		return d
	}
	if d = p.Device; d.Product == "" {
		d.Product = p.Model
	}
	return d
}
