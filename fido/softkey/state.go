package softkey

import (
	"crypto/rand"
	"errors"
	"slices"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
)

// A State is a key's persistent state, with secrets. It can be encoded as JSON. A key
// made from another key's state is a copy of it (R34).
type State struct {
	Secret      []byte                   // encrypts credential IDs; 32 bytes
	PINHash     []byte                   // first half of the PIN's SHA-256; empty without a PIN
	PINTries    int                      // wrong PINs that it still accepts
	ForceChange bool                     // the PIN must be changed before it can be used
	Finger      bool                     // a finger is enrolled; false without a sensor
	UVTries     int                      // wrong fingers that it still accepts
	Counter     uint32                   // signatures so far
	Frozen      bool                     // the signature counter is stopped
	Credentials []DiscoverableCredential // oldest first
}

// A DiscoverableCredential is a credential that is stored on the key.
type DiscoverableCredential struct {
	ID          []byte
	RPID        string
	RPName      string
	UserID      []byte
	UserName    string
	DisplayName string
}

const secretSize = 32

// blank returns the state of a new key. If it has a sensor, the owner's finger is
// already enrolled: the key does not support enrollment by a host.
func blank(kind Kind) State {
	s := State{Secret: make([]byte, secretSize), PINTries: fido.MaxPINTries, UVTries: uvTries, Finger: kind == Fingerprint}
	_, _ = rand.Read(s.Secret) // never fails, as documented
	return s
}

func (s State) clone() State {
	out := s
	out.Secret = slices.Clone(s.Secret)
	out.PINHash = slices.Clone(s.PINHash)
	out.Credentials = slices.Clone(s.Credentials) // their byte slices are never modified
	return out
}

// check refuses an impossible state.
func (s State) check() error {
	switch {
	case len(s.Secret) != secretSize:
		return errors.New("softkey: Config.State has no secret")
	case s.PINTries < 0 || s.PINTries > fido.MaxPINTries || s.UVTries < 0 || s.UVTries > uvTries:
		return errors.New("softkey: Config.State has too many or negative tries")
	case len(s.PINHash) != 0 && len(s.PINHash) != wire.PINHashSize:
		return errors.New("softkey: Config.State has a PIN hash of the wrong size")
	}
	return nil
}

// protected reports whether the key can verify its user ("protected by some form of
// user verification", CTAP section 6).
func (s State) protected() bool { return len(s.PINHash) > 0 || s.Finger }
