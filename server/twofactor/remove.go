// Package twofactor removes second steps from an account.
//
// Every route that can end two-factor uses it: the ceremony turn-off, the deletion
// of the phone number or of a key, and the operator's reset. When the last method
// is removed, two-factor is off, and backup codes and temporary passwords become void (R61).
// It is a package of its own because package account must not import those two.
package twofactor

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

// Removed lists everything that one removal deleted or made void. Package notice makes
// the events and the notice from it.
type Removed struct {
	PhoneDeleted bool                 // with the text method, if that was on
	Phone        string               // the deleted number, if it was verified
	Key          *account.SecurityKey // the one key that was deleted, by DeleteKey

	Methods            []api.Method // turned off
	TwoFactorOff       bool         // the last method was removed
	BackupCodes        int          // made void
	TemporaryPasswords int          // revoked

	ByOperator bool // the operator reset two-factor (R102)
}

// RemoveMethods turns methods off, with all their authenticators (R60), and saves the
// account. Methods that are not on are ignored.
func RemoveMethods(tx store.Tx, a *account.Account, methods ...api.Method) (Removed, error) {
	return removeMethods(tx, a, api.EventTwoFactorOff, methods)
}

// Reset is RemoveMethods for all methods, by the server's operator (R102).
func Reset(tx store.Tx, a *account.Account) (Removed, error) {
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return Removed{}, err
	}
	r, err := removeMethods(tx, a, api.EventTwoFactorReset, e.Methods())
	r.ByOperator = true
	return r, err
}

func removeMethods(tx store.Tx, a *account.Account, by api.EventType, methods []api.Method) (Removed, error) {
	return remove(tx, a, by, func(*Removed) error {
		for _, m := range methods {
			if err := account.RemoveMethod(tx, a, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeletePhone deletes the phone number, and turns the text method off (R17).
func DeletePhone(tx store.Tx, a *account.Account) (Removed, error) {
	return remove(tx, a, api.EventTwoFactorOff, func(r *Removed) error {
		r.PhoneDeleted = true
		if a.PhoneVerified {
			r.Phone = a.Phone
		}
		return account.DeletePhone(tx, a)
	})
}

// DeleteKey deletes one security key (R31). Without further keys, the method is off.
// The error is account.ErrNoKey if there is no such key.
func DeleteKey(tx store.Tx, a *account.Account, id string) (Removed, error) {
	return remove(tx, a, api.EventTwoFactorOff, func(r *Removed) error {
		key, err := account.Key(tx, a.ID, id)
		if err != nil {
			return err
		}
		r.Key = &key
		return account.DeleteKey(tx, a.ID, id)
	})
}

// remove runs fn and then applies R61. by is the event that voids backup codes.
func remove(tx store.Tx, a *account.Account, by api.EventType, fn func(*Removed) error) (Removed, error) {
	var r Removed
	before, err := account.Enrolled(tx, a)
	if err != nil {
		return Removed{}, err
	}
	requestsOff := a.RequestsOff
	if err := fn(&r); err != nil {
		return Removed{}, err
	}
	off, err := account.Settle(tx, a,
		func(tx store.Tx, a *account.Account) (n int, err error) {
			r.BackupCodes, err = backupcode.VoidAll(tx, a, by, 0)
			return r.BackupCodes, err
		},
		func(tx store.Tx, a *account.Account) (n int, err error) {
			r.TemporaryPasswords, err = temppassword.RevokeAll(tx, a.ID)
			return r.TemporaryPasswords, err
		})
	if err != nil {
		return Removed{}, err
	}
	if a.RequestsOff && !requestsOff {
		r.Methods = append(r.Methods, api.LoginRequest)
	}
	after, err := account.Enrolled(tx, a)
	if err != nil {
		return Removed{}, err
	}
	for _, m := range before.Methods() {
		if !after.Has(m) {
			r.Methods = append(r.Methods, m)
		}
	}
	r.TwoFactorOff = off && before.TwoFactor()
	return r, nil
}
