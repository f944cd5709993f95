//go:build !linux

package fido

// IgnoreHangup does nothing: only Linux has virtual keys on pseudo-terminals.
func IgnoreHangup() {}
