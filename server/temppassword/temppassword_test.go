package temppassword

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

var start = time.Date(2026, time.November, 22, 18, 0, 0, 0, time.UTC)

// A world is a store with a clock and one account with two-factor on.
type world struct {
	testing.TB
	store  store.Store
	keys   *seal.Keys
	id     string
	offset atomic.Int64
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, keys: seal.New([32]byte{1})}
	w.store = storetest.New(t, w.now)
	w.id = w.newAccount("ann")
	return w
}

func (w *world) now() time.Time          { return start.Add(time.Duration(w.offset.Load())) }
func (w *world) advance(d time.Duration) { w.offset.Add(int64(d)) }

func (w *world) newAccount(name string) string {
	w.Helper()
	a := account.New(name, "not a hash")
	a.TextOn, a.Phone, a.PhoneVerified = true, "+12025550143", true
	w.update(func(tx store.Tx) error { return account.Create(tx, a) })
	return a.ID
}

func (w *world) update(fn func(tx store.Tx) error) {
	w.Helper()
	if err := w.store.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// make makes one and returns it, or the error.
func (w *world) make(label, service string, texted bool) (made api.NewTemporaryPassword, err error) {
	w.Helper()
	err = w.store.Update(w.Context(), func(tx store.Tx) error {
		a, err := account.Load(tx, w.id)
		if err != nil {
			return err
		}
		made, err = Make(tx, w.keys, a, label, service, texted)
		return err
	})
	return made, err
}

func (w *world) mustMake(label string) api.NewTemporaryPassword {
	w.Helper()
	made, err := w.make(label, "", false)
	if err != nil {
		w.Fatal(err)
	}
	return made
}

func (w *world) find(secret string) (r Record, o Outcome) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx store.Tx) (err error) {
		r, o, err = Find(tx, w.keys, w.id, secret)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return r, o
}

func (w *world) list() (rs []Record) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx store.Tx) (err error) {
		rs, err = List(tx, w.id)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return rs
}

func (w *world) revokeAll() (n int) {
	w.Helper()
	w.update(func(tx store.Tx) (err error) { n, err = RevokeAll(tx, w.id); return err })
	return n
}

// TestExactlyOneHourR81: good at 59:59.999, expired at 60:00, as often as one
// likes until then.
func TestExactlyOneHourR81(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.mustMake("Mail")
	if !made.Expires.Equal(start.Add(time.Hour)) {
		t.Errorf("expires %v", made.Expires)
	}
	for _, step := range []struct {
		advance time.Duration
		want    Outcome
	}{
		{0, Live},
		{0, Live},
		{59*time.Minute + 59*time.Second, Live},
		{time.Second - time.Nanosecond, Live},
		{time.Nanosecond, Expired},
		{29 * 24 * time.Hour, Expired},
		{24 * time.Hour, Expired}, // 30 days after it expired, R85
		{time.Nanosecond, Unknown},
	} {
		w.advance(step.advance)
		r, got := w.find(made.Password)
		if got != step.want || (got == Unknown) != (r.ID == "") {
			t.Errorf("at %v: %v, %+v; want %v", w.now().Sub(start), got, r, step.want)
		}
	}
	if n := len(w.list()); n != 0 {
		t.Errorf("%d still listed", n)
	}
}

func TestFindReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.mustMake("Mail")
	for _, spelling := range []string{
		made.Password, strings.ToUpper(made.Password), strings.ReplaceAll(made.Password, "-", ""),
		strings.ReplaceAll(made.Password, "-", " "), strings.ReplaceAll(made.Password, "-", "\u2013"),
		strings.ReplaceAll(made.Password, "0", "O"), strings.ReplaceAll(made.Password, "1", "l"),
	} {
		if r, got := w.find(spelling); got != Live || r.ID != made.ID || r.Label != "Mail" {
			t.Errorf("%q: %v, %+v", spelling, got, r)
		}
	}
	for _, wrong := range []string{"", "x", account.NewCode(), made.Password + "0", made.Password[:18], "\xff", strings.Repeat("-", 1<<20)} {
		if r, got := w.find(wrong); got != Unknown || r.ID != "" {
			t.Errorf("%.40q: %v, %+v", wrong, got, r)
		}
	}
}

// TestOfAnotherAccount: a temporary password opens the account it was made for,
// under the key it was made with.
func TestOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.mustMake("Mail")
	bob := w.newAccount("bob")
	ann := w.id
	w.id = bob
	w.mustMake("Mail")
	if _, got := w.find(made.Password); got != Unknown {
		t.Errorf("ann's is %v for bob", got)
	}
	w.id = ann
	w.keys = seal.New([32]byte{2})
	if _, got := w.find(made.Password); got != Unknown {
		t.Errorf("it is %v under another master key", got)
	}
}

// TestTenAtMostR83: an eleventh is refused until one expires or is revoked.
func TestTenAtMostR83(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var made []api.NewTemporaryPassword
	for i := range account.TemporaryPasswordsMax {
		made = append(made, w.mustMake(fmt.Sprint("client ", i)))
		w.advance(time.Minute)
	}
	if _, err := w.make("one too many", "", false); !errors.Is(err, ErrFull) {
		t.Fatalf("the eleventh: %v; want ErrFull", err)
	}
	w.update(func(tx store.Tx) error { return Revoke(tx, w.id, made[3].ID) })
	w.mustMake("after a revocation")
	if _, err := w.make("one too many", "", false); !errors.Is(err, ErrFull) {
		t.Fatalf("the twelfth: %v; want ErrFull", err)
	}
	w.advance(50 * time.Minute) // the first is an hour old
	w.mustMake("after an expiry")
}

func TestNeedsTwoFactorR80(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(func(tx store.Tx) error {
		a, err := account.Load(tx, w.id)
		if err != nil {
			return err
		}
		a.TextOn = false
		return account.Save(tx, a)
	})
	if _, err := w.make("Mail", "", false); !errors.Is(err, ErrTwoFactorOff) {
		t.Errorf("Make: %v; want ErrTwoFactorOff", err)
	}
}

func TestLabelsAndServicesR83(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, label := range []string{"", " ", "a\nb", "a\u202eb", strings.Repeat("x", 65), strings.Repeat("x", 10<<20), "\xff"} {
		if _, err := w.make(label, "", false); !errors.Is(err, ErrLabel) {
			t.Errorf("label %.20q: %v; want ErrLabel", label, err)
		}
		if label == "" {
			continue
		}
		if _, err := w.make("Mail", label, false); !errors.Is(err, ErrService) {
			t.Errorf("service %.20q: %v; want ErrService", label, err)
		}
	}
	made, err := w.make("  "+strings.Repeat("é", 64), "http-basic", false)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := w.find(made.Password)
	if r.Label != strings.Repeat("é", 64) || !r.Serves("http-basic") || r.Serves("oauth") {
		t.Errorf("%+v", r)
	}
	if !(Record{}).Serves("oauth") {
		t.Error("one without a service serves not all")
	}
}

func TestRevokeR83(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.mustMake("first"), w.mustMake("second")
	w.update(func(tx store.Tx) error { return Revoke(tx, w.id, first.ID) })
	if _, got := w.find(first.Password); got != Revoked {
		t.Errorf("the revoked one: %v", got)
	}
	if _, got := w.find(second.Password); got != Live {
		t.Errorf("the other: %v", got)
	}
	w.advance(2 * time.Hour)
	if _, got := w.find(first.Password); got != Revoked {
		t.Errorf("the revoked one, later: %v", got)
	}
	w.update(func(tx store.Tx) error { return Revoke(tx, w.id, second.ID) })
	if _, got := w.find(second.Password); got != Expired {
		t.Errorf("one that expired and was revoked then: %v; want expired (R85)", got)
	}
	for _, id := range []string{"", "0", "nothing", "../" + first.ID} {
		err := w.store.Update(t.Context(), func(tx store.Tx) error { return Revoke(tx, w.id, id) })
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("Revoke(%q): %v; want ErrNotFound", id, err)
		}
	}
}

// TestRevokeAllR61R83: all of them, with one write, and nothing made later, even
// in the same instant.
func TestRevokeAllR61R83(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.mustMake("old")
	w.advance(2 * time.Hour)
	var live []api.NewTemporaryPassword
	for i := range account.TemporaryPasswordsMax {
		live = append(live, w.mustMake(fmt.Sprint(i)))
	}
	w.update(func(tx store.Tx) error {
		counted := &countingTx{Tx: tx}
		n, err := RevokeAll(counted, w.id)
		if n != 10 || counted.writes > 2 {
			t.Errorf("RevokeAll = %d with %d writes", n, counted.writes)
		}
		return err
	})
	later := w.mustMake("later")
	for _, m := range live {
		if _, got := w.find(m.Password); got != Revoked {
			t.Errorf("%v; want revoked", got)
		}
	}
	if _, got := w.find(old.Password); got != Expired {
		t.Errorf("one that was over already: %v; want expired", got)
	}
	if _, got := w.find(later.Password); got != Live {
		t.Errorf("one made afterwards: %v; want live", got)
	}
	w.offset.Store(int64(30 * time.Minute)) // a clock that goes back brings nothing back
	if _, got := w.find(old.Password); got != Expired {
		t.Errorf("after the clock went back: %v; want expired", got)
	}
	w.offset.Store(int64(2 * time.Hour))
	if n := w.revokeAll(); n != 1 {
		t.Errorf("the second time: %d", n)
	}
	if n := w.revokeAll(); n != 0 {
		t.Errorf("the third time: %d", n)
	}
}

func TestUsesR83(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.mustMake("Mail")
	for i, u := range []api.Use{
		{At: start.Add(time.Second), Protocol: "http-basic", Address: "127.0.0.1"},
		{At: start.Add(time.Minute), Protocol: "oauth", Address: "::1"},
	} {
		w.update(func(tx store.Tx) error { return RecordUse(tx, w.id, made.ID, u, i+1) })
		if got := w.list()[0].API(w.now()); *got.LastUsed != u || got.State != "live" {
			t.Errorf("after %+v: %+v", u, got)
		}
	}
	if got := w.list()[0]; got.Uses != 3 {
		t.Errorf("%d uses; want 3", got.Uses)
	}
	if r, got := w.find(made.Password); got != Live || r.Uses != 3 {
		t.Errorf("a use broke it: %v, %+v", got, r)
	}
	err := w.store.Update(t.Context(), func(tx store.Tx) error { return RecordUse(tx, w.id, "gone", api.Use{}, 1) })
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("RecordUse: %v; want ErrNotFound", err)
	}
}

// TestMayTextR82: one in two minutes, five a day, under classic, to a proved
// phone.
func TestMayTextR82(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	may := func(p account.Policy, change func(a *account.Account)) (ok bool) {
		w.update(func(tx store.Tx) error {
			a, err := account.Load(tx, w.id)
			if err != nil {
				return err
			}
			change(a)
			ok, err = MayText(tx, a, p)
			return err
		})
		return ok
	}
	same := func(*account.Account) {}
	if !may(account.Classic(), same) || may(account.Hardened(), same) ||
		may(account.Classic(), func(a *account.Account) { a.PhoneVerified = false }) {
		t.Error("policy or phone is not looked at")
	}
	w.mustMake("not texted, does not count")
	for i := range 5 {
		if !may(account.Classic(), same) {
			t.Fatalf("text %d is refused", i)
		}
		if _, err := w.make("By text", "", true); err != nil {
			t.Fatal(err)
		}
		w.advance(2*time.Minute - 1)
		if may(account.Classic(), same) {
			t.Fatalf("another within two minutes of text %d", i)
		}
		w.advance(1)
	}
	if may(account.Classic(), same) {
		t.Error("a sixth on one day")
	}
	w.advance(24*time.Hour - 10*time.Minute)
	if !may(account.Classic(), same) {
		t.Error("refused a day after the first")
	}
}

// TestForgettingR85: what is over for long is deleted, and there is a limit to
// what one account can pile up.
func TestForgettingR85(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range deadMax + 20 {
		w.mustMake(fmt.Sprint(i))
		w.revokeAll()
	}
	if n := len(w.list()); n > deadMax {
		t.Errorf("%d kept; want at most %d", n, deadMax)
	}
	w.advance(32 * 24 * time.Hour)
	for range 8 {
		w.mustMake("new")
	}
	w.update(func(tx store.Tx) error {
		items, err := tx.Scan(prefix(w.id), "", 1000)
		if len(items) != 8+1 { // and the watermark
			t.Errorf("%d items are left; want 9", len(items))
		}
		return err
	})
}

// TestRandomOperations compares long random runs with a model.
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
						continue // forgotten
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
					if got != want && !(got == Unknown && want != Live && i < len(model)-deadMax) {
						t.Fatalf("entry %d of %d: %v; want %v", i, len(model), got, want)
					}
				}
			}
		})
	}
}

// TestNothingSecretIsKept: neither the password nor anything made from it
// without the server's key is in the store.
func TestNothingSecretIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.mustMake("Mail")
	plain, err := account.NormalizeCode(made.Password)
	if err != nil {
		t.Fatal(err)
	}
	w.update(func(tx store.Tx) error {
		items, err := tx.Scan("", "", 100)
		for _, item := range items {
			if v := strings.ToLower(string(item.Value)); strings.Contains(v, plain) || strings.Contains(v, made.Password) {
				t.Errorf("%s holds the password", item.Key)
			}
		}
		return err
	})
}

func BenchmarkFind(b *testing.B) {
	w := newWorld(b)
	var made api.NewTemporaryPassword
	for range 3 {
		made = w.mustMake("client")
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, got := w.find(made.Password); got != Live {
			b.Fatal(got)
		}
	}
}

type countingTx struct {
	store.Tx
	writes int
}

func (c *countingTx) Put(key string, value []byte) error { c.writes++; return c.Tx.Put(key, value) }
func (c *countingTx) Create(key string, value []byte) error {
	c.writes++
	return c.Tx.Create(key, value)
}
func (c *countingTx) Delete(key string) error { c.writes++; return c.Tx.Delete(key) }
