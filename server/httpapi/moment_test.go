package httpapi_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/api"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// lateStore lets time pass between the check of a request and its transaction.
type lateStore struct {
	store.Store
	late func() // nil: at once
	on   atomic.Bool
}

func (s *lateStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	if s.on.Load() {
		s.late()
	}
	return s.Store.Update(ctx, fn)
}

// R6: the proof is checked in the transaction. If it expires between the
// arrival of the request and its transaction, nothing changes.
func TestProofCountsWhenTheChangeTakesEffect(t *testing.T) {
	t.Parallel()
	for _, call := range []struct{ method, path, body string }{
		{http.MethodDelete, "/api/v1/phone", ""},
		{http.MethodPost, "/api/v1/backup-codes", ""},
		{http.MethodPost, "/api/v1/backup-codes/replace", ""},
		{http.MethodPost, "/api/v1/temporary-passwords", `{"label":"Mail"}`},
	} {
		late := &lateStore{}
		w := servertest.New(t, func(cfg *server.Config) {
			late.Store, cfg.Store = cfg.Store, late
		})
		late.late = func() {
			late.on.Store(false)
			w.Clock.Advance(11 * time.Minute)
		}
		bob := w.SignIn("bob")
		before := servertest.Must[api.Account](t)(bob.Account(t.Context()))
		late.on.Store(true)
		answer := w.DoJSON(call.method, call.path, bob.Token(), call.body)
		if answer.Status != http.StatusForbidden || answer.Problem(t).Code != api.ReauthenticationRequired {
			t.Errorf("%s %s: %d %s", call.method, call.path, answer.Status, answer.Body)
		}
		after := servertest.Must[api.Account](t)(bob.Account(t.Context()))
		if after.Phone != before.Phone || after.BackupCodes != before.BackupCodes || late.on.Load() {
			t.Errorf("%s %s: %+v became %+v", call.method, call.path, before, after)
		}
	}
}
