package softkey

import (
	"crypto/rand"
	"errors"
	"slices"

	"nightlatch/fido"
)

// A State is everything a key remembers when it is unplugged. It can be written as
// JSON. It holds secrets. A second key that is made from the same state is a copy
// of the first (R34).
type State struct {
	Secret      []byte                   // from which credential IDs are opened; 32 bytes
	PINHash     []byte                   // first half of the PIN's SHA-256; empty without a PIN
	PINTries    int                      // wrong ones left
	ForceChange bool                     // the PIN is good for nothing but being changed
	Finger      bool                     // one is enrolled; only a key with a sensor has this
	UVTries     int                      // wrong fingers left
	Counter     uint32                   // signatures so far
	Frozen      bool                     // the counter stands still, as on a copied key
	Credentials []DiscoverableCredential // oldest first
}

// A DiscoverableCredential is a credential that is kept on the key.
type DiscoverableCredential struct {
	ID          []byte
	RPID        string
	RPName      string
	UserID      []byte
	UserName    string
	DisplayName string
}

const secretSize = 32

// blank is the state of a new key. One with a sensor is sold with its owner's
// finger enrolled: there is no other way to teach it one.
func blank(kind Kind) State {
	s := State{Secret: make([]byte, secretSize), PINTries: fido.MaxPINTries, UVTries: uvTries, Finger: kind == Fingerprint}
	_, _ = rand.Read(s.Secret) // never fails, as documented
	return s
}

func (s State) clone() State {
	out := s
	out.Secret = slices.Clone(s.Secret)
	out.PINHash = slices.Clone(s.PINHash)
	out.Credentials = slices.Clone(s.Credentials) // the byte slices inside are never written to
	return out
}

// check refuses a state that no key could have.
func (s State) check() error {
	switch {
	case len(s.Secret) != secretSize:
		return errors.New("softkey: Config.State has no secret")
	case s.PINTries < 0 || s.PINTries > fido.MaxPINTries || s.UVTries < 0 || s.UVTries > uvTries:
		return errors.New("softkey: Config.State has more tries than there are")
	case len(s.PINHash) != 0 && len(s.PINHash) != pinHashSize:
		return errors.New("softkey: Config.State has half a PIN")
	}
	return nil
}

// protected tells whether the key can verify its user (CTAP section 6, "some form
// of user verification").
func (s State) protected() bool { return len(s.PINHash) > 0 || s.Finger }
