package bolt

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"nightlatch/server/store"
)

// A pageSet is a set of page numbers.
type pageSet []uint64

func newPageSet(pages uint64) pageSet { return make(pageSet, pages/64+1) }

// add adds a page and reports whether it was not in the set before.
func (s pageSet) add(page uint64) bool {
	word, bit := page/64, uint64(1)<<(page%64)
	fresh := s[word]&bit == 0
	s[word] |= bit
	return fresh
}

// count returns the number of pages in the set.
func (s pageSet) count() (n uint64) {
	for _, word := range s {
		n += uint64(bits.OnesCount64(word))
	}
	return n
}

// inspectPages checks the pages of the tree, which bbolt trusts. taken has the pages that
// cannot be part of it. It reads from the root down, level by level, and stops after limit
// pages.
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

// readPage reads a page and its overflow pages, into buf if they fit.
func readPage(f io.ReaderAt, m meta, page uint64, buf []byte) ([]byte, error) {
	if page < 2 || page >= m.pages {
		return nil, fmt.Errorf("%w: it refers to page %d of %d", store.ErrDamaged, page, m.pages)
	}
	at, size := int64(page*m.pageSize), m.pageSize
	buf = grow(buf, size)
	if _, err := f.ReadAt(buf, at); err != nil {
		return nil, err
	}
	overflow := uint64(binary.NativeEndian.Uint32(buf[12:]))
	if binary.NativeEndian.Uint64(buf) != page || overflow >= m.pages-page || overflow*size > maxOverflow {
		return nil, fmt.Errorf("%w: the header of page %d is not valid", store.ErrDamaged, page)
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
