//go:build !linux && !freebsd && !openbsd && !netbsd && !windows

package chooser

// OfDesktop returns nil: paths are typed here.
func OfDesktop() Chooser { return nil }
