package securitykey

import (
	"slices"

	"nightlatch/fido"
)

// A Held is the key that a dialog or a step is about, while the user types
// text for it. When the key is removed, the typed text stays, and the dialog
// waits for the same key. All fields for a key use a Held, so that they handle
// a removal alike.
type Held struct {
	Device fido.Device // the key, by its current path
	Gone   bool        // it was removed
	others []fido.Device
}

// Hold returns a key to watch.
func Hold(d fido.Device) *Held { return &Held{Device: d} }

// Update compares the key with the keys that are plugged in now. It reports
// whether the key was removed or is back. Keys have no serial number, so a key
// counts as back if it is of the same product and was not plugged in at the
// removal.
func (h *Held) Update(p Presence) (changed bool) {
	if p.Err != nil {
		return false // the list of keys is unknown
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

// alike reports whether two devices are the same product. Other fields may
// differ, because a device learns more about its key after it was listed.
func alike(a, b fido.Device) bool { return a.Product == b.Product && a.Transport == b.Transport }
