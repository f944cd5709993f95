package bolt

import (
	"errors"
	"fmt"
	"os"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// OpenReadOnly opens an existing database for reading. It changes no byte, so
// it works on a full or read-only disk. Several programs can read at the same
// time; none can open the database for writing meanwhile. Updates return
// store.ErrReadOnly. Errors are those of Open. A database in an older format
// must be opened for writing first (store.ErrOldFormat).
func OpenReadOnly(cfg Config) (*Store, error) {
	cfg, err := cfg.check()
	if err != nil {
		return nil, err
	}
	s := &Store{
		now:      cfg.Now,
		log:      cfg.Log,
		readOnly: true,
		wake:     make(chan struct{}, 1),
		gone:     make(chan struct{}),
		over:     make(chan struct{}),
	}
	close(s.gone) // there is no committer
	if s.db, s.file, err = openFileReadOnly(cfg.Path); err != nil {
		return nil, explain(cfg.Path, err)
	}
	version, err := schema(s.db)
	switch {
	case err != nil:
	case version > len(migrations) || version < 1:
		err = fmt.Errorf("%w: it has schema %d, this program supports up to %d", store.ErrNewerVersion, version, len(migrations))
	case version < len(migrations):
		err = fmt.Errorf("%w: it has schema %d", store.ErrOldFormat, version)
	}
	if err != nil {
		return nil, explain(cfg.Path, errors.Join(err, s.db.Close()))
	}
	return s, nil
}

func openFileReadOnly(path string) (db *bbolt.DB, file *os.File, err error) {
	opts := &bbolt.Options{
		ReadOnly: true,
		Timeout:  lockWait,
		OpenFile: func(name string, _ int, _ os.FileMode) (*os.File, error) {
			f, err := os.Open(name)
			if err != nil {
				return nil, err
			}
			file = f
			if err := lockShared(f, lockWait); err != nil {
				return f, err
			}
			return f, inspect(f)
		},
	}
	db, err = openBolt(path, opts, &file)
	return db, file, err
}
