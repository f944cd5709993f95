package servertest

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

// Data of the accounts in every World.
const (
	Password      = "correct horse battery" // of all accounts
	AppSecret     = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	BobPhone      = "+12025550143"
	BobMail       = "bob@example.org"
	BobBackupCode = "7kmq-2xwd-9hfz-3r8n"
)

// accounts is the seed of every World. ada has only a password, bob text messages and two
// backup codes, cyd an authenticator app, and dot an email address and a phone number
// without two-factor authentication.
const accounts = `{"accounts":[
	{"username":"ada","password":"correct horse battery"},
	{"username":"Bob","password":"correct horse battery","email":"bob@example.org","phone":"+1 202 555 0143","text":true,
	 "backup_codes":["7kmq-2xwd-9hfz-3r8n","8KMQ2XWD9HFZ3R8N"]},
	{"username":"cyd","password":"correct horse battery","email":"cyd@example.org","app":"JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"},
	{"username":"dot","password":"correct horse battery","email":"dot@example.org","phone":"+1 202 555 0144"}
]}`

// Account reads an account from the store.
func (w *World) Account(username string) *account.Account {
	w.T.Helper()
	var a *account.Account
	err := w.Store.View(w.T.Context(), func(tx store.Tx) (err error) {
		a, err = account.ByLogin(tx, username)
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return a
}

// AddKey adds a security key without a ceremony and returns its ID.
func (w *World) AddKey(username, label string) string {
	w.T.Helper()
	id := w.Account(username).ID
	var made account.SecurityKey
	err := w.Store.Update(w.T.Context(), func(tx store.Tx) (err error) {
		made, err = account.AddKey(tx, id, account.SecurityKey{
			Label:      label,
			Credential: account.Credential{ID: []byte(username + label), PublicKey: []byte{1}, RPID: "localhost"},
		})
		if err != nil {
			return err
		}
		a, err := account.Load(tx, id)
		if err != nil {
			return err
		}
		a.MethodAdded(tx)
		return account.Save(tx, a)
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return made.ID
}

// EnableMethod turns a method on without a ceremony.
func (w *World) EnableMethod(username string, m api.Method) {
	w.T.Helper()
	if m == api.SecurityKey {
		w.AddKey(username, "Desk")
		return
	}
	id := w.Account(username).ID
	err := w.Store.Update(w.T.Context(), func(tx store.Tx) error {
		a, err := account.Load(tx, id)
		if err != nil {
			return err
		}
		a.TextOn = m == api.Text
		if m == api.App {
			secret := account.AppSecret{Sealed: w.Sealer.Seal(account.AppKey(id), []byte(AppSecret)), Added: tx.Now()}
			if err := account.SetApp(tx, id, secret); err != nil {
				return err
			}
		}
		a.MethodAdded(tx)
		return account.Save(tx, a)
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// Dump delivers all due messages and then returns all keys and values in the store.
func (w *World) Dump() map[string]string {
	w.T.Helper()
	w.DeliverAll()
	all := map[string]string{}
	err := w.Store.View(w.T.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("", "", 1<<20)
		for _, it := range items {
			all[it.Key] = string(it.Value)
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return all
}
