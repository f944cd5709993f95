//go:build race

package ui

// someDresses leaves out dresses: the race detector makes drawing slow, and
// finds nothing in it.
func someDresses() []dress { return dresses()[:1] }
