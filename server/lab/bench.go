package lab

import (
	"context"
	"errors"
	"net/http"

	"nightlatch/server/api"
)

// What a Bench can answer.
var (
	ErrNoKey      = errors.New("lab: no such security key")
	ErrNotWaiting = errors.New("lab: nothing waits for a touch of this security key")
	ErrUnplugged  = errors.New("lab: the security key is not plugged in")
	ErrBenchFull  = errors.New("lab: no place left for another security key")
)

// A Bench holds virtual security keys, plugged in or lying beside the machine.
// It is safe for many goroutines.
type Bench interface {
	// Plug makes a new key and plugs it in. An empty pin means the key has none.
	Plug(ctx context.Context, name, transport, pin string) (api.LabKey, error)
	Touch(id string) error
	SetAutoTouch(id string, on bool) error
	Unplug(id string) error
	Replug(id string) error
	List() []api.LabKey
	// Changed is closed when a key begins or ends to wait for a touch, or is
	// plugged in or out.
	Changed() <-chan struct{}
	// Reset unplugs every key and forgets it.
	Reset() error
}

func (l *Lab) keysChanged() <-chan struct{} {
	if l.cfg.Bench == nil {
		return nil
	}
	return l.cfg.Bench.Changed()
}

func (l *Lab) listKeys(w http.ResponseWriter, _ *http.Request) error {
	keys := []api.LabKey{}
	if l.cfg.Bench != nil {
		keys = append(keys, l.cfg.Bench.List()...)
	}
	return respond(w, http.StatusOK, keys)
}

func (l *Lab) plugKey(w http.ResponseWriter, r *http.Request) error {
	var in api.LabKey // what is not name, transport or pin is the bench's to say
	if err := read(r, &in); err != nil {
		return err
	}
	if !plain(in.Name, 64) {
		return malformed("name", "A name has 1 to 64 characters, none of them a control character.")
	}
	if in.Transport != "usb" && in.Transport != "nfc" {
		return malformed("transport", "The transport is usb or nfc.")
	}
	// CTAP 2.1, §6.5.1: at least four code points, at most 63 bytes.
	if in.PIN != "" && (len([]rune(in.PIN)) < 4 || len(in.PIN) > 63 || !plain(in.PIN, 63)) {
		return malformed("pin", "A PIN has at least 4 characters and at most 63 bytes.")
	}
	if l.cfg.Bench == nil {
		return unavailable("Virtual security keys need a pseudo-terminal, which this system does not offer.")
	}
	key, err := l.cfg.Bench.Plug(r.Context(), in.Name, in.Transport, in.PIN)
	if err != nil {
		return err
	}
	return respond(w, http.StatusCreated, key)
}

func (l *Lab) changeKey(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		AutoTouch *bool `json:"auto_touch"`
		PluggedIn *bool `json:"plugged_in"`
	}
	if err := read(r, &in); err != nil {
		return err
	}
	if in.AutoTouch == nil && in.PluggedIn == nil {
		return malformed("auto_touch", "Give auto_touch or plugged_in.")
	}
	id := r.PathValue("id")
	if _, err := l.key(id); err != nil {
		return err
	}
	if in.AutoTouch != nil {
		if err := l.cfg.Bench.SetAutoTouch(id, *in.AutoTouch); err != nil {
			return err
		}
	}
	if in.PluggedIn != nil {
		plug := l.cfg.Bench.Unplug
		if *in.PluggedIn {
			plug = l.cfg.Bench.Replug
		}
		if err := plug(id); err != nil {
			return err
		}
	}
	key, err := l.key(id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, key)
}

func (l *Lab) touchKey(w http.ResponseWriter, r *http.Request) error {
	return l.onKey(w, r, Bench.Touch)
}

func (l *Lab) unplugKey(w http.ResponseWriter, r *http.Request) error {
	return l.onKey(w, r, Bench.Unplug)
}

func (l *Lab) onKey(w http.ResponseWriter, r *http.Request, do func(Bench, string) error) error {
	id := r.PathValue("id")
	if _, err := l.key(id); err != nil {
		return err
	}
	if err := do(l.cfg.Bench, id); err != nil {
		return err
	}
	return respond(w, http.StatusNoContent, nil)
}

// key finds a key by its ID.
func (l *Lab) key(id string) (api.LabKey, error) {
	if l.cfg.Bench != nil {
		for _, k := range l.cfg.Bench.List() {
			if k.ID == id {
				return k, nil
			}
		}
	}
	return api.LabKey{}, ErrNoKey
}
