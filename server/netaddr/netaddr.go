// Package netaddr says what a network address tells about a client: which subscriber it
// is, and whether it is on this computer.
package netaddr

import "net/netip"

// Subscriber returns what one subscriber has of an address: an IPv4 address, however it is
// written, or the /64 of an IPv6 address, all of which a single client usually has (RFC 6177).
// It is "" for what is no address, such as the name of the connection within the program.
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

// Local reports whether a host, a name or an address, is this computer: localhost or a
// loopback address.
func Local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
