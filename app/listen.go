package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"nightlatch/server/origin"
)

// defaultListen is the default of --listen.
const defaultListen = "127.0.0.1:8440"

// anyPort lets the system choose a free port.
const anyPort = "127.0.0.1:0"

// errPortTaken is the cause of a refusal: another program uses the port.
var errPortTaken = errors.New("app: port taken")

// A loopback is the server's listeners, which only this computer can reach.
type loopback struct {
	listeners []net.Listener
	url       string // for clients; its host is localhost, the default relying-party ID, if possible
}

// checkListen refuses addresses that other computers can reach: without TLS, passwords
// would be sent unencrypted.
func checkListen(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", usagef("--listen %s is not an address; write it as 127.0.0.1:8440", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return "", "", usagef("--listen %s has no port from 0 to 65535", address)
	}
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return "127.0.0.1", port, nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil && host != "" {
		return "", "", usagef("--listen %s is refused: this server has no TLS, so it listens only on this computer, by its usual address. Listen on 127.0.0.1, ::1 or localhost", address)
	}
	ip = ip.Unmap() // every spelling of an address is the same address
	if !ip.IsLoopback() {
		return "", "", usagef("--listen %s is refused: other computers could reach it, and without TLS passwords and codes could be read on the network. Listen on 127.0.0.1 or ::1", address)
	}
	return ip.String(), port, nil
}

// listen opens the listeners. If possible it uses the same port on 127.0.0.1 and ::1, so
// that a client that resolves localhost to ::1 does not reach another program.
func listen(ctx context.Context, address string) (*loopback, error) {
	host, port, err := checkListen(address)
	if err != nil {
		return nil, err
	}
	for {
		e, err := listenBoth(ctx, host, port)
		if errors.Is(err, syscall.EADDRINUSE) && port == "0" && ctx.Err() == nil {
			continue // the port chosen for one address is taken on the other
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
	e := &loopback{listeners: []net.Listener{first}, url: clientURL(host, port)}
	if other := map[string]string{"127.0.0.1": "::1", "::1": "127.0.0.1"}[host]; other != "" {
		second, err := lc.Listen(ctx, "tcp", net.JoinHostPort(other, port))
		switch {
		case err == nil:
			e.listeners = append(e.listeners, second)
		case errors.Is(err, syscall.EADDRINUSE):
			first.Close()
			return nil, err
		} // any other error: this computer has only one of the two addresses
	}
	return e, nil
}

// clientURL returns the URL for clients. For 127.0.0.1 and ::1 it has the host localhost,
// which security keys need. Other loopback addresses stay numbers.
func clientURL(host, port string) string {
	if host == "127.0.0.1" || host == "::1" {
		host = "localhost"
	}
	address := "http://" + net.JoinHostPort(host, port)
	if normal, err := origin.Parse(address); err == nil {
		return normal // as browsers write it: without port 80
	}
	return address
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
		return refuse(errPortTaken, "Another program listens on %s. Stop it, or choose another port with --listen (port 0 chooses a free one).", address)
	case errors.Is(err, syscall.EACCES):
		return refuse(err, "You have no permission to listen on %s. Choose a port above 1023 with --listen.", address)
	}
	return refuse(err, "Nightlatch cannot listen on %s: %s.", address, reason(err))
}
