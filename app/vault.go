package main

import (
	"errors"
	"io/fs"
	"os"

	"nightlatch/server/store/durable"
	"nightlatch/server/store/seal"
)

// A vault keeps the console's session token from one start to the next, in a
// file of its own, sealed: whoever copies the file has nothing.
type vault struct {
	path string
	keys *seal.Sealer
}

const vaultName = "console/session"

// Token returns the token, or "" when there is none that opens.
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
		return "", nil // of another key: one signs in again
	}
	return string(token), err
}

// SetToken keeps a token, or forgets it with "".
func (v vault) SetToken(token string) error {
	if token == "" {
		if err := os.Remove(v.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return durable.Replace(v.path, 0o600, func(f *os.File) error {
		_, err := f.Write(v.keys.Seal(vaultName, []byte(token)))
		return err
	})
}
