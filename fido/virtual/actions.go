package virtual

import "nightlatch/fido/softkey"

// Touch touches a key that is plugged in.
func (b *Bench) Touch(id string) error {
	return b.with(id, func(s *slot) error {
		if s.plug == nil {
			return ErrUnplugged
		}
		s.hand.gate.Touch()
		return nil
	})
}

// SetAutoTouch makes a key touch itself, or stops that.
func (b *Bench) SetAutoTouch(id string, on bool) error {
	return b.change(id, func(s *slot) error { s.hand.gate.SetAuto(on); return nil })
}

// PullOnTouch has a key pulled out the next time it waits for a touch, instead of
// touching it.
func (b *Bench) PullOnTouch(id string, on bool) error {
	return b.change(id, func(s *slot) error { s.hand.setPulls(on); return nil })
}

// Freeze makes a key's signature counter stand still, as that of a key that was
// copied seems to, or lets it count again (R34).
func (b *Bench) Freeze(id string, on bool) error {
	return b.change(id, func(s *slot) error { s.key.Freeze(on); return nil })
}

// WrongFinger says whose finger touches a key's sensor from now on: somebody's, or
// its owner's.
func (b *Bench) WrongFinger(id string, wrong bool) error {
	return b.change(id, func(s *slot) error { return s.key.WrongFinger(wrong) })
}

// EnrollFinger teaches a key its owner's finger, which a reset forgets.
func (b *Bench) EnrollFinger(id string) error {
	return b.change(id, func(s *slot) error { return s.key.EnrollFinger() })
}

// Fill keeps made-up credentials on a key until no more fit.
func (b *Bench) Fill(id string) error {
	return b.change(id, func(s *slot) error { return s.key.Fill() })
}

// LockPIN uses up all tries of a key's PIN.
func (b *Bench) LockPIN(id string) error {
	return b.change(id, func(s *slot) error { return s.key.LockPIN() })
}

// ForcePINChange makes a key want another PIN before anything else.
func (b *Bench) ForcePINChange(id string) error {
	return b.change(id, func(s *slot) error { return s.key.ForcePINChange() })
}

// State is everything a key remembers, its secrets too.
func (b *Bench) State(id string) (softkey.State, error) {
	var state softkey.State
	err := b.with(id, func(s *slot) error { state = s.key.State(); return nil })
	return state, err
}

// change does something to a key that List shows.
func (b *Bench) change(id string, do func(*slot) error) error {
	err := b.with(id, do)
	b.bell.ring()
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
