//go:build !linux && !darwin && !windows

package bolt

// freeSpace is not available here. A copy that does not fit fails with the
// disk's own error.
func freeSpace(string) (free int64, known bool) { return 0, false }
