//go:build !race && cgo && !nofido && linux

package libfido2_test

// raceDetector reports whether the race detector is on.
const raceDetector = false
