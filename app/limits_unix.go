//go:build unix

package main

import "golang.org/x/sys/unix"

// descriptorLimit returns how many files and connections the program may have open. The Go
// runtime has raised the soft limit to the hard limit.
func descriptorLimit() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return uint64(limit.Cur)
}
