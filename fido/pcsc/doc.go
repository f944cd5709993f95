// Package pcsc accesses smart card readers, including NFC readers, through the system's
// PC/SC service: pcscd and libpcsclite. It does not speak FIDO protocols; fido/bridge makes
// security keys from its cards.
//
// It needs Linux and cgo, and is left out with the build tag nopcsc. In other builds
// Watch reports fido.ErrUnsupported.
package pcsc
