package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"nightlatch/server/rawtext"
	"nightlatch/server/store/durable"
)

// deviceMax is larger than a token of any version, in bytes.
const deviceMax = 256

// A deviceFile stores the token by which a server recognises this device (R43), in a file
// that only its owner can read. The token gives no access, so it is not encrypted. If the
// file cannot be read or written, the server does not recognise the device.
type deviceFile struct {
	path   string
	failed func(error) // reports that the token could not be stored

	mu    sync.Mutex
	read  bool
	token string
}

// deviceOf is the file of the terminal for a server. A user has one for each server.
func deviceOf(base string) *deviceFile {
	f := &deviceFile{failed: func(error) {}}
	if dir, err := os.UserConfigDir(); err == nil {
		sum := sha256.Sum256([]byte(base))
		f.path = filepath.Join(dir, "nightlatch", "devices", hex.EncodeToString(sum[:8]))
	}
	return f
}

// Device is part of client.DeviceKeeper.
func (f *deviceFile) Device() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.read {
		f.read = true
		b, err := os.ReadFile(f.path)
		text, bad := rawtext.File(b)
		if token := strings.TrimSpace(text); err == nil && bad == nil && len(token) <= deviceMax && !strings.ContainsFunc(token, unfit) {
			f.token = token
		}
	}
	return f.token
}

// unfit reports whether a character cannot be part of a token, which is sent in a header.
func unfit(r rune) bool { return r <= ' ' || r > '~' }

// Keep is part of client.DeviceKeeper.
func (f *deviceFile) Keep(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.read, f.token = true, token
	if err := f.write(token); err != nil {
		f.failed(err)
	}
}

func (f *deviceFile) write(token string) error {
	if f.path == "" {
		return nil // there is no directory for configuration
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	return durable.Replace(f.path, 0o600, durable.Bytes([]byte(token+"\n")))
}
