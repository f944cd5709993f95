package temppassword

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// R81: valid for any number of uses until 59:59.999, expired at 60:00.
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

func TestFindIgnoresCaseAndSeparators(t *testing.T) {
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

// A temporary password works only for its account, and only with the server key it was made
// with.
func TestPasswordOfAnotherAccount(t *testing.T) {
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

// R83: an eleventh is refused until one expires or is revoked.
func TestAtMostTenR83(t *testing.T) {
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
		t.Error("a temporary password without a service does not work for all services")
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

// R61, R83: RevokeAll revokes all with one write, and none that is made later, even at the
// same time.
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
		t.Errorf("one that had expired before: %v; want expired", got)
	}
	if _, got := w.find(later.Password); got != Live {
		t.Errorf("one made afterwards: %v; want live", got)
	}
	w.offset.Store(int64(30 * time.Minute)) // setting the clock back does not make them live again
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

// R82: in classic, one in two minutes and five a day may be texted to a confirmed phone.
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
		t.Error("policy or phone is ignored")
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

// R85: records that ended long ago are deleted, and the number of ended records is limited.
func TestOldRecordsAreDeletedR85(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range endedMax + 20 {
		w.mustMake(fmt.Sprint(i))
		w.revokeAll()
	}
	if n := len(w.list()); n > endedMax {
		t.Errorf("%d kept; want at most %d", n, endedMax)
	}
	w.advance(32 * 24 * time.Hour)
	for range 8 {
		w.mustMake("new")
	}
	w.update(func(tx store.Tx) error {
		items, err := tx.Scan(prefix(w.id), "", 1000)
		if len(items) != 8+1 { // and the revocations
			t.Errorf("%d items are left; want 9", len(items))
		}
		return err
	})
}

// The store contains neither the password nor a hash of it that can be computed without the
// server's key.
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
