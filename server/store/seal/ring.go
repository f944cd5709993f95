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
}

type osRing struct{}

func (osRing) Get(entry string) (string, error) {
	secret, err := keyring.Get(service, entry)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", errNoEntry
	}
	return secret, err
}

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

// ask calls the keyring, which may wait for the user to unlock it. The call cannot be
// cancelled: if ctx ends first, the goroutine stays until the keyring answers.
func ask(ctx context.Context, question func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := question()
		answered <- answer{text, err}
	}()
	select {
	case a := <-answered:
		return a.text, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
