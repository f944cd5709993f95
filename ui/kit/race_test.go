//go:build race

package kit_test

// racing: the race detector makes drawing ten times slower, and what is drawn does
// not depend on it. The tests then draw in fewer looks and scales.
const racing = true
