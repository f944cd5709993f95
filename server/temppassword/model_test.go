package temppassword

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"nightlatch/server/store"
)

// Long random runs of operations behave like a model.
func TestRandomOperations(t *testing.T) {
	t.Parallel()
	type entry struct {
		secret  string
		expires time.Time
		revoked bool
	}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := rand.New(rand.NewPCG(seed, 83))
			var model []*entry
			live := func() (n int) {
				for _, e := range model {
					if !e.revoked && w.now().Before(e.expires) {
						n++
					}
				}
				return n
			}
			for range 150 {
				switch n := r.IntN(20); {
				case n < 9:
					made, err := w.make("client", "", false)
					if full := live() >= 10; full != errors.Is(err, ErrFull) || !full && err != nil {
						t.Fatalf("Make: %v with %d live", err, live())
					}
					if err == nil {
						model = append(model, &entry{secret: made.Password, expires: made.Expires})
					}
				case n < 12 && len(model) > 0:
					e := model[r.IntN(len(model))]
					rec, outcome := w.find(e.secret)
					if outcome == Unknown {
						continue // deleted
					}
					w.update(func(tx store.Tx) error { return Revoke(tx, w.id, rec.ID) })
					e.revoked = e.revoked || w.now().Before(e.expires)
				case n == 12:
					if got, want := w.revokeAll(), live(); got != want {
						t.Fatalf("RevokeAll = %d; want %d", got, want)
					}
					for _, e := range model {
						e.revoked = e.revoked || w.now().Before(e.expires)
					}
				default:
					w.advance(time.Duration(r.IntN(20)) * time.Minute)
				}
				for i, e := range model {
					_, got := w.find(e.secret)
					want := Live
					switch {
					case e.revoked:
						want = Revoked
					case !w.now().Before(e.expires):
						want = Expired
					}
					if got != want && !(got == Unknown && want != Live && i < len(model)-endedMax) {
						t.Fatalf("entry %d of %d: %v; want %v", i, len(model), got, want)
					}
				}
			}
		})
	}
}
