package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/pty"
	"nightlatch/fido/virtual"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/netaddr"
	"nightlatch/server/origin"
)

// withLab adds the virtual keys of the server's lab to those that cfg lists. It adds
// none if the server is no lab or runs on another computer, where the keys' paths mean
// nothing. It ignores an unreachable server unless mustAnswer is true.
func withLab(ctx context.Context, cfg fido.Config, c *client.Client, base string, mustAnswer bool) (fido.Config, error) {
	if !isThisComputer(base) {
		return cfg, nil
	}
	about, err := c.About(ctx)
	if err != nil && mustAnswer {
		return cfg, err
	}
	if err != nil || !about.Lab {
		return cfg, nil // the ceremony reports what is wrong with the server
	}
	cfg.Devices = fido.Combine(keysOfLab(c), cfg.Devices)
	cfg.Changes = nil // poll every second: the system reports no changes of virtual keys
	return cfg, nil
}

// errKeyElsewhere reports a virtual key that only the lab's own process can use.
var errKeyElsewhere = errors.New("app: the virtual key is in another process")

// ownKeys opens all keys but the virtual ones of another process, which have no device here.
type ownKeys struct{ fido.Opener }

func (o ownKeys) Open(ctx context.Context, at string) (fido.Key, error) {
	if virtual.HasNoDevice(at) || !pty.Supported && path.Dir(at) == ptyDirectory {
		return nil, errKeyElsewhere
	}
	return o.Opener.Open(ctx, at)
}

// isThisComputer reports whether a server's URL has a loopback host.
func isThisComputer(base string) bool {
	return netaddr.Local(origin.Host(base))
}

// keysOfLab lists the virtual keys that are plugged in at a server's lab.
func keysOfLab(c *client.Client) fido.Lister {
	return func(ctx context.Context) ([]fido.Device, error) {
		keys, err := c.LabKeys(ctx)
		var p *api.Problem
		if errors.As(err, &p) && p.Code == api.NotFound { // another server has this address now
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
}

// showTouch tells the user how to touch a key. A virtual key is touched through the
// lab's API.
func (c *keyCommand) showTouch(d fido.Device) {
	if d.Virtual && c.base != "" {
		ctx, done := context.WithTimeout(context.Background(), time.Second)
		defer done()
		keys, _ := c.client.LabKeys(ctx) // a server without a lab has none
		for _, k := range keys {
			if k.Path == d.Path {
				fmt.Fprintf(c.err, "Touch the lab's security key in its window, or with\n  curl -X POST %s/lab/v1/keys/%s/touch\n", c.base, k.ID)
				return
			}
		}
	}
	fmt.Fprintln(c.err, "Touch your security key.")
}
