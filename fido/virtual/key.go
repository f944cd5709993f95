package virtual

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
)

// A Key is what can be seen of a virtual key.
type Key struct {
	ID              string
	Name            string
	Transport       string // "usb" or "nfc"
	Kind            softkey.Kind
	Path            string // where it is plugged in; "" when it is not
	CopyOf          string // the ID of the key it was copied from; "" for none
	AutoTouch       bool   // it touches itself
	WaitingForTouch bool
	PullOnTouch     bool // it is pulled out the next time it waits for a touch

	PIN             bool // one is set
	PINTries        int  // wrong ones left; 0: locked
	Finger          bool // one is enrolled
	WrongFinger     bool // somebody else's touches the sensor
	Frozen          bool // the signature counter stands still
	Used, Remaining int  // discoverable credentials, and how many more fit
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
	r := s.key.Report()
	pulls, waiting := s.hand.see()
	k := Key{
		ID:              s.id,
		Name:            s.name,
		Transport:       s.transport,
		Kind:            s.key.Kind(),
		CopyOf:          s.copyOf,
		AutoTouch:       s.hand.gate.Auto(),
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
		k.Path = s.plug.endpoint.Path()
	}
	return k
}
