//go:build !linux

package main

// harden does nothing here: core files are off by default on macOS and Windows.
func harden() error { return nil }
