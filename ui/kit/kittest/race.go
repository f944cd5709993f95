//go:build race

package kittest

// Racing reports whether the race detector is on. Drawing is then ten times slower,
// with the same result, and the tests use fewer appearances and scales.
const Racing = true
