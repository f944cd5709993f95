package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
	"nightlatch/server/store/durable"
)

var (
	dataBucket = []byte("data")
	metaBucket = []byte("nightlatch")
	schemaKey  = []byte("schema")
)

// A migration changes the data from the schema before it to its own, in one transaction.
type migration func(data *bbolt.Bucket) error

// migrations has an element for every schema; the first one leads to schema 1. Elements
// are only ever added.
var migrations = []migration{
	func(*bbolt.Bucket) error { return nil },           // 1: the first schema
	func(*bbolt.Bucket) error { return errNotInPlace }, // 2: values have checksums; see rewrite
}

// rewritten is the first schema that needs a rewrite to a new file.
const rewritten = 2

var errNotInPlace = errors.New("bolt: this schema needs a new file")

func setSchema(tx *bbolt.Tx, version int) error {
	b, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	return b.Put(schemaKey, binary.BigEndian.AppendUint64(nil, uint64(version)))
}

// schema reads the schema version. It writes nothing.
func schema(db *bbolt.DB) (version int, err error) {
	err = recoverDamage(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			b := tx.Bucket(metaBucket)
			if b == nil || tx.Bucket(dataBucket) == nil {
				return fmt.Errorf("%w: it is not a Nightlatch database", store.ErrDamaged)
			}
			v := b.Get(schemaKey)
			if len(v) != 8 {
				return fmt.Errorf("%w: it has no schema version", store.ErrDamaged)
			}
			version = int(binary.BigEndian.Uint64(v))
			return nil
		})
	})
	return version, err
}

// migrate updates an older database to the current schema, after making a copy. It does
// not change a newer one.
func migrate(db *bbolt.DB, path string, steps []migration) error {
	version, err := schema(db)
	if err != nil {
		return err
	}
	if version == len(steps) {
		return nil
	}
	if version > len(steps) || version < 1 {
		return fmt.Errorf("%w: it has schema %d, this program supports up to %d", store.ErrNewerVersion, version, len(steps))
	}
	if err := backup(db, fmt.Sprintf("%s.schema-%d", path, version)); err != nil {
		return err
	}
	return recoverDamage(func() error {
		return db.Update(func(tx *bbolt.Tx) error {
			for i, step := range steps[version:] {
				if err := step(tx.Bucket(dataBucket)); err != nil {
					return fmt.Errorf("to schema %d: %w", version+i+1, err)
				}
			}
			return setSchema(tx, len(steps))
		})
	})
}

// backup copies the unchanged database. If an earlier attempt was interrupted, its copy has
// the same contents and is kept.
func backup(db *bbolt.DB, path string) error {
	err := durable.Create(path, 0o600, func(f *os.File) error {
		return recoverDamage(func() error {
			return db.View(func(tx *bbolt.Tx) error {
				_, err := tx.WriteTo(io.Writer(f))
				return err
			})
		})
	})
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
