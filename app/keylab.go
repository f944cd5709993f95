package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// withLab adds the keys of the server's lab to those that cfg lists: nothing else
// tells that they are keys. A server that is no lab, or not on this machine, where
// its paths mean nothing, adds none. listed is whether the lab's keys are all that
// the server is asked for, so that it has to be there.
func withLab(ctx context.Context, cfg fido.Config, c *client.Client, base string, listed bool) (fido.Config, error) {
	if !here(base) {
		return cfg, nil
	}
	about, err := c.About(ctx)
	if err != nil && listed {
		return cfg, err
	}
	if err != nil || !about.Lab {
		return cfg, nil // the ceremony says what is wrong with the server
	}
	cfg.Devices = fido.Combine(keysOfLab(c), cfg.Devices)
	cfg.Changes = nil // once a second: the lab's come and go unnoticed by the system
	return cfg, nil
}

// here tells whether a server's address is this machine.
func here(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// keysOfLab lists the keys that are plugged in at a server's lab.
func keysOfLab(c *client.Client) fido.Lister {
	return func(ctx context.Context) ([]fido.Device, error) {
		keys, err := c.LabKeys(ctx)
		var p *api.Problem
		if errors.As(err, &p) && p.Code == api.NotFound { // another server has taken its place
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

// showTouch says how to touch the key that waits for it. A virtual one has no
// metal to lay a finger on.
func (c keyCommand) showTouch(d fido.Device) {
	if d.Virtual && c.base != "" {
		ctx, done := context.WithTimeout(context.Background(), time.Second)
		defer done()
		keys, _ := c.client.LabKeys(ctx) // of no lab there are none
		for _, k := range keys {
			if k.Path == d.Path {
				fmt.Fprintf(c.err, "Touch the lab's security key: there, or with\n  curl -X POST %s/lab/v1/keys/%s/touch\n", c.base, k.ID)
				return
			}
		}
	}
	fmt.Fprintln(c.err, "Touch your security key.")
}
