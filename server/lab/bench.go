package lab

import (
	"context"
	"errors"
	"net/http"

	"nightlatch/server/api"
)

// Errors of a Bench.
var (
	ErrNoKey      = errors.New("lab: no such security key")
	ErrNotWaiting = errors.New("lab: this security key is not waiting for a touch")
	ErrUnplugged  = errors.New("lab: the security key is not plugged in")
	ErrBenchFull  = errors.New("lab: no place left for another security key")
	ErrNoPIN      = errors.New("lab: the security key has no PIN")
	ErrNoSensor   = errors.New("lab: the security key has no fingerprint sensor")
	ErrOldKey     = errors.New("lab: a U2F key has no PIN and no discoverable credentials")
)

// A Bench holds virtual security keys, plugged in or unplugged. It may be used from any
// goroutine.
type Bench interface {
	// Plug makes a new key with the Name, Transport, Kind and PIN of k, and plugs it in.
	Plug(ctx context.Context, k api.LabKey) (api.LabKey, error)
	// Copy makes a copy of a key and plugs it in (R34).
	Copy(id, name string) (api.LabKey, error)
	Do(id string, action api.KeyAction) error
	// Set changes the fields that are set in b.
	Set(id string, b api.KeyBehaviour) error
	Unplug(id string) error
	Replug(id string) error
	// Remove unplugs a key and deletes it.
	Remove(id string) error
	List() []api.LabKey
	// Changed returns a channel that is closed when the result of List changes.
	Changed() <-chan struct{}
	// Reset unplugs and deletes every key.
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
	var in api.LabKey // the bench sets all fields except name, transport, kind and pin
	if err := read(r, &in); err != nil {
		return err
	}
	if !shown(&in.Name, 64) {
		return malformed("name", "A name has 1 to 64 characters, none of which is a control character or reorders text.")
	}
	if in.Transport != "usb" && in.Transport != "nfc" {
		return malformed("transport", "The transport is usb or nfc.")
	}
	switch in.Kind {
	case "":
		in.Kind = api.KeyFIDO2
	case api.KeyFIDO2, api.KeyFingerprint:
	case api.KeyU2F:
		if in.PIN != "" {
			return malformed("pin", "A U2F key has no PIN.")
		}
	default:
		return malformed("kind", "The kind is fido2, fingerprint or u2f.")
	}
	// CTAP 2.1, §6.5.1: at least four code points, at most 63 bytes.
	if in.PIN != "" && (len([]rune(in.PIN)) < 4 || len(in.PIN) > 63 || !secret(in.PIN, 63)) {
		return malformed("pin", "A PIN has at least 4 characters and at most 63 bytes.")
	}
	if l.cfg.Bench == nil {
		return unavailable("This lab has no virtual security keys.")
	}
	key, err := l.cfg.Bench.Plug(r.Context(), in)
	if err != nil {
		return err
	}
	return respond(w, http.StatusCreated, key)
}

func (l *Lab) changeKey(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		PluggedIn *bool `json:"plugged_in"`
		api.KeyBehaviour
	}
	if err := read(r, &in); err != nil {
		return err
	}
	behaviour := in.KeyBehaviour != (api.KeyBehaviour{})
	if in.PluggedIn == nil && !behaviour {
		return malformedAs(api.ReasonMissing, "auto_touch", "Give auto_touch, plugged_in, pull_on_touch, counter_still or wrong_finger.")
	}
	id := r.PathValue("id")
	if _, err := l.key(id); err != nil {
		return err
	}
	if behaviour {
		if err := l.cfg.Bench.Set(id, in.KeyBehaviour); err != nil {
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
	return l.showKey(w, http.StatusOK, id)
}

func (l *Lab) copyKey(w http.ResponseWriter, r *http.Request) error {
	var in api.LabCopy
	if err := read(r, &in); err != nil {
		return err
	}
	if !shown(&in.Name, 64) {
		return malformed("name", "A name has 1 to 64 characters, none of which is a control character or reorders text.")
	}
	id := r.PathValue("id")
	if _, err := l.key(id); err != nil {
		return err
	}
	twin, err := l.cfg.Bench.Copy(id, in.Name)
	if err != nil {
		return err
	}
	return respond(w, http.StatusCreated, twin)
}

// doKey answers POST /lab/v1/keys/{id}/ACTION.
func (l *Lab) doKey(action api.KeyAction) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		return l.onKey(w, r, func(b Bench, id string) error { return b.Do(id, action) })
	}
}

// unplugKey unplugs a key, and deletes it with ?forget=true.
func (l *Lab) unplugKey(w http.ResponseWriter, r *http.Request) error {
	switch r.URL.Query().Get("forget") {
	case "", "false":
		return l.onKey(w, r, Bench.Unplug)
	case "true":
		return l.onKey(w, r, Bench.Remove)
	}
	return malformed("forget", "The value is true or false.")
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

func (l *Lab) showKey(w http.ResponseWriter, status int, id string) error {
	key, err := l.key(id)
	if err != nil {
		return err
	}
	return respond(w, status, key)
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
