//go:build !linux

package fido

// IgnoreHangup is needed only where keys are pseudo-terminals.
func IgnoreHangup() {}
