package account

import (
	"fmt"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// An Enrolment lists the methods of an account that are on.
type Enrolment struct {
	Text bool
	App  bool
	Keys int
}

// Enrolled returns which methods are on. It costs one scan of store keys.
func Enrolled(tx store.Tx, a *Account) (Enrolment, error) {
	prefix := authnPrefix(a.ID)
	items, err := tx.Scan(prefix, "", KeysMax+1)
	if err != nil {
		return Enrolment{}, fmt.Errorf("account: list authenticators: %w", err)
	}
	e := Enrolment{Text: a.TextOn}
	for _, item := range items {
		if item.Key == AppKey(a.ID) {
			e.App = true
		} else {
			e.Keys++
		}
	}
	return e, nil
}

// Methods lists the methods that are on, in the order of preference of R40.
func (e Enrolment) Methods() []api.Method {
	var on []api.Method
	for _, m := range []api.Method{api.SecurityKey, api.App, api.Text} {
		if e.Has(m) {
			on = append(on, m)
		}
	}
	return on
}

// Has reports whether a method is on.
func (e Enrolment) Has(m api.Method) bool {
	switch m {
	case api.Text:
		return e.Text
	case api.App:
		return e.App
	case api.SecurityKey:
		return e.Keys > 0
	}
	return false
}

// TwoFactor reports whether any method is on.
func (e Enrolment) TwoFactor() bool { return e.Text || e.App || e.Keys > 0 }

// Recommended returns the method to set up first: an authenticator app, which needs no message
// and no device besides the phone. It is "" if an app or a security key is on.
func (e Enrolment) Recommended() api.Method {
	if e.App || e.Keys > 0 {
		return ""
	}
	return api.App
}

// DefaultMethod returns the method that sign-in asks for first: the one used last time if
// it is still on, else key, app, text in this order (R40). It is never a backup code
// (R41), and "" if no method is on.
func DefaultMethod(a *Account, e Enrolment) api.Method {
	if e.Has(a.LastMethod) {
		return a.LastMethod
	}
	if on := e.Methods(); len(on) > 0 {
		return on[0]
	}
	return ""
}

// MethodUsed stores the method of a sign-in as default for the next one (R40). A backup
// code changes nothing (R41). The caller saves the account.
func (a *Account) MethodUsed(m api.Method) {
	if m != api.BackupCode {
		a.LastMethod = m
	}
}

// MethodAdded must be called after a method was turned on. It reports whether that turned
// two-factor on (R70). The caller saves the account.
func (a *Account) MethodAdded(tx store.Tx) (first bool) {
	if !a.TwoFactorSince.IsZero() {
		return false
	}
	a.TwoFactorSince = tx.Now().UTC()
	a.TwoFactorTurns++
	a.FirstBackupCode = max(a.NextBackupCode, 1)
	return true
}

// A RevokeFunc revokes all secrets of one kind that require two-factor, and returns their
// number.
type RevokeFunc func(store.Tx, *Account) (int, error)

// RemoveMethod turns a method off and deletes its authenticators (R60). Settle must be
// called afterwards; package twofactor does both.
func RemoveMethod(tx store.Tx, a *Account, m api.Method) error {
	if a.EnrolledMethod == m {
		a.EnrolledBy, a.EnrolledMethod = "", ""
	}
	switch m {
	case api.LoginRequest:
		a.RequestsOff = true
		return Save(tx, a)
	case api.Text:
		a.TextOn = false
		return Save(tx, a)
	case api.App:
		return DeleteApp(tx, a.ID)
	case api.SecurityKey:
		keys, err := Keys(tx, a.ID)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := deleteKey(tx, a.ID, k); err != nil {
				return err
			}
		}
		return store.Bump(tx, a.ID)
	}
	return nil
}

// Settle must be called after a method or an authenticator was removed. If it was the last
// one, two-factor is off, and Settle calls the functions that revoke backup codes and
// temporary passwords (R61). They are parameters because this package can't import theirs.
// It saves the account and reports whether two-factor was turned off.
func Settle(tx store.Tx, a *Account, revoke ...RevokeFunc) (off bool, err error) {
	e, err := Enrolled(tx, a)
	if err != nil {
		return false, err
	}
	if !e.Has(a.LastMethod) {
		a.LastMethod = ""
	}
	if e.TwoFactor() {
		return false, Save(tx, a)
	}
	a.TwoFactorSince, a.EnrolledBy, a.EnrolledMethod, a.RequestsOff = time.Time{}, "", "", false
	for _, fn := range revoke {
		if _, err := fn(tx, a); err != nil {
			return false, err
		}
	}
	return true, Save(tx, a)
}

// View returns the account in the form that its owner sees. PasswordProved is left out:
// it depends on the session.
func View(tx store.Tx, a *Account, p Policy) (api.Account, error) {
	e, err := Enrolled(tx, a)
	if err != nil {
		return api.Account{}, err
	}
	v := api.Account{
		Username:       a.Username,
		Email:          a.Email,
		EmailConfirmed: a.EmailConfirmed,
		EmailKept:      a.EmailKept,
		Phone:          a.Phone,
		PhoneVerified:  a.PhoneVerified,
		Discoverable:   a.Discoverable,
		TwoFactor:      e.TwoFactor(),
		Methods:        api.Methods{Text: e.Text, App: e.App, Keys: e.Keys},
		LastMethod:     a.LastMethod,
		BackupCodes:    api.BackupCodes{Active: len(a.ActiveBackupCodes)},
		Policy:         p.Name,
		Recommended:    e.Recommended(),
		Created:        a.Created,
	}
	if v.Owner, err = IsOwner(tx, a.ID); err != nil {
		return api.Account{}, err
	}
	active := len(a.ActiveBackupCodes)
	if active > 0 {
		v.BackupCodes.Next = a.ActiveBackupCodes[0] // R72
	}
	gone := a.NextBackupCode-max(a.FirstBackupCode, 1) > active                                            // used or void since two-factor went on
	v.BackupCodes.Low = e.TwoFactor() && gone && active <= p.BackupCodesLow && (active > 0 || e.Keys == 0) // R78
	if e.Text && !a.TextAdded.IsZero() {
		added := a.TextAdded
		v.TextAdded = &added
	}
	if e.App {
		app, err := App(tx, a.ID)
		if err != nil {
			return api.Account{}, err
		}
		v.AppAdded = &app.Added
	}
	return v, nil
}
