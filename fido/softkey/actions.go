package softkey

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/text/unicode/norm"
)

// What cannot be done to a key in the lab.
var (
	ErrPIN      = errors.New("softkey: a PIN has at least 4 characters and at most 63 bytes")
	ErrHasPIN   = errors.New("softkey: the key has a PIN")
	ErrNoPIN    = errors.New("softkey: the key has no PIN")
	ErrNoSensor = errors.New("softkey: the key has no fingerprint sensor")
	ErrU2F      = errors.New("softkey: a U2F key knows no PIN and keeps no credentials")
)

// State returns a copy of what the key remembers.
func (k *Key) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state.clone()
}

// A Report is what can be seen of a key's state without its secrets.
type Report struct {
	HasPIN          bool
	PINTries        int  // wrong ones left; 0: locked
	Finger          bool // one is enrolled
	UVTries         int  // wrong fingers left
	WrongFinger     bool // somebody else's touches the sensor
	Frozen          bool // the signature counter stands still
	Used, Remaining int  // discoverable credentials, and how many more fit
}

// Report looks at the key.
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

// HasPIN tells whether a PIN is set.
func (k *Key) HasPIN() bool { return k.Report().HasPIN }

// SetPIN gives a key without a PIN one, as a person would have done at home.
func (k *Key) SetPIN(pin string) error {
	pin = norm.NFC.String(pin) // as a host sends it (CTAP section 6.5.1)
	if checkNew(pin) != ok {
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

// LockPIN uses up all tries, as eight wrong PINs do: only a reset helps.
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

// ForcePINChange makes the key want another PIN before it does anything that takes
// one (CTAP section 6.4, forcePINChange).
func (k *Key) ForcePINChange() error {
	return k.edit(func() error {
		if len(k.state.PINHash) == 0 {
			return ErrNoPIN
		}
		k.state.ForceChange = true
		return nil
	})
}

// EnrollFinger teaches the sensor its owner's finger, which a reset forgets.
func (k *Key) EnrollFinger() error {
	return k.sensor(func() { k.state.Finger, k.state.UVTries = true, uvTries })
}

// WrongFinger says whose finger touches the key from now on: one that the sensor
// does not know, or its owner's.
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

// Freeze makes the signature counter stand still, as that of a copied key seems to
// whoever has the other copy, or lets it count again.
func (k *Key) Freeze(frozen bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Frozen = frozen
}

// Fill keeps made-up credentials on the key until no more fit.
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

// left is how many more discoverable credentials fit.
func (k *Key) left() int { return max(0, k.capacity-len(k.state.Credentials)) }
