package bolt

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// A disk is a directory as the kernel shows it, and what of it is sure to be
// there after a power cut: what was synced. POSIX promises no more: of the rest any
// part may have been written, in any order.
type disk struct {
	names map[string]*inode // as the kernel shows them
	safe  map[string]*inode // as of the last sync of the directory
}

// An inode is a file's content that was synced, and the changes since.
type inode struct {
	synced  []byte
	changes []event
}

func newDisk() *disk { return &disk{names: map[string]*inode{}, safe: map[string]*inode{}} }

// do plays one event.
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

// apply makes a change to content, at least those sectors of it that keep wants.
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

// An image is what a power cut leaves.
type image struct {
	kept  string // of what was not synced
	files map[string][]byte
}

// A remainder says what is left of what was not synced: whether the names are, and
// how much of change i of n.
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

// anyOf keeps each change or not.
func anyOf(rnd *rand.Rand) remainder {
	return remainder{"some changes", rnd.IntN(2) == 0, func(int, int) func() bool {
		if rnd.IntN(2) == 0 {
			return nil
		}
		return whole
	}}
}

// torn keeps each sector of each change or not.
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
	for _, name := range slices.Sorted(maps.Keys(names)) { // in order: chance is repeatable
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
