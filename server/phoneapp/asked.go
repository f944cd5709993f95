package phoneapp

import (
	"nightlatch/server/account"
	"nightlatch/server/store"
)

// Asked reports whether sign-ins to an account are asked on its phones (R50): two-factor is on,
// login requests were not turned off, and by the classic policy it went on before 21 March
// 2016.
func (st *Store) Asked(a *account.Account) bool {
	switch {
	case a.TwoFactorSince.IsZero() || a.RequestsOff:
		return false
	case st.cfg.Policy.LoginRequestForAll:
		return true
	}
	return a.TwoFactorSince.Before(st.cfg.Policy.LoginRequestBefore)
}

// AskedOn reports whether Asked holds and there is a phone to ask on.
func (st *Store) AskedOn(tx store.Tx, a *account.Account) (bool, error) {
	if !st.Asked(a) {
		return false, nil
	}
	phones, err := st.List(tx, a.ID)
	return len(phones) > 0, err
}
