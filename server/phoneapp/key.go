package phoneapp

import (
	"fmt"
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

// NewKey makes an app key: base32, 160 bits (R91). It replaces the app's key. Error:
// ErrTwoFactorOff.
func (st *Store) NewKey(tx store.Tx, a *account.Account, p *App) (secret string, err error) {
	if a.TwoFactorSince.IsZero() {
		return "", ErrTwoFactorOff
	}
	if secret, err = otp.NewSecret(); err != nil {
		return "", fmt.Errorf("phoneapp: %w", err)
	}
	p.Sealed, p.Turn, p.LastStep = st.cfg.Sealer.Seal(key(a.ID, p.ID), []byte(secret)), a.TwoFactorTurns, 0
	return secret, st.save(tx, a.ID, *p)
}

// Match compares a login code with the keys of all the account's apps, with the window, the
// replay block and the drift of R21 to R23. An accepted code is used up. The best match counts:
// an accepted one, else one that was used already, else one whose time differs.
func (st *Store) Match(tx store.Tx, a *account.Account, code string) (best otp.Match, err error) {
	apps, err := st.List(tx, a.ID)
	if err != nil {
		return otp.Match{}, err
	}
	var of App
	for _, p := range apps {
		if !p.HasKey(a) {
			continue
		}
		secret, err := st.cfg.Sealer.Open(key(a.ID, p.ID), p.Sealed)
		if err != nil {
			return otp.Match{}, fmt.Errorf("phoneapp: app key: %w", err)
		}
		m := otp.Verify(string(secret), code, tx.Now(), p.LastStep)
		if m.Outcome == otp.Accepted && slices.Contains(p.Told, m.Step) {
			m.Outcome = otp.Replayed
		}
		if m.Outcome == otp.Accepted {
			p.LastStep = m.Step
			return m, st.save(tx, a.ID, p)
		}
		if rank(m.Outcome) > rank(best.Outcome) {
			best, of = m, p
		}
	}
	if best.Outcome != otp.Drifted || best.Drift < 0 || slices.Contains(of.Told, best.Step) {
		return best, nil
	}
	// The refusal tells when this code would be valid.
	of.Told = append(of.Told, best.Step)
	of.Told = of.Told[max(0, len(of.Told)-toldMax):]
	return best, st.save(tx, a.ID, of)
}

// toldMax is more than can be refused as early before the steps have passed (R43).
const toldMax = 64

// rank orders outcomes by how much they say.
func rank(o otp.Outcome) int {
	switch o {
	case otp.Accepted:
		return 3
	case otp.Replayed:
		return 2
	case otp.Drifted:
		return 1
	}
	return 0
}
