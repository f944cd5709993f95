package session

import (
	"fmt"
	"slices"

	"nightlatch/server/store"
)

func (st *Store) list(tx store.Tx, account string) ([]record, error) {
	g, err := loadGeneration(tx, account)
	if err != nil {
		return nil, err
	}
	var live []record
	for after := ""; ; {
		items, err := tx.Scan(prefix(account), after, listPage)
		if err != nil {
			return nil, fmt.Errorf("session: list: %w", err)
		}
		for _, it := range items {
			r, err := decode(it.Value)
			if err != nil {
				return nil, fmt.Errorf("%w: %s", err, it.Key)
			}
			if st.alive(r, g, tx.Now()) {
				live = append(live, r)
			}
		}
		if len(items) < listPage {
			break
		}
		after = items[len(items)-1].Key
	}
	slices.SortStableFunc(live, func(a, b record) int { return a.Created.Compare(b.Created) })
	return live, nil
}

// End ends one session (R44), or returns ErrUnknown.
func (st *Store) End(tx store.Tx, account, id string) error {
	if err := store.Bump(tx, account); err != nil {
		return fmt.Errorf("session: end: %w", err)
	}
	r, err := st.live(tx, account, id)
	if err != nil {
		return err
	}
	for _, k := range []string{key(account, id), macKey(r.MAC)} {
		if err := tx.Delete(k); err != nil {
			return fmt.Errorf("session: end: %w", err)
		}
	}
	return store.CancelExpiry(tx, r.Expires, key(account, id))
}

// EndOthers ends all sessions of the account except keepID (R44), or all if keepID is "".
// It returns their number. Their records are deleted when they would have expired.
func (st *Store) EndOthers(tx store.Tx, account, keepID string) (n int, err error) {
	if err := store.Bump(tx, account); err != nil {
		return 0, fmt.Errorf("session: end others: %w", err)
	}
	live, err := st.list(tx, account)
	if err != nil {
		return 0, err
	}
	for _, r := range live {
		if r.ID != keepID {
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	g, err := loadGeneration(tx, account)
	if err != nil {
		return 0, err
	}
	return n, store.Save(tx, generationKey(account), generation{Gen: g.Gen + 1, Keep: keepID})
}
