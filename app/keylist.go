package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"nightlatch/fido"
	"nightlatch/server/api"
)

// list prints a line for each key: path, transport and product, with tabs between,
// and "locked" behind one that this person may not open, "LAB" behind a virtual one.
// The keys of a server's lab come last: nothing else tells that they are keys.
func (c keyCommand) list(ctx context.Context, lab bool) error {
	devices, err := c.keys.Devices(ctx)
	if err != nil {
		return err
	}
	if lab {
		theirs, err := c.labKeys(ctx)
		if err != nil {
			return err
		}
		devices = append(devices, theirs...)
	}
	for _, d := range devices {
		if c.device.Path != "" { // of a path that was named nothing is known
			d = c.recognise(ctx, d)
		}
		fields := []string{addressOf(d), d.Transport, strings.TrimSpace(d.Manufacturer + " " + d.Product)}
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

// labKeys are the keys that are plugged in at the server's lab; none if it has no lab.
func (c keyCommand) labKeys(ctx context.Context) ([]fido.Device, error) {
	keys, err := c.client.LabKeys(ctx)
	var p *api.Problem
	if errors.As(err, &p) && p.Code == api.NotFound {
		return nil, nil
	}
	var ds []fido.Device
	for _, k := range keys {
		if k.PluggedIn {
			ds = append(ds, fido.Device{Path: k.Path, Transport: k.Transport, Product: k.Name, Virtual: true})
		}
	}
	return ds, err
}
