package main

import (
	"os"
	"os/exec"
)

// startAgain starts a new process with the same arguments. This one ends.
func startAgain() error {
	self, err := os.Executable()
	if err == nil {
		next := exec.Command(self, os.Args[1:]...)
		next.Stdin, next.Stdout, next.Stderr = os.Stdin, os.Stdout, os.Stderr
		err = next.Start()
	}
	if err != nil {
		return refuse(err, "Nightlatch could not start again (%s). Start it yourself.", reason(err))
	}
	return nil
}
