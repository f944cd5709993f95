//go:build !race

package kittest

// Racing reports whether the race detector is on.
const Racing = false
