//go:build race

package e164

// The race detector makes regular expressions twenty times slower, and nothing
// of what they say depends on it.
func init() { watched = true }
