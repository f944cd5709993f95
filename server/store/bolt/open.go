package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"nightlatch/server/store"
	"nightlatch/server/store/durable"
)

const (
	// lockWait is how long a second instance waits for the first one to end.
	lockWait = 300 * time.Millisecond

	// mapSize is the size of the mapping. It takes address space, not memory. A file
	// that grows beyond it is mapped again, which blocks all readers.
	mapSize = 1 << 30

	// allocStep is how much the file grows at a time, in bytes. Each step takes a sync.
	allocStep = 4 << 20
)

// Open opens the database at cfg.Path, or creates it. Its errors wrap those of package
// store and name the path and the cause: ErrInUse, ErrNotWritable, ErrFull, ErrDamaged,
// ErrNewerVersion, ErrUnavailable.
func Open(cfg Config) (*Store, error) { return open(cfg, migrations) }

func open(cfg Config, steps []migration) (_ *Store, err error) {
	cfg, err = cfg.check()
	if err != nil {
		return nil, err
	}
	if err := create(cfg.Path, steps); err != nil {
		return nil, explain(cfg.Path, err)
	}
	s := &Store{
		now:     cfg.Now,
		log:     cfg.Log,
		reserve: &reserve{path: cfg.Path + ".reserve", size: cfg.ReserveBytes},
		commit:  (*bbolt.Tx).Commit,
		wake:    make(chan struct{}, 1),
		gone:    make(chan struct{}),
		over:    make(chan struct{}),
	}
	if s.db, s.file, err = openFile(cfg.Path, mapSize); err != nil {
		return nil, explain(cfg.Path, err)
	}
	defer func() {
		if err != nil && s.db != nil {
			s.db.Close()
		}
	}()
	if err := s.rewrite(cfg); err != nil {
		return nil, explain(cfg.Path, err)
	}
	if err := migrate(s.db, cfg.Path, steps); err != nil {
		return nil, explain(cfg.Path, err)
	}
	if err := s.reserve.prepare(); err != nil {
		return nil, explain(cfg.Path, err)
	}
	go s.run()
	return s, nil
}

// create makes a new database beside the path and renames it when it is complete. An empty
// or incomplete file at path is therefore always a damaged one.
func create(path string, steps []migration) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	err := durable.Create(path, 0o600, func(f *os.File) error {
		db, err := bbolt.Open(f.Name(), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
		if err != nil {
			return err
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			if _, err := tx.CreateBucket(dataBucket); err != nil {
				return err
			}
			return setSchema(tx, len(steps))
		})
		return errors.Join(err, db.Close())
	})
	if errors.Is(err, fs.ErrExist) {
		return nil // another program was faster and holds the lock
	}
	return err
}

// openFile opens an existing database. It does not change a damaged file.
func openFile(path string, mapped int) (db *bbolt.DB, file *os.File, err error) {
	opts := &bbolt.Options{
		Timeout:      lockWait,
		FreelistType: bbolt.FreelistMapType,
		OpenFile: func(name string, _ int, _ os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, os.O_RDWR, 0)
			if err != nil {
				return nil, err
			}
			file = f
			if err := lock(f, lockWait); err != nil {
				return f, err
			}
			if err := sameFile(f, name); err != nil {
				return f, err
			}
			return f, inspect(f)
		},
	}
	if strconv.IntSize == 64 && runtime.GOOS != "windows" { // on Windows the file would grow to this size
		opts.InitialMmapSize = mapped
	}
	if db, err = openBolt(path, opts, &file); err != nil {
		return nil, nil, err
	}
	db.AllocSize = allocStep
	return db, file, nil
}

// openBolt opens a database. A function in opts sets file.
func openBolt(path string, opts *bbolt.Options, file **os.File) (db *bbolt.DB, err error) {
	err = recoverDamage(func() error {
		db, err = bbolt.Open(path, 0o600, opts)
		return err
	})
	if err == nil {
		return db, nil
	}
	if *file != nil {
		(*file).Close() // bbolt may have panicked with the file open; closing twice is harmless
		*file = nil
	}
	return nil, err
}

// sameFile checks that the locked file f still has its name. Another program
// may have replaced the file while this one waited for the lock.
func sameFile(f *os.File, name string) error {
	opened, err := f.Stat()
	if err != nil {
		return err
	}
	if named, err := os.Stat(name); err != nil || !os.SameFile(opened, named) {
		return store.ErrInUse
	}
	return nil
}

// explain translates errors of the system and of bbolt into the store's errors.
func explain(path string, err error) error {
	for _, known := range []error{store.ErrInUse, store.ErrDamaged, store.ErrNewerVersion, store.ErrFull, store.ErrNotWritable, store.ErrOldFormat, store.ErrOtherKey} {
		if errors.Is(err, known) {
			return fmt.Errorf("bolt: %s: %w", path, err)
		}
	}
	var noPath *fs.PathError
	var noLink *os.LinkError
	switch {
	case isFull(err):
		return fmt.Errorf("bolt: %s: %w: %w", path, store.ErrFull, err)
	case isIO(err):
		return fmt.Errorf("bolt: %s: %w: %w", path, store.ErrUnavailable, err)
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("bolt: %s: %w", path, store.ErrInUse)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return fmt.Errorf("bolt: %s: %w: %w", path, store.ErrDamaged, err)
	case errors.As(err, &noPath), errors.As(err, &noLink): // no such directory, no permission, read-only
		return fmt.Errorf("bolt: %s: %w: %w", path, store.ErrNotWritable, err)
	}
	return fmt.Errorf("bolt: %s: %w", path, err)
}
