//go:build cgo && !nofido && !windows

package libfido2

// Supported reports whether this build supports security keys.
func Supported() bool { return true }
