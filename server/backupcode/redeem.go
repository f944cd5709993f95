package backupcode

import (
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/store"
)

// An Outcome is what came of a try to use a code.
type Outcome int

// The outcomes. Only Used lets the person in.
const (
	Unknown     Outcome = iota // no code of this account (R74)
	Used                       // right, and used up now
	OutOfOrder                 // active, but not the next one (R73)
	AlreadyUsed                // R74
	Void                       // R74
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
	case Void:
		return "void"
	}
	return fmt.Sprintf("Outcome(%d)", int(o))
}

// Redeem uses up the code behind sum, and says which number it has; 0 when
// unknown. a was loaded in this transaction; Redeem saves it when something
// changed. The caller has proved the password first, since the outcome tells
// codes apart (R74), and asked the throttle (R43).
//
// Under classic, a code out of order voids every code generated so far; under
// hardened it is only refused (R73).
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
		return Void, r.Number, nil
	}
	if r.Number != a.ActiveBackupCodes[0] {
		if p.OutOfOrderVoids {
			if _, err := VoidAll(tx, a); err != nil {
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

// Check says which code sum belongs to and what has become of it, and uses
// nothing up: "Check your copy" (R77). A View is enough.
func Check(tx store.Tx, accountID string, sum []byte) (number int, state State, err error) {
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
