//go:build linux || darwin

package bolt

import "syscall"

// freeSpace returns how many bytes this user can write to the disk that holds
// dir.
func freeSpace(dir string) (free int64, known bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
