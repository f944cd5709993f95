package virtual

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
)

// A Key is a snapshot of a virtual key.
type Key struct {
	ID              string
	Name            string
	Transport       string // "usb" or "nfc"
	Kind            softkey.Kind
	Path            string // of its pseudo-terminal, or lab://…; "" if it is unplugged
	CopyOf          string // ID of the key that it was copied from; "" for none
	AutoTouch       bool   // touches are automatic
	WaitingForTouch bool
	PullOnTouch     bool // it is unplugged the next time it waits for a touch

	PIN             bool // a PIN is set
	PINTries        int  // wrong PINs that it still accepts; 0: locked
	Finger          bool // a finger is enrolled
	WrongFinger     bool // a finger that is not enrolled touches the sensor
	Frozen          bool // the signature counter is stopped
	Used, Remaining int  // discoverable credentials stored, and how many more fit
}

// Plugged reports whether the key is plugged in.
func (k Key) Plugged() bool { return k.Path != "" }

// Key returns a snapshot of one key.
func (b *Bench) Key(id string) (Key, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.find(id)
	if err != nil {
		return Key{}, err
	}
	return s.snapshot(), nil
}

// List returns snapshots of all keys, oldest first.
func (b *Bench) List() []Key {
	b.mu.Lock()
	defer b.mu.Unlock()
	ks := make([]Key, 0, len(b.slots))
	for _, s := range b.slots {
		ks = append(ks, s.snapshot())
	}
	return ks
}

// Devices lists the keys that are plugged in. It is a fido.Lister.
func (b *Bench) Devices(context.Context) ([]fido.Device, error) {
	var ds []fido.Device
	for _, k := range b.List() {
		if k.Plugged() {
			ds = append(ds, fido.Device{
				Path:         k.Path,
				Transport:    k.Transport,
				Product:      k.Name,
				Manufacturer: Manufacturer,
				Virtual:      true,
			})
		}
	}
	return ds, nil
}

func (s *slot) snapshot() Key {
	r := s.key.Report()
	pulls, waiting := s.toucher.snapshot()
	k := Key{
		ID:              s.id,
		Name:            s.name,
		Transport:       s.transport,
		Kind:            s.key.Kind(),
		CopyOf:          s.copyOf,
		AutoTouch:       s.toucher.gate.Auto(),
		WaitingForTouch: waiting,
		PullOnTouch:     pulls,
		PIN:             r.HasPIN,
		PINTries:        r.PINTries,
		Finger:          r.Finger,
		WrongFinger:     r.WrongFinger,
		Frozen:          r.Frozen,
		Used:            r.Used,
		Remaining:       r.Remaining,
	}
	if s.plug != nil {
		k.Path = s.plug.path
	}
	return k
}
