//go:build cgo && !nofido && !linux

package libfido2

import "runtime"

// A thread is an operating system thread on which one libfido2 call runs. Only
// Linux needs its signals masked, and only there can a call be broken off.
type thread struct{}

func enterThread() thread {
	runtime.LockOSThread()
	return thread{}
}

func (thread) leave()     { runtime.UnlockOSThread() }
func (thread) interrupt() {}

// closeOnExec has nothing to mend: keys are no plain descriptors here.
func closeOnExec(string) bool { return true }
