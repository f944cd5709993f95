package session

import (
	"fmt"
	"slices"
	"time"

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

// Max is the number of sessions that an account can have at a time.
const Max = 100

// clearedMax is the number of records of ended sessions that are deleted when
// a new one begins. It is small because a transaction has a limited number of
// writes.
const clearedMax = 4

// makeRoom runs before a session is created. If the account has Max sessions,
// it ends the least recently used one. It also deletes a few records of ended
// sessions, so that their number is limited too.
func (st *Store) makeRoom(tx store.Tx, account string) error {
	g, err := loadGeneration(tx, account)
	if err != nil {
		return err
	}
	items, err := tx.Scan(prefix(account), "", listPage)
	if err != nil {
		return fmt.Errorf("session: make room: %w", err)
	}
	if len(items) < Max {
		return nil
	}
	var live, gone []record
	for _, it := range items {
		r, err := decode(it.Value)
		if err != nil {
			return fmt.Errorf("%w: %s", err, it.Key)
		}
		switch {
		case !st.alive(r, g, tx.Now()):
			gone = append(gone, r)
		case !r.Ageless: // a phone app's session makes room for none
			live = append(live, r)
		}
	}
	gone = gone[:min(len(gone), clearedMax)]
	if len(live) >= Max {
		gone = append(gone, slices.MinFunc(live, func(a, b record) int { return st.lastUse(a).Compare(st.lastUse(b)) }))
	}
	for _, r := range gone {
		if err := remove(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// lastUse is the time of the last use of a session, including uses that are
// not stored yet.
func (st *Store) lastUse(r record) time.Time {
	if st.cfg.Seen != nil {
		if late := st.cfg.Seen(r.ID); late.After(r.LastSeen) {
			return late
		}
	}
	return r.LastSeen
}

// remove deletes the record of a session and its index.
func remove(tx store.Tx, r record) error {
	for _, k := range []string{key(r.Account, r.ID), macKey(r.MAC)} {
		if err := tx.Delete(k); err != nil {
			return fmt.Errorf("session: end: %w", err)
		}
	}
	return store.CancelExpiry(tx, r.Expires, key(r.Account, r.ID))
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
	return remove(tx, r)
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
