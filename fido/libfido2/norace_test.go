//go:build !race && cgo && !nofido && linux

package libfido2_test

// raceDetector says whether the race detector watches.
const raceDetector = false
