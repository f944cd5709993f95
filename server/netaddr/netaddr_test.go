package netaddr

import "testing"

func TestSubscriber(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1":           "192.0.2.1",
		"::ffff:192.0.2.1":    "192.0.2.1",
		"127.0.0.2":           "127.0.0.2",
		"2001:db8:1:2:3::4":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"fe80::1%eth0":        "fe80::/64",
		"console":             "",
		"":                    "",
	} {
		if got := Subscriber(address); got != want {
			t.Errorf("the subscriber of %q is %q; want %q", address, got, want)
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.255.1.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"localhost.example.org": false, "": false, "0.0.0.0": false, "::": false, "192.0.2.1": false, "127.1": false,
	} {
		if Local(host) != want {
			t.Errorf("%q is this computer: %v; want %v", host, !want, want)
		}
	}
}
