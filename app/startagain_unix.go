//go:build unix

package main

import (
	"os"
	"syscall"
)

// startAgain replaces this process by a new one with the same arguments.
func startAgain() error {
	self, err := os.Executable()
	if err == nil {
		err = syscall.Exec(self, os.Args, os.Environ())
	}
	return refuse(err, "Nightlatch could not start again (%s). Start it yourself.", reason(err))
}
