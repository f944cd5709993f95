package proof

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/epoch"
	"nightlatch/server/store"
)

// CodesKind is the part of a code's store key that follows the account's part.
const CodesKind = "code"

// A code belongs to an account, a recipient and a purpose, not to the ceremony that sent it
// (R11): ceremonies that wait for the same code share it. A ceremony's draft has a copy with
// the recipient; every use reads the record again. The store key has a keyed hash, so that it
// contains no number or address.
func (k *Checker) codeKey(account string, s *Sent) string {
	mac := k.Sealer.MAC("code.record", string(s.Channel), s.To, s.Template)
	return "acct/" + account + "/" + CodesKind + "/" + base64.RawURLEncoding.EncodeToString(mac[:16])
}

// Refresh reads a code again. Without a record, the code counts as never sent.
func (k *Checker) Refresh(tx store.Tx, account string, s *Sent) error {
	fresh := Sent{Channel: s.Channel, To: s.To, Template: s.Template}
	if s.To == "" {
		return nil
	}
	key := k.codeKey(account, s)
	sealed, err := tx.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		*s = fresh
		return nil
	}
	if err != nil {
		return fmt.Errorf("proof: code: %w", err)
	}
	plain, err := k.Sealer.Open(key, sealed)
	if err != nil {
		return fmt.Errorf("proof: code: %w", err)
	}
	if json.Unmarshal(plain, &fresh) != nil { // the error could quote the code
		return errors.New("proof: code: malformed record")
	}
	now, err := epoch.Current(tx)
	if err != nil {
		return err
	}
	if fresh.Epoch != now { // from a backup: it may have been used since
		fresh = Sent{Channel: s.Channel, To: s.To, Template: s.Template, Filed: fresh.Filed}
	}
	*s = fresh
	return nil
}

// keep writes a code. The code is encrypted, and is deleted some time after it expires.
func (k *Checker) keep(tx store.Tx, account string, s *Sent) error {
	n, err := epoch.Current(tx)
	if err != nil {
		return err
	}
	s.Epoch = n
	key := k.codeKey(account, s)
	if filed := s.Expires.Add(k.terms(s.Channel).life); !filed.Equal(s.Filed) {
		if !s.Filed.IsZero() {
			if err := store.CancelExpiry(tx, s.Filed, key); err != nil {
				return fmt.Errorf("proof: code: %w", err)
			}
		}
		s.Filed = filed
		if err := store.ExpireAt(tx, filed, key); err != nil {
			return fmt.Errorf("proof: code: %w", err)
		}
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("proof: code: %w", err)
	}
	if err := tx.Put(key, k.Sealer.Seal(key, plain)); err != nil {
		return fmt.Errorf("proof: code: %w", err)
	}
	return store.Bump(tx, account)
}

// dropOld deletes a sign-in code in the format of an earlier version, which never expires.
func dropOld(tx store.Tx, account string) error {
	key := "acct/" + account + "/text-code"
	if _, err := tx.Get(key); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return fmt.Errorf("proof: old code: %w", err)
	}
	if err := tx.Delete(key); err != nil {
		return fmt.Errorf("proof: old code: %w", err)
	}
	return nil
}

// A spare is the previous code, which stays valid until it expires: a new code does not void
// it (R11).
type spare struct {
	Code    string    `json:"code"`
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
}

func (s *spare) usable(now time.Time) bool {
	return s != nil && s.Code != "" && store.Valid(now, s.Made, s.Expires)
}
