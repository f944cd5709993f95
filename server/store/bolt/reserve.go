package bolt

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"nightlatch/server/store"
)

// A reserve is a file beside the database that occupies disk space. It is deleted when the
// disk is full, because bbolt writes new pages even for deletions. While it is missing,
// only deletions and urgent updates may use the last space (Store.short).
type reserve struct {
	path string
	size int64 // bytes
	held bool
}

// probeSize is the free space, in bytes, that opening requires if the reserve exists.
const probeSize = 64 << 10

// prepare is called at opening. It creates the reserve. If the reserve exists, it checks
// that there is a little free space.
func (r *reserve) prepare() error {
	fi, err := os.Lstat(r.path)
	if err == nil && fi.Size() == r.size {
		r.held = true
		probe := reserve{path: r.path + ".probe", size: probeSize}
		err := probe.take(probe.size)
		probe.release()
		return err
	}
	return r.take(r.size)
}

// take creates the file and allocates size bytes of the disk for it.
func (r *reserve) take(size int64) error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = fill(f, size)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(r.path)
		if isFull(err) {
			return fmt.Errorf("%w: %w", store.ErrFull, err)
		}
		return err
	}
	r.held = true
	return nil
}

// fill allocates size bytes. Without fallocate it writes random bytes, because some file
// systems do not store blocks of zeros.
func fill(f *os.File, size int64) error {
	switch err := allocate(f, size); {
	case err == nil:
		return f.Sync()
	case !errors.Is(err, errors.ErrUnsupported):
		return err
	}
	if _, err := io.CopyN(f, rand.Reader, size); err != nil {
		return err
	}
	return f.Sync()
}

// release deletes the reserve and reports whether there was one.
func (r *reserve) release() bool {
	if !r.held {
		return false
	}
	r.held = false
	err := os.Remove(r.path)
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

// restore recreates the reserve once twice its size is free, so that it does not take space
// that deletions may need.
func (r *reserve) restore() {
	if r.held || r.take(2*r.size) != nil {
		return // still full: continue without a reserve
	}
	if err := os.Truncate(r.path, r.size); err != nil {
		r.release()
	}
}
