//go:build !linux

package main

// noDisplay finds nothing wrong: these systems always have a display.
func noDisplay() string { return "" }
