// Package unavailable says which actions of an account would be refused now, because of the
// policy, the account's state or a missing mail server or text gateway.
//
// Each rule is here once. The code that performs an action calls Check first. The account
// that its owner sees lists every action that Check refuses, so that a client can say so
// before it asks for anything.
package unavailable

import (
	"errors"
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

// Refusals, besides a *ceremony.Rejection, backupcode.ErrFull, temppassword.ErrFull and
// temppassword.ErrTwoFactorOff.
var (
	ErrTextIsLast   = errors.New("unavailable: text is the only method (R17)")
	ErrKeyIsLast    = errors.New("unavailable: this key is the only method (R61)")
	ErrNoAddress    = errors.New("unavailable: the owner has no address")
	ErrTwoFactorOff = errors.New("unavailable: two-factor is off (R61)")
)

// A Server is what the rules depend on besides the account.
type Server struct {
	Policy account.Policy
	Can    delivery.Capabilities
}

// Check returns nil if the account's owner may do something now, else why not.
func (s Server) Check(tx store.Tx, a *account.Account, what api.Action) error {
	switch what {
	case api.ActEnrollText:
		to := ""
		if a.PhoneVerified && !a.TextOn {
			to = a.Phone // the code is texted there
		}
		return s.Send(tx, api.ByText, to)
	case api.ActChangePhone:
		return s.Send(tx, api.ByText, "")
	case api.ActEnrollKey:
		return s.keysLeft(tx, a)
	case api.ActDeletePhone:
		return s.unlessLast(tx, a, api.Text, ErrTextIsLast)
	case api.ActDeleteKey:
		return s.unlessLast(tx, a, api.SecurityKey, ErrKeyIsLast)
	case api.ActReplaceBackupCodes:
		return needsTwoFactor(tx, a)
	case api.ActBackupCode:
		if err := needsTwoFactor(tx, a); err != nil {
			return err
		}
		return backupcode.Room(a, 1, s.Policy.BackupCodesMax)
	case api.ActTemporaryPassword:
		if err := needsTwoFactor(tx, a); err != nil {
			return err
		}
		return temppassword.Room(tx, a.ID)
	case api.ActTestMail:
		owner, err := account.IsOwner(tx, a.ID)
		if owner && a.Email == "" {
			return ErrNoAddress
		}
		return err
	}
	return nil
}

// Send returns a Rejection if nothing can be sent to a recipient. An empty recipient is one
// that is not known yet.
func (s Server) Send(tx store.Tx, channel api.Channel, to string) error {
	switch {
	case channel == api.ByEmail && !s.Can.Mail:
		return ceremony.Reject(ceremony.Refuse(ceremony.CannotMail))
	case channel == api.ByText && !s.Can.Text:
		return ceremony.Reject(ceremony.Refuse(ceremony.CannotText))
	case to == "":
		return nil
	}
	stopped, err := delivery.Stopped(tx, channel, to)
	switch {
	case err != nil:
		return fmt.Errorf("unavailable: %w", err)
	case stopped: // R18
		return ceremony.Reject(ceremony.Refuse(ceremony.TextsStopped))
	}
	return nil
}

// keysLeft returns a Rejection if the account has the maximum number of keys (R31).
func (s Server) keysLeft(tx store.Tx, a *account.Account) error {
	e, err := account.Enrolled(tx, a)
	if err == nil && e.Keys >= s.Policy.KeysMax {
		return ceremony.Reject(ceremony.Refuse(ceremony.KeysFull))
	}
	return err
}

// unlessLast returns last if deleting an authenticator of a method turned two-factor off, and
// the policy requires a turn-off first (R17).
func (s Server) unlessLast(tx store.Tx, a *account.Account, m api.Method, last error) error {
	if !s.Policy.ConfirmPhoneDelete {
		return nil
	}
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return err
	}
	if on := e.Methods(); len(on) == 1 && on[0] == m && (m != api.SecurityKey || e.Keys == 1) {
		return last
	}
	return nil
}

// needsTwoFactor returns an error if two-factor is off, for resources that exist only while
// it is on (R61, R70, R80).
func needsTwoFactor(tx store.Tx, a *account.Account) error {
	e, err := account.Enrolled(tx, a)
	if err == nil && !e.TwoFactor() {
		return ErrTwoFactorOff
	}
	return err
}

// First is the ceremony that makes a refused action possible, nil if there is none.
func First(refused error) *api.Begin {
	switch {
	case errors.Is(refused, ErrTextIsLast):
		return &api.Begin{Kind: api.TurnOff, Method: api.Text}
	case errors.Is(refused, ErrKeyIsLast):
		return &api.Begin{Kind: api.TurnOff, Method: api.SecurityKey}
	}
	return nil
}
