package seal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zalando/go-keyring"
)

// errNoEntry reports a keyring that answers and has no such entry.
var errNoEntry = errors.New("no such entry")

// service is the name under which the person finds our entries in the keyring.
const service = "nightlatch"

// A ring keeps a few secrets by name: the operating system's keyring.
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

// systemRing returns nil where there is no keyring to talk to. Without a
// session bus the library would start one.
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

// ask runs a question to the keyring, which may wait for a person to unlock it.
// It cannot be taken back: if ctx ends first its goroutine ends with the answer.
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
