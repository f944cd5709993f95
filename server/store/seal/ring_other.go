//go:build !linux && !freebsd && !netbsd && !openbsd && !dragonfly

package seal

import "context"

// answers is true where the keyring is part of the system. It may always be
// waiting for its user.
func answers(context.Context) bool { return true }

func nobodyThere(error) bool { return false }
