package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"nightlatch/app/harness"
)

// floodDelay is the limit for a sign-in beside a flood (R43).
const floodDelay = 2 * time.Second

const (
	floodClients = 600
	floodSignIns = 15
)

// measureFlood measures sign-ins while 600 clients send wrong passwords for names that do
// not exist: by a device that signed in before, at the address of the flood, and by a
// new device at another address.
func measureFlood(ctx context.Context, b *bench) error {
	server, people, err := b.crowdServer(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	device, err := deviceOf(server, people.turn())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var flood sync.WaitGroup
	defer flood.Wait()
	defer cancel()
	var tried, refused atomic.Int64
	for n := range floodClients {
		flood.Go(func() { flooder(ctx, server.URL, n, &tried, &refused) })
	}
	for tried.Load() < floodClients {
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	known := func() (*connection, error) { return dial(server.URL) }
	other := func() (*connection, error) { return dialFrom(server.URL, "127.0.0.2") }
	for _, who := range []struct {
		what string
		dial func() (*connection, error)
		next func() (*member, string)
	}{
		{"known device", known, func() (*member, string) { return people.members[0], device }},
		{"new device at another address", other, func() (*member, string) { return people.turn(), "" }},
	} {
		var took []time.Duration
		for range floodSignIns {
			m, device := who.next()
			d, err := beside(who.dial, m, device)
			if err != nil {
				return err
			}
			took = append(took, d)
		}
		slices.Sort(took)
		worst := took[len(took)-1]
		b.report.atMost(fmt.Sprintf("password of a %s, %d strangers", who.what, floodClients),
			fmt.Sprintf("median %s; longest, in seconds", seconds(took[len(took)/2])), worst.Seconds(), floodDelay.Seconds(), "%.2f")
	}
	b.report.remark("The flood had %d answers, %d of them 503.", tried.Load(), refused.Load())
	return nil
}

// deviceOf signs a member in and returns the token of the device (R43).
func deviceOf(server *harness.Server, m *member) (string, error) {
	l, err := dial(server.URL)
	if err != nil {
		return "", err
	}
	defer l.close()
	v := &signer{connection: l}
	if _, err := v.signIn(m); err != nil {
		return "", err
	}
	device, err := field(v.body, "device_token")
	return string(device), err
}

// beside measures the time until a right password is answered.
func beside(dial func() (*connection, error), m *member, device string) (time.Duration, error) {
	begun := time.Now()
	for {
		l, err := dial()
		if err != nil {
			return 0, err
		}
		v := &signer{connection: l}
		if device != "" {
			v.header = "Nightlatch-Device: " + device + "\r\n"
		}
		path, err := v.begin()
		var answer []byte
		if err == nil {
			answer, err = v.credentials(path, m.name, password)
		}
		l.close()
		switch {
		case err == nil && bytes.Contains(answer, []byte(`"enter-code"`)):
			return time.Since(begun), nil
		case err == nil:
			return 0, fmt.Errorf("%w: %s", errAnswer, answer)
		case time.Since(begun) > 30*time.Second || !strings.Contains(err.Error(), "unavailable"):
			return 0, err
		} // 503: try again at once
	}
}

// flooder sends wrong passwords until ctx ends. Each name is used once.
func flooder(ctx context.Context, url string, n int, tried, refused *atomic.Int64) {
	for i := 0; ctx.Err() == nil; i++ {
		l, err := dial(url)
		if err != nil {
			_ = pause(ctx, 100*time.Millisecond)
			continue
		}
		stop := context.AfterFunc(ctx, l.close)
		v := &signer{connection: l}
		path, err := v.begin()
		if err == nil {
			_, err = v.credentials(path, fmt.Sprintf("nobody%d.%d", n, i), "not the password")
		}
		stop()
		l.close()
		tried.Add(1)
		if err != nil {
			refused.Add(1)
			_ = pause(ctx, 100*time.Millisecond)
		}
	}
}

// dialFrom is dial with an address of this computer as the client's.
func dialFrom(url, address string) (*connection, error) {
	l, err := dialWith(url, &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}})
	if err != nil {
		return nil, fmt.Errorf("from %s: %w", address, err)
	}
	return l, nil
}
