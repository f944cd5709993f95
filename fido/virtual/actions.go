package virtual

import "nightlatch/fido/softkey"

// Touch touches a key that is plugged in.
func (b *Bench) Touch(id string) error {
	return b.with(id, func(s *slot) error {
		if s.plug == nil {
			return ErrUnplugged
		}
		s.toucher.gate.Touch()
		return nil
	})
}

// SetAutoTouch turns automatic touches on or off.
func (b *Bench) SetAutoTouch(id string, on bool) error {
	return b.change(id, func(s *slot) error { s.toucher.gate.SetAuto(on); return nil })
}

// PullOnTouch sets whether the key is unplugged, not touched, the next time it waits
// for a touch.
func (b *Bench) PullOnTouch(id string, on bool) error {
	return b.change(id, func(s *slot) error { s.toucher.setPulls(on); return nil })
}

// Freeze stops or restarts a key's signature counter. A relying party sees such a
// counter when a key was copied (R34).
func (b *Bench) Freeze(id string, on bool) error {
	return b.change(id, func(s *slot) error { s.key.Freeze(on); return nil })
}

// WrongFinger sets which finger touches the sensor from now on: one that is not
// enrolled (true), or the owner's.
func (b *Bench) WrongFinger(id string, wrong bool) error {
	return b.change(id, func(s *slot) error { return s.key.WrongFinger(wrong) })
}

// EnrollFinger enrolls the owner's finger. A reset removes it.
func (b *Bench) EnrollFinger(id string) error {
	return b.change(id, func(s *slot) error { return s.key.EnrollFinger() })
}

// Fill stores invented credentials on a key until no more fit.
func (b *Bench) Fill(id string) error {
	return b.change(id, func(s *slot) error { return s.key.Fill() })
}

// LockPIN uses up all tries of a key's PIN.
func (b *Bench) LockPIN(id string) error {
	return b.change(id, func(s *slot) error { return s.key.LockPIN() })
}

// ForcePINChange makes a key refuse its PIN until it is changed.
func (b *Bench) ForcePINChange(id string) error {
	return b.change(id, func(s *slot) error { return s.key.ForcePINChange() })
}

// State returns a key's persistent state, with its secrets.
func (b *Bench) State(id string) (softkey.State, error) {
	var state softkey.State
	err := b.with(id, func(s *slot) error { state = s.key.State(); return nil })
	return state, err
}

// change calls do with a key and reports a change to Changed.
func (b *Bench) change(id string, do func(*slot) error) error {
	err := b.with(id, do)
	b.changes.notify()
	return err
}

func (b *Bench) with(id string, do func(*slot) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.find(id)
	if err != nil {
		return err
	}
	return do(s)
}
