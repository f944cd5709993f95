// Package netaddr derives from a network address which subscriber a client is,
// and whether it runs on this computer.
package netaddr

import "net/netip"

// Subscriber returns the part of an address that one subscriber controls: an
// IPv4 address in any spelling, or the /64 of an IPv6 address (RFC 6177). It
// is "" for text that is not an address, such as the name of the connection
// within the program.
func Subscriber(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			return network.String()
		}
	}
	return ip.String()
}

// Local reports whether a host is this computer: the name localhost or a
// loopback address.
func Local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
