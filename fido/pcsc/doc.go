// Package pcsc reaches smart card readers, NFC readers among them, through the
// system's PC/SC service: pcscd, by way of libpcsclite. It knows nothing of FIDO;
// fido/bridge makes security keys of the cards it reaches.
//
// Linux only, with cgo, and without the tag nopcsc. Elsewhere there are no readers,
// and Watch says fido.ErrUnsupported.
package pcsc
