package bolt

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// A disk is a directory as the kernel shows it, and the part of it that was synced. Only
// that part is certain to exist after a power cut. By POSIX, any part of the rest may have
// been written, in any order.
type disk struct {
	names map[string]*inode // as the kernel shows them
	safe  map[string]*inode // as of the last sync of the directory
}

// An inode is the synced content of a file, and the changes since.
type inode struct {
	synced  []byte
	changes []event
}

func newDisk() *disk { return &disk{names: map[string]*inode{}, safe: map[string]*inode{}} }

// do applies one event.
func (d *disk) do(e event) {
	file := d.names[e.name]
	switch e.call {
	case "create":
		if file == nil {
			d.names[e.name] = &inode{}
		}
	case "write", "truncate":
		if file != nil {
			file.changes = append(file.changes, e)
		}
	case "sync":
		if e.name == "." {
			d.safe = maps.Clone(d.names)
		} else if file != nil {
			for _, c := range file.changes {
				file.synced = c.apply(file.synced, whole)
			}
			file.changes = nil
		}
	case "link":
		d.names[e.to] = file
	case "rename":
		d.names[e.to] = file
		delete(d.names, e.name)
	case "unlink":
		delete(d.names, e.name)
	}
}

// apply makes a change to content, in the sectors that keep selects.
func (e event) apply(content []byte, keep func() bool) []byte {
	if e.call == "truncate" {
		if !keep() {
			return content
		}
		return resize(content, int(e.at))
	}
	const sector = 512
	for from := 0; from < len(e.data); from += sector {
		if !keep() {
			continue
		}
		part, at := e.data[from:min(from+sector, len(e.data))], int(e.at)+from
		if at+len(part) > len(content) {
			content = resize(content, at+len(part))
		}
		copy(content[at:], part)
	}
	return content
}

func whole() bool { return true }

func resize(b []byte, size int) []byte {
	if size <= len(b) {
		return b[:size]
	}
	return append(b, make([]byte, size-len(b))...)
}

// An image is the content of a disk after a power cut.
type image struct {
	kept  string // which unsynced changes it has
	files map[string][]byte
}

// A remainder says which unsynced changes survive: the names or not, and which part of
// change i of n.
type remainder struct {
	kept  string
	names bool
	part  func(i, n int) func() bool // nil: nothing
}

var (
	noneLeft = remainder{"nothing unsynced", false, func(int, int) func() bool { return nil }}
	allLeft  = remainder{"everything", true, func(int, int) func() bool { return whole }}
	lastLeft = remainder{"the last change", true, func(i, n int) func() bool {
		if i == n-1 {
			return whole
		}
		return nil
	}}
)

// anyOf keeps each change at random.
func anyOf(rnd *rand.Rand) remainder {
	return remainder{"some changes", rnd.IntN(2) == 0, func(int, int) func() bool {
		if rnd.IntN(2) == 0 {
			return nil
		}
		return whole
	}}
}

// torn keeps each sector of each change at random.
func torn(rnd *rand.Rand) remainder {
	return remainder{"some sectors", true, func(int, int) func() bool {
		return func() bool { return rnd.IntN(2) == 0 }
	}}
}

func (d *disk) image(r remainder) image {
	im := image{r.kept, map[string][]byte{}}
	names := d.safe
	if r.names {
		names = d.names
	}
	for _, name := range slices.Sorted(maps.Keys(names)) { // in order, so that the random choices can be repeated
		file := names[name]
		content := slices.Clone(file.synced)
		for i, c := range file.changes {
			if keep := r.part(i, len(file.changes)); keep != nil {
				content = c.apply(content, keep)
			}
		}
		im.files[name] = content
	}
	return im
}
