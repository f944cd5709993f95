package bolt

import (
	"encoding/binary"
	"fmt"
	"io"

	"nightlatch/server/store"
)

// A pageSet is a set of page numbers.
type pageSet []uint64

func newPageSet(pages uint64) pageSet { return make(pageSet, pages/64+1) }

// add reports whether the page was not in the set yet.
func (s pageSet) add(page uint64) bool {
	word, bit := page/64, uint64(1)<<(page%64)
	fresh := s[word]&bit == 0
	s[word] |= bit
	return fresh
}

// inspectPages follows the tree that bbolt will trust, and refuses one in which
// it would go astray. taken has the pages that are not the tree's. It goes from
// the root down, level by level, and leaves off after limit pages: a larger file
// is looked at next to its roots alone.
func inspectPages(f io.ReaderAt, m meta, taken pageSet, limit int) error {
	queue := []link{{page: m.root}}
	var buf []byte
	for n := 0; n < len(queue) && limit > 0; n++ {
		at := queue[n]
		p, err := readPage(f, m, at.page, buf)
		if err != nil {
			return err
		}
		buf = p
		pages := len(p) / int(m.pageSize)
		for i := range uint64(pages) {
			if !taken.add(at.page + i) {
				return fmt.Errorf("%w: page %d is used twice", store.ErrDamaged, at.page+i)
			}
		}
		below, err := parsePage(p, at.keys)
		if err != nil {
			return fmt.Errorf("%w: page %d: %w", store.ErrDamaged, at.page, err)
		}
		limit -= pages
		queue = append(queue, below[:min(len(below), max(0, n+1+limit-len(queue)))]...)
	}
	return nil
}

// readPage reads a page and those that it goes on for, into buf if they fit.
func readPage(f io.ReaderAt, m meta, page uint64, buf []byte) ([]byte, error) {
	if page < 2 || page >= m.pages {
		return nil, fmt.Errorf("%w: it leads to page %d of %d", store.ErrDamaged, page, m.pages)
	}
	at, size := int64(page*m.pageSize), m.pageSize
	buf = grow(buf, size)
	if _, err := f.ReadAt(buf, at); err != nil {
		return nil, err
	}
	overflow := uint64(binary.NativeEndian.Uint32(buf[12:]))
	if binary.NativeEndian.Uint64(buf) != page || overflow >= m.pages-page || overflow*size > maxOverflow {
		return nil, fmt.Errorf("%w: page %d is not one", store.ErrDamaged, page)
	}
	if overflow == 0 {
		return buf, nil
	}
	buf = grow(buf, (overflow+1)*size)
	_, err := f.ReadAt(buf, at)
	return buf, err
}

func grow(b []byte, size uint64) []byte {
	if uint64(cap(b)) < size {
		return make([]byte, size)
	}
	return b[:size]
}
