//go:build cgo && !nofido

package libfido2

import (
	"errors"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// A thread is an operating system thread on which one libfido2 call runs.
type thread struct {
	id     int
	before unix.Sigset_t
	masked bool
}

// enterThread locks the goroutine to its thread and masks every signal there but
// those that are the thread's own fault, glibc's two internal ones, and SIGUSR2,
// which breaks a call off. Go has a handler for SIGUSR2 that does nothing unless
// the program asked to be notified.
func enterThread() thread {
	runtime.LockOSThread()
	var mask unix.Sigset_t
	for i := range mask.Val {
		mask.Val[i] = ^uint64(0)
	}
	for _, s := range []unix.Signal{
		unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGILL, unix.SIGTRAP, unix.SIGSYS, unix.SIGABRT,
		32, 33, unix.SIGUSR2,
	} {
		mask.Val[(s-1)/64] &^= 1 << (uint(s-1) % 64)
	}
	t := thread{id: unix.Gettid()}
	t.masked = unix.PthreadSigmask(unix.SIG_BLOCK, &mask, &t.before) == nil
	return t
}

// leave gives the thread back as it was; one that cannot be mended stays locked
// and ends with its goroutine.
func (t thread) leave() {
	if t.masked && unix.PthreadSigmask(unix.SIG_SETMASK, &t.before, nil) != nil {
		return
	}
	runtime.UnlockOSThread()
}

// interrupt breaks off the system call that the thread is stuck in.
func (t thread) interrupt() {
	_ = unix.Tgkill(os.Getpid(), t.id, unix.SIGUSR2) // it may have ended just now
}

// leadsTo tells whether a descriptor is one of path.
func leadsTo(fd int, path string) bool {
	to, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	return err == nil && to == path
}

// leadNowhere puts the null device in the place of what a descriptor leads to.
func leadNowhere(fd int) error {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Dup3(null, fd, unix.O_CLOEXEC), unix.Close(null))
}

// closeOnExec sets FD_CLOEXEC on descriptors of path that lack it, and tells
// whether there was one.
func closeOnExec(path string) bool {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return false
	}
	var found bool
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if !leadsTo(fd, path) {
			continue
		}
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC != 0 {
			continue
		}
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, flags|unix.FD_CLOEXEC); err == nil {
			found = true
		}
	}
	return found
}
