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

// enterThread locks the goroutine to its thread and masks its signals, except those for
// faults of the thread, glibc's two internal ones, and SIGUSR2, which interrupts a call.
// Go's handler for SIGUSR2 does nothing unless the program uses signal.Notify.
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

// leave restores the signal mask and unlocks the thread. If that fails, the thread
// stays locked and ends with its goroutine.
func (t thread) leave() {
	if t.masked && unix.PthreadSigmask(unix.SIG_SETMASK, &t.before, nil) != nil {
		return
	}
	runtime.UnlockOSThread()
}

// interrupt interrupts the thread's current system call.
func (t thread) interrupt() {
	_ = unix.Tgkill(os.Getpid(), t.id, unix.SIGUSR2) // the thread may have ended
}

// isOpenOn reports whether descriptor fd is open on path.
func isOpenOn(fd int, path string) bool {
	to, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	return err == nil && to == path
}

// redirectToNull replaces descriptor fd by /dev/null.
func redirectToNull(fd int) error {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Dup3(null, fd, unix.O_CLOEXEC), unix.Close(null))
}

// closeOnExec sets FD_CLOEXEC on the descriptors of path that lack it. It reports
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
		if !isOpenOn(fd, path) {
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
