package backupcode

import (
	"errors"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

// Errors of MarkKept.
var (
	ErrUnknown  = errors.New("backupcode: no code with this number")
	ErrInactive = errors.New("backupcode: the code was used or is void")
)

// notKept is the value of record.Kept for a code without a copy. Records from
// before the field have no value, which is a third state: their codes may have
// been printed.
const notKept = "no"

// A Copy says whether the owner has a copy of a code (R77).
type Copy struct {
	Kept    api.KeptHow // "" for no copy that the server knows of
	At      time.Time   // when the owner last proved it
	Unknown bool        // nothing was recorded: the code is older than the record
}

func (r record) copy() Copy {
	switch r.Kept {
	case notKept:
		return Copy{}
	case "":
		return Copy{Unknown: true}
	}
	return Copy{Kept: api.KeptHow(r.Kept), At: r.KeptAt}
}

// MarkKept records that the owner has a copy of an active code (R77). The caller saves
// nothing. Errors: ErrUnknown, ErrInactive.
func MarkKept(tx store.Tx, a *account.Account, number int, how api.KeptHow) (Entry, error) {
	r, err := load(tx, a.ID, number)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Entry{}, ErrUnknown
	case err != nil:
		return Entry{}, err
	case r.state(a) != StateActive:
		return Entry{}, ErrInactive
	}
	r.Kept, r.KeptAt = string(how), tx.Now().UTC()
	if err := store.Save(tx, key(a.ID, number), r); err != nil {
		return Entry{}, fmt.Errorf("backupcode: keep: %w", err)
	}
	return r.entry(a), store.Bump(tx, a.ID)
}

// CheckCopy is Lookup for "Check your copy" (R77): it records that the owner has a copy of
// an active code.
func CheckCopy(tx store.Tx, a *account.Account, sum []byte) (number int, state State, err error) {
	number, state, err = Lookup(tx, a.ID, sum)
	if err == nil && state == StateActive {
		_, err = MarkKept(tx, a, number, api.KeptChecked)
	}
	return number, state, err
}

// LastVoid returns the event that voided the newest code, if no code is active and the newest
// one was not used. ok reports whether there is such a code.
func LastVoid(tx store.Tx, a *account.Account) (v Void, ok bool, err error) {
	if len(a.ActiveBackupCodes) > 0 || a.NextBackupCode <= 1 {
		return Void{}, false, nil
	}
	r, err := load(tx, a.ID, a.NextBackupCode-1)
	if err != nil || r.state(a) != StateVoid {
		return Void{}, false, err
	}
	return r.Void, true, nil
}

// Reachable returns the numbers of the active codes that the owner can sign in with: those
// before the first one without a copy. Sign-in asks for the codes in order (R72), so a code
// behind a lost one helps nobody (R73). unknown reports that nothing is known about the copy
// of the code that follows them.
func Reachable(tx store.Tx, a *account.Account) (numbers []int, unknown bool, err error) {
	for _, number := range a.ActiveBackupCodes {
		r, err := load(tx, a.ID, number)
		if err != nil {
			return nil, false, err
		}
		if c := r.copy(); c.Kept == "" {
			return numbers, c.Unknown, nil
		}
		numbers = append(numbers, number)
	}
	return numbers, false, nil
}
