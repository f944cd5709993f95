package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// A Visit is called for every key and value, in key order. Both are valid only
// during the call.
type Visit func(key, value []byte) error

// A Progress is called with the number of bytes that are done. An error ends
// the operation.
type Progress func(done, total int64) error

// Walk reads the whole database in its current state and checks every page. It
// calls visit, if it is not nil. The store can be used meanwhile. The first
// problem is returned as store.ErrDamaged.
//
// Walk reads the file instead of bbolt's mapping, so it needs little memory
// for a file of any size. The open transaction keeps the pages unchanged.
func (s *Store) Walk(ctx context.Context, visit Visit, progress Progress) error {
	tx, m, err := s.snapshot()
	if err != nil {
		return fmt.Errorf("bolt: check: %w", err)
	}
	defer tx.Rollback() // a read transaction has nothing to write
	follow := func(done, total int64) error {
		if err := ctx.Err(); err != nil || progress == nil {
			return err
		}
		return progress(done, total)
	}
	if err := walk(s.file, m, visit, follow); err != nil {
		return fmt.Errorf("bolt: check: %w", err)
	}
	return nil
}

// snapshot begins a read transaction and returns its meta page.
func (s *Store) snapshot() (*bbolt.Tx, meta, error) {
	const tries = 100 // a commit between the two steps may overwrite the meta page
	for range tries {
		tx, err := s.begin(false)
		if err != nil {
			return nil, meta{}, err
		}
		for _, at := range []int64{0, int64(s.db.Info().PageSize)} {
			m, err := readMeta(s.file, at)
			if err != nil {
				return nil, meta{}, errors.Join(err, tx.Rollback())
			}
			if m != nil && m.txid == uint64(tx.ID()) {
				return tx, *m, nil
			}
		}
		if err := tx.Rollback(); err != nil {
			return nil, meta{}, err
		}
	}
	return nil, meta{}, fmt.Errorf("%w: its meta pages are not those of the open database", store.ErrDamaged)
}

// A walker reads the tree of a file from left to right.
type walker struct {
	f        io.ReaderAt
	meta     meta
	taken    pageSet
	visit    Visit
	progress Progress
	done     uint64 // pages
	used     uint64 // pages
	buffers  [][]byte
}

func walk(f io.ReaderAt, m meta, visit Visit, progress Progress) error {
	w := &walker{f: f, meta: m, taken: newPageSet(m.pages), visit: visit, progress: progress}
	err := inspectFreelist(f, m, w.taken)
	if err == nil {
		w.used = m.pages - 2 - w.taken.count()
		err = w.page(link{page: m.root}, 0, true)
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it is cut off", store.ErrDamaged)
	case err != nil && isIO(err):
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	case err != nil:
		return err
	}
	for n := uint64(2); n < m.pages; n++ {
		if w.taken.add(n) {
			return fmt.Errorf("%w: page %d is neither used nor free", store.ErrDamaged, n)
		}
	}
	return nil
}

// page reads a page and all pages below it. root is true in the tree of
// buckets, whose leaves are the buckets.
func (w *walker) page(at link, depth int, root bool) error {
	if depth == len(w.buffers) {
		w.buffers = append(w.buffers, nil)
	}
	p, err := readPage(w.f, w.meta, at.page, w.buffers[depth])
	if err != nil {
		return err
	}
	w.buffers[depth] = p
	pages := uint64(len(p)) / w.meta.pageSize
	for i := range pages {
		if !w.taken.add(at.page + i) {
			return fmt.Errorf("%w: page %d is used twice", store.ErrDamaged, at.page+i)
		}
	}
	w.done += pages
	if err := w.progress(int64(w.done*w.meta.pageSize), int64(w.used*w.meta.pageSize)); err != nil {
		return err
	}
	below, err := parsePage(p, at.keys)
	if err != nil {
		return fmt.Errorf("%w: page %d: %w", store.ErrDamaged, at.page, err)
	}
	if binary.NativeEndian.Uint16(p[8:]) == branchFlag {
		for _, l := range below {
			if err := w.page(l, depth+1, root); err != nil {
				return err
			}
		}
		return nil
	}
	return w.leaf(p, depth, root)
}

// leaf visits the elements of a leaf page, which parsePage has checked.
func (w *walker) leaf(p []byte, depth int, root bool) error {
	order := binary.NativeEndian
	for i := range int(order.Uint16(p[10:])) {
		at := pageHeader + i*elementSize
		from := at + int(order.Uint32(p[at+4:]))
		keyEnd := from + int(order.Uint32(p[at+8:]))
		key, value := p[from:keyEnd], p[keyEnd:keyEnd+int(order.Uint32(p[at+12:]))]
		switch isBucket := order.Uint32(p[at:]) == bucketFlag; {
		case isBucket != root:
			return fmt.Errorf("%w: a bucket is in another one", store.ErrDamaged)
		case isBucket:
			if err := w.bucket(string(key), value, depth+1); err != nil {
				return err
			}
		case len(key) > store.MaxKey || len(value) > store.MaxStored:
			return fmt.Errorf("%w: a key of %d bytes with a value of %d", store.ErrDamaged, len(key), len(value))
		case w.visit != nil:
			if err := w.visit(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// bucket reads a bucket. It visits only the bucket with the data.
func (w *walker) bucket(name string, value []byte, depth int) error {
	if name != string(dataBucket) {
		defer func(visit Visit) { w.visit = visit }(w.visit)
		w.visit = nil
	}
	if page := binary.NativeEndian.Uint64(value); page != 0 {
		return w.page(link{page: page}, depth, false)
	}
	return w.leaf(value[bucketHead:], depth, false)
}
