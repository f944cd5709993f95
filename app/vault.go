package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"nightlatch/server/store/seal"
)

// A vault keeps the console's session token from one start to the next, in a
// file of its own, sealed: whoever copies the file has nothing.
type vault struct {
	path string
	keys *seal.Keys
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
	f, err := os.CreateTemp(filepath.Dir(v.path), sessionName+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(v.keys.Seal(vaultName, []byte(token)))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), v.path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
