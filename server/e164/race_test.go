//go:build race

package e164

// The race detector makes regular expressions twenty times slower, so
// TestLikeTheLibrary then compares fewer numbers.
func init() { raceDetector = true }
