package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"nightlatch/server/store"
)

// A database of up to inspectAll pages (4 MB) is inspected completely. Of a larger one,
// only the inspectTop pages nearest to the roots are. Opening a million accounts may
// take 0.1 s, and reading a thousand single pages from a disk takes most of that
// (decision 46).
const (
	inspectAll = 1024
	inspectTop = 128
)

// bbolt's file format, version 2: page headers and meta pages (bbolt internal/common,
// page.go and meta.go). Numbers are in the machine's byte order.
const (
	pageHeader   = 16 // bytes: id 8, flags 2, count 2, overflow 4
	metaSize     = 64
	metaSum      = 56 // offset of the checksum: FNV-1a of the bytes before it
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	freelistFlag = 0x10
	noFreelist   = ^uint64(0)
)

// A meta is one of the two meta pages. The valid one with the higher transaction ID is in
// use.
type meta struct {
	pageSize, root, freelist, pages, txid uint64
}

// inspect refuses a file on which bbolt would crash, or which it would take for an empty
// database. It reads the two meta pages, the free list and the pages of the data.
func inspect(f *os.File) error {
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	if !fi.Mode().IsRegular() {
		return fmt.Errorf("%w: it is not a regular file", store.ErrNotWritable)
	}
	m, err := newestMeta(f, fi.Size())
	if err != nil {
		return err
	}
	if need := m.pages * m.pageSize; m.pages < 4 || m.pages > 1<<40 || uint64(fi.Size()) < need {
		return fmt.Errorf("%w: it has %d of %d bytes", store.ErrDamaged, fi.Size(), need)
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
	// The second meta page is one page size into the file. If the first one is damaged,
	// the page size is unknown, so try all sizes.
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

// readMeta returns nil for a page that is not a valid meta page.
func readMeta(f io.ReaderAt, at int64) (*meta, error) {
	var b [pageHeader + metaSize]byte
	switch _, err := f.ReadAt(b[:], at); {
	case errors.Is(err, io.EOF):
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

// inspectFreelist checks the list of free pages. bbolt does not: a wrong count makes it
// allocate too much memory, and a wrong page number makes it overwrite that page. It adds
// the pages of the list and the free pages to taken.
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
		return fmt.Errorf("%w: its free list is not valid", store.ErrDamaged)
	}
	for n := range overflow + 1 {
		taken.add(m.freelist + n)
	}
	b := make([]byte, (overflow+1)*m.pageSize-pageHeader)
	if _, err := f.ReadAt(b, at+pageHeader); err != nil {
		return err
	}
	if count == 0xFFFF { // the count does not fit its field: it is the first element
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
