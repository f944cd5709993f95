package store

import (
	"fmt"
	"slices"
	"strings"
)

// A DamagedError reports a value that is not what was written under its key. It is an
// ErrDamaged.
type DamagedError struct{ Key string }

func (e *DamagedError) Error() string { return fmt.Sprintf("%v: %s", ErrDamaged, e.Record()) }

func (e *DamagedError) Unwrap() error { return ErrDamaged }

// Record names the record for a log: the whole key if it is one of an account, and
// otherwise only its beginning, because the ID of a ceremony is as good as a password.
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

// Shared reports whether the value belongs to work that is done for all accounts: without
// it no message is sent, or nothing expires. A server cannot go on then. With another
// damaged value it can: only what needs this value fails.
func (e *DamagedError) Shared() bool {
	return strings.HasPrefix(e.Key, expiryPrefix) || strings.HasPrefix(e.Key, "out/")
}
