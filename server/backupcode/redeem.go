package backupcode

import (
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

// An Outcome is the result of redeeming a code.
type Outcome int

// The outcomes. Only Used is a success.
const (
	Unknown     Outcome = iota // not a code of this account (R74)
	Used                       // right; it is used up now
	OutOfOrder                 // active, but not the next one (R73)
	AlreadyUsed                // R74
	IsVoid                     // R74
)

func (o Outcome) String() string {
	switch o {
	case Unknown:
		return "unknown"
	case Used:
		return "used"
	case OutOfOrder:
		return "out of order"
	case AlreadyUsed:
		return "already used"
	case IsVoid:
		return "void"
	}
	return fmt.Sprintf("Outcome(%d)", int(o))
}

// Redeem uses up the code with that sum and returns its number, 0 if unknown. a was loaded
// in this transaction; Redeem saves it if something changed. The caller must have checked
// the password, because the outcome tells codes apart (R74), and the throttle (R43).
//
// In classic, a code out of order voids all codes generated so far; in hardened it is only
// refused (R73).
func Redeem(tx store.Tx, a *account.Account, sum []byte, p account.Policy) (Outcome, int, error) {
	rs, err := records(tx, a.ID)
	if err != nil {
		return Unknown, 0, err
	}
	r, ok := find(rs, sum)
	if !ok {
		return Unknown, 0, nil
	}
	switch r.state(a) {
	case StateUsed:
		return AlreadyUsed, r.Number, nil
	case StateVoid:
		return IsVoid, r.Number, nil
	}
	if r.Number != a.ActiveBackupCodes[0] {
		if p.OutOfOrderVoids {
			if _, err := VoidAll(tx, a, api.EventBackupCodesVoided, r.Number); err != nil {
				return Unknown, 0, err
			}
		}
		return OutOfOrder, r.Number, nil
	}
	r.Used = tx.Now().UTC()
	if err := store.Save(tx, key(a.ID, r.Number), r); err != nil {
		return Unknown, 0, fmt.Errorf("backupcode: redeem: %w", err)
	}
	a.ActiveBackupCodes = a.ActiveBackupCodes[1:]
	return Used, r.Number, account.Save(tx, a)
}

// Lookup returns number and state of the code with that sum and changes nothing. A View is
// enough.
func Lookup(tx store.Tx, accountID string, sum []byte) (number int, state State, err error) {
	a, err := account.Load(tx, accountID)
	if err != nil {
		return 0, StateUnknown, err
	}
	rs, err := records(tx, accountID)
	if err != nil {
		return 0, StateUnknown, err
	}
	r, ok := find(rs, sum)
	if !ok {
		return 0, StateUnknown, nil
	}
	return r.Number, r.state(a), nil
}
