package softkey

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/text/unicode/norm"
)

// Errors of the lab's actions.
var (
	ErrPIN      = errors.New("softkey: a PIN has at least 4 characters and at most 63 bytes")
	ErrHasPIN   = errors.New("softkey: the key has a PIN")
	ErrNoPIN    = errors.New("softkey: the key has no PIN")
	ErrNoSensor = errors.New("softkey: the key has no fingerprint sensor")
	ErrU2F      = errors.New("softkey: a U2F key has no PIN and no discoverable credentials")
)

// State returns a copy of the key's persistent state.
func (k *Key) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state.clone()
}

// A Report is a key's state without its secrets.
type Report struct {
	HasPIN          bool
	PINTries        int  // wrong PINs that it still accepts; 0: locked
	Finger          bool // a finger is enrolled
	UVTries         int  // wrong fingers that it still accepts
	WrongFinger     bool // a finger that is not enrolled touches the sensor
	Frozen          bool // the signature counter is stopped
	Used, Remaining int  // discoverable credentials stored, and how many more fit
}

// Report returns the key's state without its secrets.
func (k *Key) Report() Report {
	k.mu.Lock()
	defer k.mu.Unlock()
	return Report{
		HasPIN:      len(k.state.PINHash) > 0,
		PINTries:    k.state.PINTries,
		Finger:      k.state.Finger,
		UVTries:     k.state.UVTries,
		WrongFinger: k.wrongFinger,
		Frozen:      k.state.Frozen,
		Used:        len(k.state.Credentials),
		Remaining:   k.left(),
	}
}

// HasPIN reports whether a PIN is set.
func (k *Key) HasPIN() bool { return k.Report().HasPIN }

// SetPIN sets the first PIN, without a host. It returns ErrHasPIN if one is set.
func (k *Key) SetPIN(pin string) error {
	pin = norm.NFC.String(pin) // hosts normalise it too (CTAP section 6.5.1)
	if k.checkNew(pin) != ok {
		return ErrPIN
	}
	return k.edit(func() error {
		if len(k.state.PINHash) > 0 {
			return ErrHasPIN
		}
		k.state.setPIN(pin)
		return nil
	})
}

// LockPIN uses up all tries, as eight wrong PINs do. Only a reset unlocks the key.
func (k *Key) LockPIN() error {
	return k.edit(func() error {
		if len(k.state.PINHash) == 0 {
			return ErrNoPIN
		}
		k.state.PINTries = 0
		k.pins.token = token{}
		return nil
	})
}

// ForcePINChange makes the key refuse its PIN until it is changed (CTAP section 6.4,
// forcePINChange).
func (k *Key) ForcePINChange() error {
	return k.edit(func() error {
		if len(k.state.PINHash) == 0 {
			return ErrNoPIN
		}
		k.state.ForceChange = true
		return nil
	})
}

// EnrollFinger enrolls the owner's finger. A reset removes it.
func (k *Key) EnrollFinger() error {
	return k.sensor(func() { k.state.Finger, k.state.UVTries = true, uvTries })
}

// WrongFinger sets which finger touches the key from now on: one that is not enrolled
// (true), or the owner's.
func (k *Key) WrongFinger(wrong bool) error {
	return k.sensor(func() { k.wrongFinger = wrong })
}

func (k *Key) sensor(do func()) error {
	if k.kind != Fingerprint {
		return ErrNoSensor
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	do()
	return nil
}

// Freeze stops or restarts the signature counter. A relying party sees such a counter
// when a key was copied (R34).
func (k *Key) Freeze(frozen bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Frozen = frozen
}

// Fill stores invented credentials on the key until no more fit.
func (k *Key) Fill() error {
	return k.edit(func() error {
		for n := 1; k.left() > 0; n++ {
			rp := fmt.Sprintf("shop-%d.example", n)
			sum := sha256.Sum256([]byte(rp))
			r := makeRequest{
				RP:   &party{ID: rp, Name: "Shop " + strconv.Itoa(n)},
				User: &user{ID: sum[:16], Name: "me", DisplayName: "Me"},
			}
			c, err := k.newCredential(hashed(rp), algES256, protectOptional, true)
			if err != nil {
				return err
			}
			if k.keep(c, &r) != ok {
				return nil
			}
		}
		return nil
	})
}

// edit changes the state of a FIDO2 key. A U2F key refuses with ErrU2F.
func (k *Key) edit(do func() error) error {
	if k.kind == U2F {
		return ErrU2F
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return do()
}

// left returns how many more discoverable credentials fit.
func (k *Key) left() int { return max(0, k.capacity-len(k.state.Credentials)) }
