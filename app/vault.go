package main

import (
	"errors"
	"io/fs"
	"os"

	"nightlatch/server/store/durable"
	"nightlatch/server/store/seal"
)

// A vault keeps the console's session token between starts, in a sealed file: a copy of
// the file is useless without the key.
type vault struct {
	path string
	keys *seal.Sealer
}

const vaultName = "console/session"

// Token returns the token, or "" if there is none or it was sealed with another key.
func (v vault) Token() (string, error) {
	sealed, err := os.ReadFile(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	token, err := v.keys.Open(vaultName, sealed)
	if errors.Is(err, seal.ErrSealed) {
		return "", nil // it was sealed with another key, so the user must sign in again
	}
	return string(token), err
}

// SetToken saves a token; "" deletes it.
func (v vault) SetToken(token string) error {
	if token == "" {
		if err := os.Remove(v.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return durable.Replace(v.path, 0o600, durable.Bytes(v.keys.Seal(vaultName, []byte(token))))
}
