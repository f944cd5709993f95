//go:build !unix

package main

// descriptorLimit returns 0: Windows has no limit for sockets.
func descriptorLimit() uint64 { return 0 }
