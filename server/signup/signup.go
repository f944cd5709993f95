// Package signup decides who may create an account (R7).
//
// Sign-up is open, by invitation or closed. The owner's setting says which; a
// flag of the program overrides it. Without either, a lab is open and any
// other server is by invitation. While a server has no owner, the owner's
// account is the first one that is created in the program's window or with the
// set-up code of this start.
//
// A client learns whether a name is taken only while sign-up is open, and only
// for a few names an hour (R42). An invited user learns it too, since an
// invitation works once.
package signup

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"nightlatch/server/account"
	"nightlatch/server/rawtext"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A Mode says who may sign up.
type Mode string

// The modes.
const (
	Open   Mode = "open"   // everybody
	Invite Mode = "invite" // who has an invitation
	Closed Mode = "closed" // nobody
)

// Errors of this package. The client sees all of them.
var (
	ErrMode           = errors.New("signup: unknown mode")
	ErrFixed          = errors.New("signup: the mode is set by a flag")
	ErrClosed         = errors.New("signup: closed")
	ErrNeedInvitation = errors.New("signup: an invitation is needed")
	ErrNeedSetup      = errors.New("signup: the set-up code is needed")
	ErrInvitation     = errors.New("signup: no such invitation")
	ErrUsed           = errors.New("signup: invitation already used")
	ErrExpired        = errors.New("signup: invitation expired")
	ErrFull           = errors.New("signup: too many invitations")
)

// ParseMode reads a mode.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(strings.ToLower(rawtext.Parsed(s))); m {
	case Open, Invite, Closed:
		return m, nil
	}
	return "", ErrMode
}

// Config configures a Door.
type Config struct {
	Sealer *seal.Sealer
	Flag   Mode // of the program; "" if the owner's setting applies
	Lab    bool
}

// A Door decides who may sign up.
type Door struct {
	cfg   Config
	setup string // the set-up code, normalised
}

// New returns a Door with a new set-up code.
func New(cfg Config) (*Door, error) {
	if cfg.Sealer == nil {
		return nil, errors.New("signup: keys are needed")
	}
	if cfg.Flag != "" {
		if _, err := ParseMode(string(cfg.Flag)); err != nil {
			return nil, err
		}
	}
	return &Door{cfg: cfg, setup: account.NewCode()}, nil
}

// modeKey is the store key of the owner's setting.
const modeKey = "conf/sign-up"

// Mode returns who may sign up now, and whether a flag fixes it.
func (d *Door) Mode(tx store.Tx) (m Mode, fixed bool, err error) {
	if d.cfg.Flag != "" {
		return d.cfg.Flag, true, nil
	}
	switch b, err := tx.Get(modeKey); {
	case err == nil:
		m, err := ParseMode(string(b))
		return m, false, err
	case !errors.Is(err, store.ErrNotFound):
		return "", false, fmt.Errorf("signup: mode: %w", err)
	case d.cfg.Lab:
		return Open, false, nil
	}
	return Invite, false, nil
}

// SetMode changes the owner's setting and returns the previous mode. Errors:
// ErrMode, ErrFixed.
func (d *Door) SetMode(tx store.Tx, m Mode) (before Mode, err error) {
	if m, err = ParseMode(string(m)); err != nil {
		return "", err
	}
	before, fixed, err := d.Mode(tx)
	switch {
	case err != nil:
		return "", err
	case fixed:
		return "", ErrFixed
	}
	if err := tx.Put(modeKey, []byte(m)); err != nil {
		return "", fmt.Errorf("signup: mode: %w", err)
	}
	return before, nil
}

// SetupCode returns the set-up code of this start as it is shown to people, or
// "" if the server has an owner.
func (d *Door) SetupCode(tx store.Tx) (string, error) {
	owner, err := account.Owner(tx)
	if err != nil || owner != "" {
		return "", err
	}
	return account.FormatCode(d.setup), nil
}

// A Pass is the permission to create one account.
type Pass struct {
	Owner   bool   // the account becomes the server owner's
	Names   bool   // the client may learn whether a name is taken, without an invitation (R42)
	Address string // of the invitation
	Proved  bool   // the code came from the mail to Address
	By      string // ID of the account that invited

	invitation string // ID
}

// Enter returns a pass for a client and changes nothing. code is an
// invitation, the set-up code or ""; window is true for the window of this
// program. Errors: ErrClosed, ErrNeedInvitation, ErrNeedSetup, ErrInvitation,
// ErrUsed, ErrExpired.
func (d *Door) Enter(tx store.Tx, code string, window bool) (Pass, error) {
	owner, err := account.Owner(tx)
	if err != nil {
		return Pass{}, err
	}
	mode, _, err := d.Mode(tx)
	if err != nil {
		return Pass{}, err
	}
	pass := Pass{Owner: owner == "" && window, Names: mode == Open}
	typed := rawtext.Parsed(code)
	if typed == "" {
		return pass, d.withoutCode(mode, owner == "", window)
	}
	read, err := account.NormalizeCode(typed)
	if err != nil {
		return Pass{}, ErrInvitation
	}
	if owner == "" && subtle.ConstantTimeCompare([]byte(read), []byte(d.setup)) == 1 {
		pass.Owner = true
		return pass, nil
	}
	if mode == Closed {
		return Pass{}, ErrClosed
	}
	return d.invited(tx, pass, read)
}

// withoutCode returns why a client without a code may not sign up, or nil.
func (d *Door) withoutCode(mode Mode, unowned, window bool) error {
	switch {
	case unowned && window, mode == Open:
		return nil
	case unowned:
		return ErrNeedSetup
	case mode == Closed:
		return ErrClosed
	}
	return ErrNeedInvitation
}
