package account

import (
	"fmt"
	"strings"

	"nightlatch/server/store"
)

// phoneKey is the key of an index row from a confirmed number to an account. Several
// accounts may have the same number.
func phoneKey(number, id string) string { return "phone/" + number + "/" + id }

// SetPhone sets the account's phone number: a confirmed one, in E.164. The caller saves
// the account.
func SetPhone(tx store.Tx, a *Account, number string) error {
	if err := dropPhone(tx, a); err != nil {
		return err
	}
	a.Phone, a.PhoneVerified = number, true
	if err := tx.Put(phoneKey(number, a.ID), nil); err != nil {
		return fmt.Errorf("account: phone: %w", err)
	}
	return nil
}

// DeletePhone deletes the account's number and turns the text method off (R17). Settle
// must be called afterwards.
func DeletePhone(tx store.Tx, a *Account) error {
	if err := dropPhone(tx, a); err != nil {
		return err
	}
	a.Phone, a.PhoneVerified, a.Discoverable, a.TextOn = "", false, false, false
	return nil
}

func dropPhone(tx store.Tx, a *Account) error {
	if !a.PhoneVerified || a.Phone == "" {
		return nil
	}
	if err := tx.Delete(phoneKey(a.Phone, a.ID)); err != nil {
		return fmt.Errorf("account: phone: %w", err)
	}
	return nil
}

// WithPhone returns the IDs of at most limit accounts that have confirmed a number.
func WithPhone(tx store.Tx, number string, limit int) ([]string, error) {
	prefix := phoneKey(number, "")
	items, err := tx.Scan(prefix, "", limit)
	if err != nil {
		return nil, fmt.Errorf("account: phone: %w", err)
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = strings.TrimPrefix(item.Key, prefix)
	}
	return ids, nil
}
