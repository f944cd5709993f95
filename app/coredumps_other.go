//go:build !linux

package main

// disableCoreDumps does nothing: macOS and Windows write no core files by default.
func disableCoreDumps() error { return nil }
