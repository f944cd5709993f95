package bolt

import (
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/windows"

	"nightlatch/server/store"
)

// lock checks whether another program holds bbolt's lock, which is on the last possible
// byte of a file. bbolt takes the lock itself later, since a handle cannot lock twice.
func lock(f *os.File, wait time.Duration) error {
	return lockAs(f, wait, windows.LOCKFILE_EXCLUSIVE_LOCK)
}

// lockShared takes a shared lock, which other readers may hold too.
func lockShared(f *os.File, wait time.Duration) error { return lockAs(f, wait, 0) }

func lockAs(f *os.File, wait time.Duration, how uint32) error {
	const pause = 50 * time.Millisecond
	const last = 1<<32 - 1
	h := windows.Handle(f.Fd())
	for {
		at := windows.Overlapped{Offset: last, OffsetHigh: last}
		err := windows.LockFileEx(h, windows.LOCKFILE_FAIL_IMMEDIATELY|how, 0, 1, 0, &at)
		if err == nil {
			return windows.UnlockFileEx(h, 0, 1, 0, &at)
		}
		if !errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			return err
		}
		if wait < pause {
			return store.ErrInUse
		}
		<-time.After(pause)
		wait -= pause
	}
}

// isFull reports whether err means a full disk or an exhausted quota. It also compares the
// text, because bbolt drops the type of some errors.
func isFull(err error) bool {
	for _, full := range []windows.Errno{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED} {
		if errors.Is(err, full) || err != nil && strings.HasSuffix(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}

func isIO(err error) bool {
	return errors.Is(err, windows.ERROR_IO_DEVICE) || errors.Is(err, windows.ERROR_CRC)
}
