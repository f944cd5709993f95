package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// disableCoreDumps keeps the secrets in memory out of core files, and stops
// other processes of the same user from attaching a debugger.
func disableCoreDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("app: disable core dumps: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("app: disable core dumps: %w", err)
	}
	return nil
}
