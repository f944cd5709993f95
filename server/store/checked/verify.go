package checked

import (
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A Verifier checks rows as a back end stores them.
type Verifier struct {
	Keys *seal.Sealer
	// Row is called for every undamaged row, in key order.
	Row func(key string, value []byte) error
	// Damaged is called for every damaged row.
	Damaged func(*store.DamagedError)
}

// Visit checks one row.
func (v Verifier) Visit(key, stored []byte) error {
	if string(key) == keyRow {
		return compareRow(stored, v.Keys)
	}
	value, err := detach(v.Keys, string(key), stored)
	if err != nil {
		v.Damaged(&store.DamagedError{Key: string(key)})
		return nil
	}
	return v.Row(string(key), value)
}
