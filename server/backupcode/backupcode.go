// Package backupcode issues and redeems backup codes: one-time passwords that a user
// prints and keeps for the case that the phone or the security key is lost.
//
// At most five are active (R71). They are numbered and used in the order of issue (R72);
// the policy decides about codes out of order (R73). A code is 16 characters of Crockford
// base32, 80 bits (R76). The plaintext exists only in the return value of New; the store
// has a salted Argon2id hash (a sum).
//
// All codes of an account share one salt. With a salt for each code, redeeming would take
// a slow hash for every code ever issued, or the server could not tell a used code from
// an unknown one (R74). Sharing is safe: codes are 80 random bits, so no two are equal
// and no precomputed table can contain them, and the salt is random for each account, so
// work on one account does not help with another. One sum is computed outside the
// transaction and compared with every record in constant time inside it.
//
// The account record lists the active codes; a code that is neither active nor used is
// void. So voiding all codes is one write, and since it changes the account, only one of
// several transactions that redeem the same code commits.
//
// The caller checks the password, counts failures and writes the audit, in the same
// transaction (R43, R74).
package backupcode

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

// Errors of issuing and reading codes.
var (
	ErrFull      = errors.New("backupcode: the maximum number of codes is active (R71)")
	ErrMalformed = errors.New("backupcode: not 16 characters of Crockford base32")
)

// inactiveMax is the number of used or void codes that stay stored, so that each is refused
// with its own reason (R74). Older ones are unknown.
const inactiveMax = 100

// A State is the state of a code.
type State string

// The states, as api.BackupCodeEntry has them.
const (
	StateActive  State = "active"
	StateUsed    State = "used"
	StateVoid    State = "void"
	StateUnknown State = "unknown"
)

// An Entry describes a code in the list. It does not contain the code itself.
type Entry struct {
	Number  int
	State   State
	Created time.Time
	Used    time.Time // zero unless used
	Copy    Copy
	Void    Void // zero unless void
}

// API returns the entry in the form that its owner sees.
func (e Entry) API() api.BackupCodeEntry {
	out := api.BackupCodeEntry{
		Number: e.Number, State: string(e.State), Created: e.Created, Used: moment(e.Used),
		Kept: e.Copy.Kept, KeptAt: moment(e.Copy.At), KeptUnknown: e.Copy.Unknown,
	}
	if e.State == StateVoid {
		out.Voided, out.VoidedBy, out.VoidedByNumber = moment(e.Void.At), e.Void.By, e.Void.Number
	}
	return out
}

// moment returns a time, nil for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// record is the value at acct/<id>/bcode/<number, 6 digits>.
type record struct {
	Number  int       `json:"number"`
	Sum     []byte    `json:"sum"` // Argon2id of the code with the account's salt
	Created time.Time `json:"created"`
	Used    time.Time `json:"used,omitzero"`
	Kept    string    `json:"kept,omitempty"` // an api.KeptHow, or notKept; "" in records from before the field
	KeptAt  time.Time `json:"kept_at,omitzero"`
	Void    Void      `json:"void,omitzero"`
}

// Kind is the part of a code's store key that follows the account's part.
const Kind = "bcode"

func prefix(account string) string          { return "acct/" + account + "/" + Kind + "/" }
func key(account string, number int) string { return fmt.Sprintf("%s%06d", prefix(account), number) }

// New returns a random code in the form that is hashed. Format returns the form that is
// shown.
func New() (code string) { return account.NewCode() }

// Normalize reads a typed code (R76). Error: ErrMalformed.
func Normalize(s string) (string, error) {
	code, err := account.NormalizeCode(s)
	if err != nil {
		return "", ErrMalformed
	}
	return code, nil
}

// Format returns a code as it is printed: 7kmq-2xwd-9hfz-3r8n (R76).
func Format(code string) string { return account.FormatCode(code) }

// A Summer computes the slow hash: an account.Hasher.
type Summer interface {
	Sum(ctx context.Context, secret string, salt []byte) ([]byte, error)
}

// Sum hashes a typed code, or one of New, for Issue, Redeem and Check. It is slow and must
// be called outside the transaction; the salt of a never changes. Errors: ErrMalformed,
// account.ErrBusy, the context's.
func Sum(ctx context.Context, h Summer, a *account.Account, typed string) ([]byte, error) {
	code, err := Normalize(typed)
	if err != nil {
		return nil, err
	}
	return h.Sum(ctx, code, a.BackupSalt)
}

// Issue adds the code with that sum and returns its number (R70). It saves a, which was
// loaded in this transaction. The caller checks that two-factor is on. Error: ErrFull
// if limit codes are active already (R71).
func Issue(tx store.Tx, a *account.Account, sum []byte, limit int) (number int, err error) {
	numbers, err := IssueAll(tx, a, [][]byte{sum}, limit)
	if err != nil {
		return 0, err
	}
	return numbers[0], nil
}

// Room returns ErrFull if a number of codes more would be too many (R71).
func Room(a *account.Account, more, limit int) error {
	if len(a.ActiveBackupCodes)+more > limit {
		return ErrFull
	}
	return nil
}

// IssueAll is Issue for several codes. If not all of them are allowed, it issues none.
func IssueAll(tx store.Tx, a *account.Account, sums [][]byte, limit int) (numbers []int, err error) {
	if err := Room(a, len(sums), limit); err != nil {
		return nil, err
	}
	for _, sum := range sums {
		number := max(a.NextBackupCode, 1)
		r := record{Number: number, Sum: sum, Created: tx.Now().UTC(), Kept: notKept}
		if err := store.Insert(tx, key(a.ID, number), r); err != nil {
			return nil, fmt.Errorf("backupcode: issue: %w", err)
		}
		a.NextBackupCode = number + 1
		a.ActiveBackupCodes = append(a.ActiveBackupCodes, number)
		numbers = append(numbers, number)
		if err := prune(tx, a); err != nil {
			return nil, err
		}
	}
	return numbers, account.Save(tx, a)
}

// prune deletes the oldest inactive record if there are more than inactiveMax. It runs
// after each new record, so deleting one is enough.
func prune(tx store.Tx, a *account.Account) error {
	items, err := tx.Scan(prefix(a.ID), "", inactiveMax+account.BackupCodesMax+1)
	if err != nil {
		return fmt.Errorf("backupcode: list: %w", err)
	}
	if len(items)-len(a.ActiveBackupCodes) <= inactiveMax {
		return nil
	}
	for _, item := range items {
		var r record
		if err := json.Unmarshal(item.Value, &r); err != nil {
			return fmt.Errorf("backupcode: value of %s: %w", item.Key, err)
		}
		if !slices.Contains(a.ActiveBackupCodes, r.Number) {
			return tx.Delete(item.Key)
		}
	}
	return nil
}

// A Void says which event made a code void, and when.
type Void struct {
	At     time.Time     `json:"at,omitzero"`
	By     api.EventType `json:"by,omitempty"`
	Number int           `json:"number,omitempty"` // of the code that was used out of order (R73)
}

// API returns v in the form that the owner sees.
func (v Void) API() *api.VoidedCodes {
	return &api.VoidedCodes{At: moment(v.At), By: v.By, Number: v.Number}
}

// VoidAll makes all active codes void and returns their number (R61, R71, R73). It saves
// a. by is the event that voids them; number is the code that was used out of order, else 0.
func VoidAll(tx store.Tx, a *account.Account, by api.EventType, number int) (n int, err error) {
	n = len(a.ActiveBackupCodes)
	if n == 0 {
		return 0, nil
	}
	for _, active := range a.ActiveBackupCodes {
		r, err := load(tx, a.ID, active)
		if err != nil {
			return 0, err
		}
		r.Void = Void{At: tx.Now().UTC(), By: by, Number: number}
		if err := store.Save(tx, key(a.ID, active), r); err != nil {
			return 0, fmt.Errorf("backupcode: void: %w", err)
		}
	}
	a.ActiveBackupCodes = nil
	return n, account.Save(tx, a)
}

// Replace voids all active codes and issues those with the sums (R71).
func Replace(tx store.Tx, a *account.Account, sums ...[]byte) (numbers []int, voided int, err error) {
	voided, err = VoidAll(tx, a, api.EventBackupCodesReplaced, 0)
	if err != nil {
		return nil, 0, err
	}
	numbers, err = IssueAll(tx, a, sums, account.BackupCodesMax)
	return numbers, voided, err
}

// load returns the stored record of a code.
func load(tx store.Tx, accountID string, number int) (record, error) {
	var r record
	if err := store.Load(tx, key(accountID, number), &r); err != nil {
		return record{}, fmt.Errorf("backupcode: number %d: %w", number, err)
	}
	return r, nil
}

// records returns the stored records of an account's codes, in the order of issue.
func records(tx store.Tx, accountID string) ([]record, error) {
	items, err := tx.Scan(prefix(accountID), "", inactiveMax+account.BackupCodesMax+1)
	if err != nil {
		return nil, fmt.Errorf("backupcode: list: %w", err)
	}
	out := make([]record, len(items))
	for i, item := range items {
		if err := json.Unmarshal(item.Value, &out[i]); err != nil {
			return nil, fmt.Errorf("backupcode: value of %s: %w", item.Key, err)
		}
	}
	slices.SortFunc(out, func(a, b record) int { return cmp.Compare(a.Number, b.Number) })
	return out, nil
}

func (r record) state(a *account.Account) State {
	switch {
	case slices.Contains(a.ActiveBackupCodes, r.Number):
		return StateActive
	case !r.Used.IsZero():
		return StateUsed
	}
	return StateVoid
}

func (r record) entry(a *account.Account) Entry {
	return Entry{Number: r.Number, State: r.state(a), Created: r.Created, Used: r.Used, Copy: r.copy(), Void: r.Void}
}

// List returns the account's codes in the order of issue (R70).
func List(tx store.Tx, accountID string) ([]Entry, error) {
	a, err := account.Load(tx, accountID)
	if err != nil {
		return nil, err
	}
	rs, err := records(tx, accountID)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(rs))
	for i, r := range rs {
		entries[i] = r.entry(a)
	}
	return entries, nil
}

// find returns the record with that sum. It compares all records in constant time.
func find(rs []record, sum []byte) (r record, ok bool) {
	found := -1
	for i := range rs {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(rs[i].Sum, sum), i, found)
	}
	if found < 0 {
		return record{}, false
	}
	return rs[found], true
}
