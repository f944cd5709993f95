package checked

import (
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A Verifier checks rows as a back end stores them.
type Verifier struct {
	Keys *seal.Sealer
	// Row gets every whole row, in the order of the keys.
	Row func(key string, value []byte) error
	// Damaged gets the others.
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
