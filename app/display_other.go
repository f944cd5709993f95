//go:build !linux

package main

// noDisplay returns "": these systems always have a display.
func noDisplay() string { return "" }
