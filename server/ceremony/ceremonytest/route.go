package ceremonytest

import (
	"crypto/rand"

	"nightlatch/server/account"
	"nightlatch/server/backupcode"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

// The helpers below do what HTTP handlers do without a ceremony.

// change changes an account.
func (w *World) change(username string, fn func(tx store.Tx, a *account.Account) error) {
	w.T.Helper()
	w.Update(func(tx store.Tx) error {
		a, err := account.ByLogin(tx, username)
		if err != nil {
			return err
		}
		return fn(tx, a)
	})
}

// IssueBackupCode issues a backup code.
func (w *World) IssueBackupCode(username string) string {
	w.T.Helper()
	code := backupcode.New()
	sum, err := backupcode.Sum(w.T.Context(), w.Hasher, w.Account(username), code)
	if err != nil {
		w.T.Fatal(err)
	}
	w.change(username, func(tx store.Tx, a *account.Account) error {
		_, err := backupcode.Issue(tx, a, sum, w.Policy.BackupCodesMax)
		return err
	})
	return backupcode.Format(code)
}

// TemporaryPassword makes a temporary password.
func (w *World) TemporaryPassword(username string) (password string) {
	w.T.Helper()
	w.change(username, func(tx store.Tx, a *account.Account) error {
		made, err := temppassword.Make(tx, w.Sealer, a, "Mail", "", false)
		password = made.Password
		return err
	})
	return password
}

// FindTemporaryPassword looks a secret up.
func (w *World) FindTemporaryPassword(username, password string) (outcome temppassword.Outcome) {
	w.T.Helper()
	a := w.Account(username)
	w.View(func(tx store.Tx) (err error) {
		_, outcome, err = temppassword.Find(tx, w.Sealer, a.ID, password)
		return err
	})
	return outcome
}

// SetPassword sets a password without a ceremony.
func (w *World) SetPassword(username, password string) {
	w.T.Helper()
	hash, err := w.Hasher.Hash(w.T.Context(), password)
	if err != nil {
		w.T.Fatal(err)
	}
	w.SetHash(username, hash)
}

// SetHash sets the hash of a password.
func (w *World) SetHash(username, hash string) {
	w.T.Helper()
	w.change(username, func(tx store.Tx, a *account.Account) error {
		a.Password = hash
		return account.Save(tx, a)
	})
}

// Unlock resets an account's failures, as the operator does.
func (w *World) Unlock(username string) {
	w.T.Helper()
	w.change(username, func(tx store.Tx, a *account.Account) error {
		_, err := w.Checker.Counts.Unlock(tx, a.ID)
		return err
	})
}

// AddKey adds a key without a device.
func (w *World) AddKey(username, label string) {
	w.T.Helper()
	id := make([]byte, 16)
	rand.Read(id)
	w.change(username, func(tx store.Tx, a *account.Account) error {
		_, err := account.AddKey(tx, a.ID, account.SecurityKey{
			Label:      label,
			Credential: account.Credential{ID: id, RPID: RPID},
		})
		return err
	})
}
