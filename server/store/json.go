package store

import (
	"encoding/json"
	"fmt"
)

// Load reads the JSON value at key into v, or returns ErrNotFound.
func Load(tx Tx, key string, v any) error {
	b, err := tx.Get(key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("store: value of %s: %w", key, err)
	}
	return nil
}

// Save writes v as JSON at key.
func Save(tx Tx, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: value of %s: %w", key, err)
	}
	return tx.Put(key, b)
}

// Insert writes v as JSON at a new key, or returns ErrExists.
func Insert(tx Tx, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: value of %s: %w", key, err)
	}
	return tx.Create(key, b)
}
