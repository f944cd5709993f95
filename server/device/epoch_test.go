package device

import (
	"testing"
	"time"

	"nightlatch/server/epoch"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

// After a restore the server recognises no device until it signs in again.
func TestDevicesEndWithARestore(t *testing.T) {
	t.Parallel()
	const account = "abcdefghijklmnopqrstuvwxyz"
	at := time.Unix(1_700_000_000, 0)
	s, keys := storetest.New(t, func() time.Time { return at }), seal.New([32]byte{1})
	var before, after string
	update := func(fn func(tx store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx store.Tx) (err error) { before, err = Remember(tx, keys, account, "", "s1"); return err })
	update(func(tx store.Tx) error { return epoch.Begin(tx, epoch.Restore{At: at}) })
	knows := func(token string) (known bool) {
		t.Helper()
		err := s.View(t.Context(), func(tx store.Tx) error {
			id, err := Find(tx, keys, account, token)
			known = id != ""
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return known
	}
	if knows(before) {
		t.Error("the device of before is known")
	}
	update(func(tx store.Tx) (err error) { after, err = Remember(tx, keys, account, before, "s2"); return err })
	if !knows(after) {
		t.Error("a device that signed in again is not known")
	}
}
