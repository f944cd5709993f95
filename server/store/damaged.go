package store

import (
	"fmt"
	"slices"
	"strings"
)

// A DamagedError reports a value that differs from what was written under its
// key. It is an ErrDamaged.
type DamagedError struct{ Key string }

func (e *DamagedError) Error() string { return fmt.Sprintf("%v: %s", ErrDamaged, e.Record()) }

func (e *DamagedError) Unwrap() error { return ErrDamaged }

// Record names the record for a log. It is the whole key for a record of an
// account. For other records it is only the beginning of the key, because the
// ID of a ceremony is a secret like a password.
func (e *DamagedError) Record() string {
	const begin = 6 // characters
	if e.Account() != "" {
		return "the record " + clip(e.Key)
	}
	if strings.HasPrefix(e.Key, "\x00") {
		return "the record of its master key"
	}
	at := strings.LastIndex(e.Key, "/") + 1
	if len(e.Key)-at > begin {
		return "the record " + e.Key[:at+begin] + "…"
	}
	return "the record " + e.Key
}

// Account returns the ID of the account that the value belongs to, or "".
func (e *DamagedError) Account() string {
	parts := strings.Split(e.Key, "/")
	if len(parts) > 1 && slices.Contains([]string{"acct", "acctrev", "aud", "audh"}, parts[0]) {
		return parts[1]
	}
	return ""
}

// Shared reports whether work for all accounts needs the value: without it no
// message is sent, or nothing expires. The server must stop then. Damage to
// another value affects only the requests that need it.
func (e *DamagedError) Shared() bool {
	return strings.HasPrefix(e.Key, expiryPrefix) || strings.HasPrefix(e.Key, "out/")
}
