//go:build !race

package kit_test

const racing = false
