// Package pty makes endpoints that libfido2 takes for security keys.
//
// libfido2's Linux back end opens any character device, and when the HID ioctls
// fail, it reads and writes 64-byte reports all the same. A pseudo-terminal in raw
// mode is such a device, so an unmodified libfido2, and every program built on it,
// talks to a program of ours on the other side. There is no such thing elsewhere:
// Open returns ErrUnsupported.
package pty

import "errors"

// ErrUnsupported says that this system has no endpoints of this kind.
var ErrUnsupported = errors.New("pty: virtual security keys need Linux")
