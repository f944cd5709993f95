//go:build cgo && !nofido && !linux

package libfido2

import "runtime"

// A thread is an operating system thread on which one libfido2 call runs. Masking
// signals and interrupting a call is done on Linux only.
type thread struct{}

func enterThread() thread {
	runtime.LockOSThread()
	return thread{}
}

func (thread) leave()     { runtime.UnlockOSThread() }
func (thread) interrupt() {}

// closeOnExec does nothing: on other systems keys are not file descriptors.
func closeOnExec(string) bool { return true }
