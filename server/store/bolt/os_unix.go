//go:build unix

package bolt

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"time"

	"nightlatch/server/store"
)

// lock takes the lock that bbolt takes later, on the same open file, so that the file is
// not inspected while another program writes it.
func lock(f *os.File, wait time.Duration) error { return lockAs(f, wait, syscall.LOCK_EX) }

// lockShared takes a shared lock, which other readers may hold too.
func lockShared(f *os.File, wait time.Duration) error { return lockAs(f, wait, syscall.LOCK_SH) }

func lockAs(f *os.File, wait time.Duration, how int) error {
	const pause = 50 * time.Millisecond
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if wait < pause {
			return store.ErrInUse
		}
		<-time.After(pause)
		wait -= pause
	}
}

// isFull reports whether err means a full disk, an exhausted quota or a file size limit. It
// also compares the text, because bbolt drops the type of some errors.
func isFull(err error) bool {
	for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || err != nil && strings.HasSuffix(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}

func isIO(err error) bool { return errors.Is(err, syscall.EIO) }
