package usage

import (
	"context"
	"errors"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
	"nightlatch/server/temppassword"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// What could not be written to a full disk is written later, once.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	good := storetest.New(t, func() time.Time { return noon })
	keys := seal.New([32]byte{})
	sessions, err := session.New(session.Config{Sealer: keys, Lifetime: time.Hour, ReauthenticateAfter: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	broken := &failing{Store: good}
	r := New(broken, sessions, false)
	a := account.New("ada", "x")
	var record temppassword.Record
	err = good.Update(t.Context(), func(tx store.Tx) error {
		a.TextOn = true
		if err := account.Create(tx, a); err != nil {
			return err
		}
		if _, err := temppassword.Make(tx, keys, a, "Mail", "", false); err != nil {
			return err
		}
		all, err := temppassword.List(tx, a.ID)
		record = all[0]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	use := api.Use{At: noon, Protocol: "http-basic"}
	broken.err = store.ErrFull
	if err := r.RecordUse(t.Context(), a.ID, record, use, ""); !errors.Is(err, store.ErrFull) {
		t.Errorf("the first use on a full disk: %v", err)
	}
	broken.err = nil
	if err := r.RecordUse(t.Context(), a.ID, record, use, ""); err != nil {
		t.Fatal(err)
	}
	record.Uses = 1
	broken.err = store.ErrFull
	for range 3 {
		if err := r.RecordUse(t.Context(), a.ID, record, use, ""); err != nil {
			t.Errorf("a later use on a full disk: %v", err)
		}
	}
	r.RecordSeen(session.Session{ID: "gone", Account: a.ID}, noon, true)
	for range 2 {
		if err := r.Flush(t.Context()); !errors.Is(err, store.ErrFull) {
			t.Errorf("flushing to a full disk: %v", err)
		}
	}
	broken.err = nil
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = good.View(t.Context(), func(tx store.Tx) error {
		got, err := temppassword.Get(tx, a.ID, record.ID)
		if got.Uses != 4 {
			t.Errorf("%d uses", got.Uses)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := r.Flush(t.Context()); err != nil || len(r.seen)+len(r.uses) > 0 {
		t.Errorf("left over: %v, %v, %v", r.seen, r.uses, err)
	}
}

// failing is a store whose updates fail while err is set.
type failing struct {
	store.Store
	err error
}

func (s *failing) Update(ctx context.Context, fn func(store.Tx) error) error {
	if s.err != nil {
		return s.err
	}
	return s.Store.Update(ctx, fn)
}
