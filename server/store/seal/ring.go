package seal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zalando/go-keyring"
)

// errNoEntry reports a keyring that works but has no such entry.
var errNoEntry = errors.New("no such entry")

// service is the name that users see for our entries in the keyring.
const service = "nightlatch"

// A ring stores secrets by name. Outside tests it is the operating system's keyring.
type ring interface {
	Get(entry string) (secret string, err error)
	Set(entry, secret string) error
	// Answers reports whether the keyring answers at all. If it does, it may
	// be waiting for its user.
	Answers(ctx context.Context) bool
}

type osRing struct{}

func (osRing) Get(entry string) (string, error) {
	secret, err := keyring.Get(service, entry)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", errNoEntry
	case err != nil && nobodyThere(err):
		return "", ErrNoKeyring
	}
	return secret, err
}

func (osRing) Answers(ctx context.Context) bool { return answers(ctx) }

func (osRing) Set(entry, secret string) error { return keyring.Set(service, entry, secret) }

// systemRing returns the operating system's keyring, or nil if there is none. It checks
// for a D-Bus session first, because the library would start one.
func systemRing() ring {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return osRing{}
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return osRing{}
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			return osRing{}
		}
	}
	return nil
}
