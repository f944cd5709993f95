package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"nightlatch/server/store"
)

// A database of up to inspectAll pages, four megabytes, is looked at in whole; of a
// larger one inspectTop pages, those next to the roots: read from a disk one by one,
// a thousand take most of the 0.1 s that a million accounts may take to open.
const (
	inspectAll = 1024
	inspectTop = 128
)

// The beginnings of bbolt's file format, version 2 (bbolt internal/common:
// page.go, meta.go). Numbers are in the machine's byte order.
const (
	pageHeader   = 16 // id 8, flags 2, count 2, overflow 4
	metaSize     = 64
	metaSum      = 56 // where its checksum is: FNV-1a over what is before it
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	freelistFlag = 0x10
	noFreelist   = ^uint64(0)
)

// A meta is one of the two meta pages. The valid one with the higher
// transaction ID is the root of everything.
type meta struct {
	pageSize, root, freelist, pages, txid uint64
}

// inspect refuses a file that bbolt would crash on, or take for an empty one,
// before bbolt sees it. It reads the two meta pages, the free list, and the pages
// of the data.
func inspect(f *os.File) error {
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	if !fi.Mode().IsRegular() {
		return fmt.Errorf("%w: it is not a file", store.ErrNotWritable)
	}
	m, err := newestMeta(f, fi.Size())
	if err != nil {
		return err
	}
	if need := m.pages * m.pageSize; m.pages < 4 || m.pages > 1<<40 || uint64(fi.Size()) < need {
		return fmt.Errorf("%w: cut off at %d of %d bytes", store.ErrDamaged, fi.Size(), need)
	}
	taken := newPageSet(m.pages)
	if err := inspectFreelist(f, m, taken); err != nil {
		return err
	}
	limit := inspectAll
	if m.pages > inspectAll {
		limit = inspectTop
	}
	return inspectPages(f, m, taken, limit)
}

func newestMeta(f *os.File, size int64) (newest meta, err error) {
	found := false
	first, err := readMeta(f, 0)
	if err != nil {
		return meta{}, err
	}
	if first != nil {
		newest, found = *first, true
	}
	// Where the second one is depends on the page size, which may be known from
	// the first one only.
	for at := int64(1 << 10); at <= 64<<10 && at < size; at *= 2 {
		second, err := readMeta(f, at)
		if err != nil {
			return meta{}, err
		}
		if second != nil && int64(second.pageSize) == at && (!found || second.txid > newest.txid) {
			newest, found = *second, true
		}
	}
	if !found {
		return meta{}, fmt.Errorf("%w: neither of its two meta pages is whole", store.ErrDamaged)
	}
	return newest, nil
}

// readMeta returns nil for a page that is not a whole meta page.
func readMeta(f io.ReaderAt, at int64) (*meta, error) {
	var b [pageHeader + metaSize]byte
	switch _, err := f.ReadAt(b[:], at); {
	case err == io.EOF: //nolint:errorlint // ReadAt's own
		return nil, nil
	case err != nil:
		return nil, err
	}
	p, order := b[pageHeader:], binary.NativeEndian
	if order.Uint32(p) != metaMagic || order.Uint64(p[metaSum:]) != fnv64(p[:metaSum]) {
		return nil, nil
	}
	if order.Uint32(p[4:]) > metaVersion {
		return nil, fmt.Errorf("%w: file format %d", store.ErrNewerVersion, order.Uint32(p[4:]))
	}
	m := &meta{
		pageSize: uint64(order.Uint32(p[8:])),
		root:     order.Uint64(p[16:]),
		freelist: order.Uint64(p[32:]),
		pages:    order.Uint64(p[40:]),
		txid:     order.Uint64(p[48:]),
	}
	if m.pageSize < 1<<10 || m.pageSize > 64<<10 || m.pageSize&(m.pageSize-1) != 0 {
		return nil, nil
	}
	return m, nil
}

func fnv64(b []byte) uint64 {
	sum := fnv.New64a()
	sum.Write(b)
	return sum.Sum64()
}

// inspectFreelist checks the list of free pages, which bbolt believes: a wrong
// count asks for more memory than there is, a wrong page is written to. Its own
// pages and the free ones are taken then.
func inspectFreelist(f io.ReaderAt, m meta, taken pageSet) error {
	if m.freelist == noFreelist || m.freelist < 2 || m.freelist >= m.pages {
		return fmt.Errorf("%w: its free list is page %d of %d", store.ErrDamaged, m.freelist, m.pages)
	}
	at := int64(m.freelist * m.pageSize)
	var head [pageHeader]byte
	if _, err := f.ReadAt(head[:], at); err != nil {
		return err
	}
	order := binary.NativeEndian
	id, flags := order.Uint64(head[:]), order.Uint16(head[8:])
	count, overflow := uint64(order.Uint16(head[10:])), uint64(order.Uint32(head[12:]))
	if id != m.freelist || flags != freelistFlag || overflow >= m.pages-m.freelist {
		return fmt.Errorf("%w: its free list is not one", store.ErrDamaged)
	}
	for n := range overflow + 1 {
		taken.add(m.freelist + n)
	}
	b := make([]byte, (overflow+1)*m.pageSize-pageHeader)
	if _, err := f.ReadAt(b, at+pageHeader); err != nil {
		return err
	}
	if count == 0xFFFF { // does not fit: the first element is the count
		count, b = order.Uint64(b), b[8:]
	}
	if count > uint64(len(b)/8) {
		return fmt.Errorf("%w: its free list is cut off", store.ErrDamaged)
	}
	for last := uint64(1); count > 0; count, b = count-1, b[8:] {
		free := order.Uint64(b)
		if free <= last || free >= m.pages {
			return fmt.Errorf("%w: its free list names page %d of %d", store.ErrDamaged, free, m.pages)
		}
		if !taken.add(free) {
			return fmt.Errorf("%w: its free list is on page %d, which is free", store.ErrDamaged, free)
		}
		last = free
	}
	return nil
}
