//go:build race

package kit_test

// racing: drawing is ten times slower under the race detector, and its result is the
// same. The tests then use fewer looks and scales.
const racing = true
