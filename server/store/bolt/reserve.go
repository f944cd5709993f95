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

// A reserve is a file that takes up room beside the database, to be given up
// when there is none left: bbolt writes new pages even to delete. While it is
// missing, what deletes goes first: see Store.short.
type reserve struct {
	path string
	size int64 // bytes
	held bool
}

// probeSize is the room that opening asks for beside an existing reserve.
const probeSize = 64 << 10

// prepare takes the reserve, at opening, or finds it there, and then looks
// whether there is room for anything at all.
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

// take makes the file, with so many bytes of the disk behind it.
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

// fill takes size bytes of the disk. Random bytes also do so where blocks of
// zeros are not stored.
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

// release gives the reserve up and reports whether there was one.
func (r *reserve) release() bool {
	if !r.held {
		return false
	}
	r.held = false
	err := os.Remove(r.path)
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

// restore takes the reserve again when there is room for two of it: the room of
// the one that was given up is not to be taken from what deletes.
func (r *reserve) restore() {
	if r.held || r.take(2*r.size) != nil {
		return // still full: the store goes on without, as before
	}
	if err := os.Truncate(r.path, r.size); err != nil {
		r.release()
	}
}
