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

// A migration brings the data from the schema before it to its own, in one
// transaction.
type migration func(data *bbolt.Bucket) error

// migrations lists every schema there was: the first element leads to schema 1.
// The list only ever grows.
var migrations = []migration{
	func(*bbolt.Bucket) error { return nil }, // 1: the first one
}

func setSchema(tx *bbolt.Tx, version int) error {
	b, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	return b.Put(schemaKey, binary.BigEndian.AppendUint64(nil, uint64(version)))
}

// schema reads the version without writing anything.
func schema(db *bbolt.DB) (version int, err error) {
	err = recoverDamage(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			b := tx.Bucket(metaBucket)
			if b == nil || tx.Bucket(dataBucket) == nil {
				return fmt.Errorf("%w: it is not Nightlatch's", store.ErrDamaged)
			}
			v := b.Get(schemaKey)
			if len(v) != 8 {
				return fmt.Errorf("%w: it has no version", store.ErrDamaged)
			}
			version = int(binary.BigEndian.Uint64(v))
			return nil
		})
	})
	return version, err
}

// migrate brings an older database up to date, a copy first. It leaves a newer
// one alone.
func migrate(db *bbolt.DB, path string, steps []migration) error {
	version, err := schema(db)
	if err != nil {
		return err
	}
	if version == len(steps) {
		return nil
	}
	if version > len(steps) || version < 1 {
		return fmt.Errorf("%w: schema %d, this program knows %d", store.ErrNewerVersion, version, len(steps))
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

// backup copies the database as it is. A copy from an attempt that did not
// finish holds the same and stays.
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
