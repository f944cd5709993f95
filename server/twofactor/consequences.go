package twofactor

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

// Consequences lists what turning a method off does to this account (R61).
func Consequences(tx store.Tx, a *account.Account, m api.Method) ([]api.Consequence, error) {
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return nil, err
	}
	list := []api.Consequence{{Code: api.MethodOff, Title: "Signing in no longer asks for this second step."}}
	if m == api.SecurityKey {
		list = append(list, api.Consequence{
			Code:  api.SecurityKeysDeleted,
			Title: "All security keys are deleted from the account.",
			Count: e.Keys,
		})
	}
	if on := e.Methods(); len(on) > 1 || len(on) == 1 && on[0] != m {
		return list, nil
	}
	list = append(list, api.Consequence{
		Code:  api.TwoFactorOff,
		Title: "Two-factor authentication is off: the password alone is enough to sign in.",
	})
	if n := len(a.ActiveBackupCodes); n > 0 {
		list = append(list, api.Consequence{Code: api.BackupCodesVoid, Title: "All backup codes become void.", Count: n})
	}
	n, err := temppassword.CountLive(tx, a.ID)
	if err == nil && n > 0 {
		list = append(list, api.Consequence{
			Code:  api.TemporaryPasswordsVoid,
			Title: "All temporary passwords become void.",
			Count: n,
		})
	}
	return list, err
}
