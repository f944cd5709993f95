// Package phone says what a phone is in the lab: a device with a state and with storage, the
// SIM in it, and the backups that its owner made. These are pure rules: the package has no
// clock, no locks and no network.
//
// SIM and device are apart, as in life. Texts go to the SIM's number, wherever it is; pushes go to the
// device. A device that is lost, broken or off refuses what it could not do in life.
package phone

import (
	"errors"
	"slices"
	"time"

	"nightlatch/server/otp"
)

// The reasons for which a device refuses something.
var (
	ErrOff      = errors.New("phone: it is off")
	ErrFlight   = errors.New("phone: it is in flight mode")
	ErrLost     = errors.New("phone: it is lost")
	ErrNotLost  = errors.New("phone: it is not lost")
	ErrBroken   = errors.New("phone: it is broken")
	ErrNoKey    = errors.New("phone: its app has no app key")
	ErrNoBackup = errors.New("phone: there is no backup")
	ErrSecret   = errors.New("phone: the entry's secret is not base32")
	ErrEntries  = errors.New("phone: its authenticator is full")
)

const (
	maxPushes  = 50 // pushes that the lock screen keeps; the oldest goes first
	maxEntries = 50 // entries of the authenticator
)

// A Device is a phone without its owner and without the network.
type Device struct {
	ID     string
	Number string // the number of the SIM in it, in E.164 form; "" without a SIM
	State  State
	Storage
	Pushes  []Push   // what the lock screen shows, oldest first
	Backups []Backup // oldest first; kept outside the device
}

// State is what can be seen on a device, or can happen to it.
type State struct {
	Off        bool
	FlightMode bool
	Silent     bool // notifications are off
	Lost       bool
	Broken     bool // for good
}

// Storage is what a device keeps. Wiping empties it.
type Storage struct {
	App     App
	Entries []Entry // of the authenticator
}

// App is what the account's app keeps.
type App struct {
	Username string
	ID       string // its registration at the server
	Session  string // secret
	Key      string // secret: the app key (R91), in base32
}

// An Entry is an account in the authenticator.
type Entry struct {
	Issuer  string
	Account string
	Secret  string // in base32
}

// A Push is a push that arrived.
type Push struct {
	Payload []byte // JSON, as the server sent it
	At      time.Time
}

// New returns a new device with the SIM of a number.
func New(id, number string) *Device { return &Device{ID: id, Number: number} }

// Usable reports why nobody can use the device, or nil. Flight mode doesn't matter.
func (d *Device) Usable() error {
	switch {
	case d.State.Broken:
		return ErrBroken
	case d.State.Lost:
		return ErrLost
	case d.State.Off:
		return ErrOff
	}
	return nil
}

// Online reports why the device's owner can't use the network with it, or nil.
func (d *Device) Online() error {
	if err := d.Usable(); err != nil {
		return err
	}
	if d.State.FlightMode {
		return ErrFlight
	}
	return nil
}

// Push shows a push on the lock screen. It reports whether the push was shown: a device that is
// not online, or whose notifications are off, shows none. The push is not kept for later.
func (d *Device) Push(payload []byte, at time.Time) bool {
	if d.Online() != nil || d.State.Silent {
		return false
	}
	d.Pushes = append(d.Pushes, Push{Payload: slices.Clone(payload), At: at})
	if over := len(d.Pushes) - maxPushes; over > 0 {
		d.Pushes = slices.Delete(d.Pushes, 0, over)
	}
	return true
}

// Code returns the login code that the app shows at a time (R90). It needs no network.
func (d *Device) Code(at time.Time) (string, error) {
	if err := d.Usable(); err != nil {
		return "", err
	}
	if d.App.Key == "" {
		return "", ErrNoKey
	}
	return otp.Code(d.App.Key, at)
}

// Enrol adds an entry to the authenticator. An entry of the same issuer and account is replaced,
// since its secret was replaced too.
func (d *Device) Enrol(e Entry) error {
	if err := d.Usable(); err != nil {
		return err
	}
	if e.Secret == "" {
		return ErrSecret
	}
	if _, err := otp.Code(e.Secret, time.Unix(0, 0)); err != nil {
		return ErrSecret // the cause may quote the secret
	}
	same := func(o Entry) bool { return o.Issuer == e.Issuer && o.Account == e.Account }
	if i := slices.IndexFunc(d.Entries, same); i >= 0 {
		d.Entries[i] = e
		return nil
	}
	if len(d.Entries) >= maxEntries {
		return ErrEntries
	}
	d.Entries = append(d.Entries, e)
	return nil
}
