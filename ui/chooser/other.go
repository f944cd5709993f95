//go:build !linux && !freebsd && !openbsd && !netbsd

package chooser

// OfDesktop returns nil: paths are typed here.
func OfDesktop() Chooser { return nil }
