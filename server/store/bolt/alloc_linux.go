package bolt

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// allocate takes the blocks of a file at once, or none of them.
func allocate(f *os.File, size int64) error {
	err := unix.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) {
		return errors.ErrUnsupported
	}
	return err
}
