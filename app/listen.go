package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// defaultListen is where the server listens when nothing else is said.
const defaultListen = "127.0.0.1:8440"

// anyPort is a free port of this machine.
const anyPort = "127.0.0.1:0"

// errPortTaken is the cause of the refusal of a port that another program has.
var errPortTaken = errors.New("app: port taken")

// A loopback is what the server listens on, always of this machine alone.
type loopback struct {
	listeners []net.Listener
	url       string // as clients call it; localhost is the relying party's ID
}

// checkListen refuses an address that others could reach: without TLS every
// password would cross the network in the clear.
func checkListen(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", usagef("--listen %s is no address; write it as 127.0.0.1:8440", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return "", "", usagef("--listen %s has no port from 0 to 65535", address)
	}
	if host == "localhost" {
		return "127.0.0.1", port, nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() {
		return "", "", usagef("--listen %s is refused: others could reach it, and without TLS they could read passwords and codes on the way. Listen on 127.0.0.1 or ::1", address)
	}
	return host, port, nil
}

// listen opens the loopback. Where it can it takes the same port on both
// loopback addresses: a client that turns localhost into ::1 must not reach
// another program.
func listen(ctx context.Context, address string) (*loopback, error) {
	host, port, err := checkListen(address)
	if err != nil {
		return nil, err
	}
	for {
		e, err := listenBoth(ctx, host, port)
		if errors.Is(err, syscall.EADDRINUSE) && port == "0" && ctx.Err() == nil {
			continue // the port picked on one address was taken on the other
		}
		if err != nil {
			return nil, explainListen(address, err)
		}
		return e, nil
	}
}

func listenBoth(ctx context.Context, host, port string) (*loopback, error) {
	var lc net.ListenConfig
	first, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	port = strconv.Itoa(first.Addr().(*net.TCPAddr).Port)
	e := &loopback{listeners: []net.Listener{first}, url: callers(host, port)}
	if other := map[string]string{"127.0.0.1": "::1", "::1": "127.0.0.1"}[host]; other != "" {
		second, err := lc.Listen(ctx, "tcp", net.JoinHostPort(other, port))
		switch {
		case err == nil:
			e.listeners = append(e.listeners, second)
		case errors.Is(err, syscall.EADDRINUSE):
			first.Close()
			return nil, err
		} // else this machine has only one of the two
	}
	return e, nil
}

// callers is the URL of what listens on a loopback address. Another one than
// localhost's is called by its number; security keys know localhost alone.
func callers(host, port string) string {
	if host == "127.0.0.1" || host == "::1" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (e *loopback) close() error {
	var errs []error
	for _, l := range e.listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

func explainListen(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return refuse(errPortTaken, "Another program listens on %s. End it, or choose another port with --listen (port 0 picks a free one).", address)
	case errors.Is(err, syscall.EACCES):
		return refuse(err, "The system does not let you listen on %s. Choose a port above 1023 with --listen.", address)
	}
	return refuse(err, "Nightlatch cannot listen on %s: %s.", address, reason(err))
}
