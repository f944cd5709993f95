package virtual

import (
	"context"

	"nightlatch/fido"
)

// A Key is what can be seen of a virtual key.
type Key struct {
	ID              string
	Name            string
	Transport       string // "usb" or "nfc"
	Path            string // where it is plugged in; "" when it is not
	PIN             bool   // one is set
	AutoTouch       bool   // it touches itself
	WaitingForTouch bool
}

// Plugged tells whether the key is plugged in.
func (k Key) Plugged() bool { return k.Path != "" }

// Key looks at one key.
func (b *Bench) Key(id string) (Key, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.find(id)
	if err != nil {
		return Key{}, err
	}
	return s.see(), nil
}

// List looks at all keys, in the order in which they came.
func (b *Bench) List() []Key {
	b.mu.Lock()
	defer b.mu.Unlock()
	ks := make([]Key, 0, len(b.slots))
	for _, s := range b.slots {
		ks = append(ks, s.see())
	}
	return ks
}

// Devices lists the keys that are plugged in, for fido's client. It is a
// fido.Lister.
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

func (s *slot) see() Key {
	k := Key{
		ID:              s.id,
		Name:            s.name,
		Transport:       s.transport,
		PIN:             s.key.HasPIN(),
		AutoTouch:       s.gate.Auto(),
		WaitingForTouch: s.gate.Waiting(),
	}
	if s.plug != nil {
		k.Path = s.plug.endpoint.Path()
	}
	return k
}
