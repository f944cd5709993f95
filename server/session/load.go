package session

import "nightlatch/server/store"

// Load returns a live session by its ID, or ErrUnknown: for a caller that found
// it by its token in an earlier transaction and has to know that it still lives.
func (b *Book) Load(tx store.Tx, account, id string) (Session, error) {
	r, err := b.live(tx, account, id)
	return r.Session, err
}
