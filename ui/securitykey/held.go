package securitykey

import (
	"slices"

	"nightlatch/fido"
)

// A Held is the key that a dialog or a step is about while the person types something for
// it. When the key is removed, what was typed stays, and the dialog waits for the same key.
// Every surface with a field for a key has one, so that all of them handle a removal alike.
type Held struct {
	Device fido.Device // the key, by its current path
	Gone   bool        // it was removed
	others []fido.Device
}

// Hold returns a key to watch.
func Hold(d fido.Device) *Held { return &Held{Device: d} }

// Update takes in which keys are plugged in. It reports whether the key was removed, or is
// back: one that was not there when it was removed, of the same product. Keys tell no
// serial number.
func (h *Held) Update(p Presence) (changed bool) {
	if p.Err != nil {
		return false // it is not known
	}
	open, _ := p.Usable()
	if !h.Gone {
		if slices.ContainsFunc(open, func(d fido.Device) bool { return d.Path == h.Device.Path && alike(d, h.Device) }) {
			return false
		}
		h.Gone, h.others = true, open
		return true
	}
	h.others = slices.DeleteFunc(slices.Clone(h.others), func(d fido.Device) bool { return !slices.Contains(open, d) })
	for _, d := range open {
		if !slices.Contains(h.others, d) && alike(d, h.Device) {
			h.Device, h.Gone, h.others = d, false, nil
			return true
		}
	}
	return false
}

// alike reports whether two devices are the same product. A prompt's device has facts that
// the key has told since it was listed.
func alike(a, b fido.Device) bool { return a.Product == b.Product && a.Transport == b.Transport }
