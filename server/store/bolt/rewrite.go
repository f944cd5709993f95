package bolt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
	"nightlatch/server/store/durable"
)

// A Rewrite describes how a database is rewritten to a new file.
type Rewrite struct {
	First    []store.Item                                       // new rows, before all others
	Row      func(key, value []byte) (stored []byte, err error) // the new value of a row
	Done     func() error                                       // called at the end; an error leaves the old file in use
	Progress Progress
}

// A SpaceError reports that a copy needs more space than the disk has. It is a
// store.ErrFull.
type SpaceError struct{ Need, Free int64 } // bytes

func (e *SpaceError) Error() string {
	return fmt.Sprintf("%v: %d bytes are needed, %d are free", store.ErrFull, e.Need, e.Free)
}

func (e *SpaceError) Unwrap() error { return store.ErrFull }

// rewriteBatch is the number of bytes that one transaction writes. It limits
// the memory.
const rewriteBatch = 4 << 20

// rewrite copies the database of an older schema, which s has open and locked,
// to a new file. It keeps the old file under a name with its schema.
//
// The program may be killed at any moment. The old file stays in its place
// until the new one is complete, so the next start begins again. One rename
// then exchanges them.
func (s *Store) rewrite(cfg Config) error {
	incoming := cfg.Path + ".rewriting"
	if err := os.Remove(incoming); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left by an attempt that was killed
	}
	version, err := schema(s.db)
	if err != nil || version != rewritten-1 {
		return err // migrate refuses newer schemas
	}
	if cfg.Rewrite == nil {
		return store.ErrOldFormat
	}
	how, err := cfg.Rewrite()
	if err != nil {
		return err
	}
	if err := enoughSpace(cfg.Path, s.file); err != nil {
		return err
	}
	defer os.Remove(incoming)
	if err := s.copyTo(incoming, how); err != nil {
		return err
	}
	if err := keepOld(cfg.Path, fmt.Sprintf("%s.schema-%d", cfg.Path, version)); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // an open file cannot be replaced there
		if err := s.db.Close(); err != nil {
			return err
		}
	}
	if err := os.Rename(incoming, cfg.Path); err != nil {
		return err
	}
	if err := durable.SyncDir(filepath.Dir(cfg.Path)); err != nil {
		return err
	}
	if err := s.db.Close(); err != nil { // only now, because closing releases the lock
		return err
	}
	s.db, s.file, err = openFile(cfg.Path, mapSize)
	return err
}

// enoughSpace checks that a copy of f, with checksums, fits on the disk of
// path.
func enoughSpace(path string, f *os.File) error {
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	need := fi.Size() + fi.Size()/8 + 2*defaultReserve
	if free, known := freeSpace(filepath.Dir(path)); known && free < need {
		return &SpaceError{need, free}
	}
	return nil
}

// keepOld gives the old file a second name. If the name is taken, by an
// attempt that was killed or by another database, keepOld does not replace
// that file. It adds a number to the name.
func keepOld(path, name string) error {
	kept := name
	for n := 2; ; n++ {
		err := os.Link(path, kept)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, fs.ErrExist):
			return copyFile(path, kept) // the file system has no links
		}
		old, err1 := os.Stat(path)
		same, err2 := os.Stat(kept)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if os.SameFile(old, same) {
			return nil
		}
		kept = fmt.Sprintf("%s-%d", name, n)
	}
}

func copyFile(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	err = durable.Create(to, 0o600, func(w *os.File) error {
		_, err := io.Copy(w, f)
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		return nil // complete, left by an attempt that was killed
	}
	return err
}

// copyTo writes the rewritten rows of s to a new database, and syncs it once.
func (s *Store) copyTo(path string, how *Rewrite) (err error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true, NoGrowSync: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := &batch{db: db}
	for _, it := range how.First {
		if err := b.put([]byte(it.Key), it.Value); err != nil {
			return errors.Join(err, b.end())
		}
	}
	err = s.walkAll(func(key, value []byte) error {
		stored, err := how.Row(key, value)
		if err != nil {
			return err
		}
		return b.put(key, stored)
	}, how.Progress)
	if err = errors.Join(err, b.end()); err != nil {
		return err
	}
	if how.Done != nil {
		if err := how.Done(); err != nil {
			return err
		}
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(dataBucket)
		return errors.Join(err, setSchema(tx, rewritten))
	})
	if err != nil {
		return err
	}
	return db.Sync()
}

func (s *Store) walkAll(visit Visit, progress Progress) error {
	tx, m, err := s.snapshot()
	if err != nil {
		return err
	}
	defer tx.Rollback() // a read transaction has nothing to write
	if progress == nil {
		progress = func(int64, int64) error { return nil }
	}
	return walk(s.file, m, visit, progress)
}

// A batch writes rows in key order, with a few megabytes in each transaction.
type batch struct {
	db   *bbolt.DB
	tx   *bbolt.Tx
	data *bbolt.Bucket
	size int
}

func (b *batch) put(key, value []byte) (err error) {
	if b.tx == nil {
		if b.tx, err = b.db.Begin(true); err != nil {
			return err
		}
		if b.data, err = b.tx.CreateBucketIfNotExists(dataBucket); err != nil {
			return err
		}
		b.data.FillPercent = 0.9 // the rows come in order
	}
	if err := b.data.Put(append([]byte(nil), key...), value); err != nil {
		return err
	}
	if b.size += len(key) + len(value); b.size < rewriteBatch {
		return nil
	}
	return b.end()
}

func (b *batch) end() error {
	if b.tx == nil {
		return nil
	}
	tx := b.tx
	b.tx, b.size = nil, 0
	return tx.Commit()
}
