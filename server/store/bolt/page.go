package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"

	"nightlatch/server/store"
)

// bbolt's pages (internal/common: page.go, bucket.go).
const (
	branchFlag  = 0x01
	leafFlag    = 0x02
	bucketFlag  = 0x01 // of an element whose value is a bucket
	elementSize = 16   // bytes of a branch: offset 4, key 4, page 8; of a leaf: flags 4, offset 4, key 4, value 4
	bucketHead  = 16   // bytes: page 8, sequence 8; if page is 0, the bucket's only page follows inline

	// maxOverflow is an upper limit for the bytes of a page with its overflow
	// pages. bbolt splits a page with more than four elements.
	maxOverflow = 16 * (store.MaxKey + store.MaxStored)
)

var (
	errKind    = errors.New("it is neither a branch nor a leaf page")
	errCount   = errors.New("it does not have the elements that it had")
	errElement = errors.New("an element reaches beyond it")
	errOrder   = errors.New("a key is out of order")
	errLength  = errors.New("it has more overflow pages than it needs")
	errBucket  = errors.New("a bucket is truncated")
)

// A span is the range of a page's keys: from low, up to but not including high. An empty
// high means no upper limit.
type span struct{ low, high string }

func (s span) has(key []byte) bool {
	return string(key) >= s.low && (s.high == "" || string(key) < s.high)
}

// A link leads from a page to one below it.
type link struct {
	page uint64
	keys span
}

// parsePage checks everything that bbolt relies on in a branch or leaf page and returns
// the pages below it. p includes the overflow pages.
func parsePage(p []byte, keys span) (below []link, err error) {
	order := binary.NativeEndian
	kind, count := order.Uint16(p[8:]), int(order.Uint16(p[10:]))
	if kind != branchFlag && kind != leafFlag || kind == branchFlag && count == 0 {
		return nil, errKind
	}
	if count == 0 && keys.low != "" { // only the root of a bucket may be empty
		return nil, errCount
	}
	body := pageHeader + count*elementSize // the offset of the first key
	if body > len(p) {
		return nil, errElement
	}
	used := uint64(body)
	var last []byte
	for at := pageHeader; at < body; at += elementSize {
		e := p[at:]
		field := func(n int) uint64 { return uint64(order.Uint32(e[n:])) }
		offset, keySize, valueSize := field(4), field(8), field(12)
		if kind == branchFlag {
			offset, keySize, valueSize = field(0), field(4), 0
		}
		used += keySize + valueSize
		from := uint64(at) + offset
		if keySize == 0 || from < uint64(body) || from+keySize+valueSize > uint64(len(p)) {
			return nil, errElement
		}
		if at == pageHeader && from != uint64(body) { // bbolt writes the first key directly after the last element
			return nil, errCount
		}
		key := p[from : from+keySize]
		if last != nil && bytes.Compare(last, key) >= 0 || !keys.has(key) {
			return nil, errOrder
		}
		last = key
		switch {
		case kind == branchFlag:
			if n := len(below); n > 0 {
				below[n-1].keys.high = string(key)
			}
			below = append(below, link{order.Uint64(e[8:]), span{string(key), keys.high}})
		case field(0) == bucketFlag:
			inside, err := parseBucket(p[from+keySize : from+keySize+valueSize])
			if err != nil {
				return nil, err
			}
			below = append(below, inside...)
		case field(0) != 0:
			return nil, errElement
		}
	}
	// An overflow count that is too large would include other pages.
	if overflow := uint64(order.Uint32(p[12:])); used < uint64(len(p))/(overflow+1)*overflow {
		return nil, errLength
	}
	return below, nil
}

// parseBucket checks a bucket in a leaf page. It has a root page, or is an inline page.
func parseBucket(value []byte) (below []link, err error) {
	if len(value) < bucketHead {
		return nil, errBucket
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return []link{{page: root}}, nil
	}
	inline := value[bucketHead:]
	if len(inline) < pageHeader || binary.NativeEndian.Uint16(inline[8:]) != leafFlag || binary.NativeEndian.Uint32(inline[12:]) != 0 {
		return nil, errBucket
	}
	return parsePage(inline, span{})
}
