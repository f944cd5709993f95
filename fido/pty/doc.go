// Package pty makes pseudo-terminals that libfido2 accepts as security keys.
//
// libfido2's Linux back end opens any character device. If the HID ioctls fail, it still
// reads and writes 64-byte reports. A pseudo-terminal in raw mode is such a device, so an
// unmodified libfido2 can exchange reports with a program on the other end. On other
// systems Open returns ErrUnsupported.
package pty

import "errors"

// ErrUnsupported reports that this system is not Linux.
var ErrUnsupported = errors.New("pty: virtual security keys need Linux")
