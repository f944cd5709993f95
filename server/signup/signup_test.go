package signup

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/epoch"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

var start = time.Date(2026, time.November, 30, 12, 0, 0, 0, time.UTC)

type world struct {
	*testing.T
	now   time.Time
	store store.Store
	door  *Door
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: start}
	w.store = storetest.New(t, func() time.Time { return w.now })
	var err error
	if w.door, err = New(Config{Sealer: seal.New([32]byte{1})}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) update(fn func(tx store.Tx) error) error {
	return w.store.Update(w.Context(), fn)
}

func (w *world) ask(address string) error {
	return w.update(func(tx store.Tx) error { return w.door.Ask(tx, address) })
}

// R42: a subscriber can check ten names an hour, regardless of what becomes of
// the sign-ups. A check that ends in an account does not count.
func TestAskR42(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var tried *NamesError
	for n := range 10 {
		if err := w.ask("192.0.2.7"); err != nil {
			t.Fatalf("look %d: %v", n, err)
		}
		w.now = w.now.Add(time.Minute)
	}
	if err := w.ask("192.0.2.7"); !errors.As(err, &tried) || !tried.RetryAt.Equal(start.Add(time.Hour)) {
		t.Errorf("the eleventh look: %v", err)
	}
	if err := w.update(func(tx store.Tx) error { return w.door.Made(tx, "192.0.2.7") }); err != nil {
		t.Fatal(err)
	}
	if err := w.ask("192.0.2.7"); err != nil {
		t.Errorf("after an account was made: %v", err)
	}
	w.now = start.Add(time.Hour)
	if err := w.ask("192.0.2.7"); err != nil {
		t.Errorf("an hour after the first look: %v", err)
	}
	if err := w.ask("192.0.2.7"); !errors.As(err, &tried) {
		t.Errorf("the second look is not an hour ago: %v", err)
	}
}

// A subscriber is an IPv4 address in any spelling, or an IPv6 /64. All
// loopback addresses are one subscriber.
func TestPlaceR42(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{
		{"192.0.2.7", "::ffff:192.0.2.7"},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"},
		{"fe80::1%eth0", "fe80::2%eth1"},
		{"127.0.0.1", "127.0.0.2"},
		{"127.0.0.1", "127.255.1.9"},
		{"127.0.0.1", "::1"},
		{"127.0.0.1", "::ffff:127.3.3.3"},
	} {
		if place(same[0]) != place(same[1]) || place(same[0]) == "" {
			t.Errorf("%s is %q, %s is %q", same[0], place(same[0]), same[1], place(same[1]))
		}
	}
	for _, other := range [][2]string{{"192.0.2.7", "192.0.2.8"}, {"2001:db8:1:2::1", "2001:db8:1:3::1"}} {
		if place(other[0]) == place(other[1]) {
			t.Errorf("%s and %s are one place", other[0], other[1])
		}
	}
	w := newWorld(t)
	for n := range 11 {
		if err := w.ask(fmt.Sprintf("127.0.%d.1", n)); (err != nil) != (n == 10) {
			t.Errorf("look %d from this computer: %v", n, err)
		}
	}
	for n := range 30 {
		if err := w.ask("console"); err != nil {
			t.Fatalf("the window, look %d: %v", n, err)
		}
	}
	for n := range 11 {
		if err := w.ask(fmt.Sprintf("2001:db8::%x", n)); (err != nil) != (n == 10) {
			t.Errorf("look %d from one network: %v", n, err)
		}
	}
}

// After the clock was set back, checks in the future do not count (R86).
func TestAskAfterTheClockWentBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = start.AddDate(1, 0, 0)
	for range 10 {
		if err := w.ask("192.0.2.7"); err != nil {
			t.Fatal(err)
		}
	}
	w.now = start
	if err := w.ask("192.0.2.7"); err != nil {
		t.Error(err)
	}
}

func TestInvitationsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func(n int) error {
		return w.update(func(tx store.Tx) error {
			_, _, _, err := w.door.Invite(tx, "", fmt.Sprintf("p%d@example.org", n), true)
			return err
		})
	}
	for n := range InvitationsMax {
		if err := invite(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := invite(InvitationsMax); !errors.Is(err, ErrFull) {
		t.Errorf("one more: %v", err)
	}
	if err := w.update(func(tx store.Tx) error {
		_, _, _, err := w.door.Invite(tx, "", "nobody", false)
		return err
	}); !errors.Is(err, account.ErrEmail) {
		t.Errorf("no address: %v", err)
	}
	// Expired invitations make room at once. Their records are deleted later.
	w.now = w.now.Add(InvitationLife)
	if err := invite(InvitationsMax); err != nil {
		t.Errorf("after the others expired: %v", err)
	}
	w.now = w.now.Add(3 * InvitationLife)
	if _, err := store.Reap(t.Context(), w.store); err != nil {
		t.Fatal(err)
	}
	if err := w.store.View(t.Context(), func(tx store.Tx) error {
		for _, prefix := range []string{invitationPrefix, codePrefix} {
			if left, err := tx.Scan(prefix, "", 1000); err != nil || len(left) != 0 {
				t.Errorf("%d left at %s, %v", len(left), prefix, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// An address that was invited twice makes one account (R7): using one invitation uses every
// other one for the address, however it is spelled, and none for another address.
func TestInvitationsForOneAddressMakeOneAccountR7(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func(address string) (shown, inMail string) {
		t.Helper()
		if err := w.update(func(tx store.Tx) (err error) {
			_, shown, inMail, err = w.door.Invite(tx, "", address, true)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return shown, inMail
	}
	enter := func(code string) (pass Pass, err error) {
		err = w.update(func(tx store.Tx) error {
			pass, err = w.door.Enter(tx, code, false)
			return err
		})
		return pass, err
	}
	first, firstMail := invite("kim@example.org")
	second, secondMail := invite("Kim@Example.org")
	other, _ := invite("lee@example.org")
	pass, err := enter(secondMail)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.update(func(tx store.Tx) error {
		invited, err := w.door.Use(tx, pass)
		if !invited {
			t.Error("the invitation was not reported")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{first, firstMail, second, secondMail} {
		if _, err := enter(code); !errors.Is(err, ErrUsed) {
			t.Errorf("a code of the address that has its account: %v", err)
		}
	}
	if _, err := enter(other); err != nil {
		t.Errorf("another address: %v", err)
	}
}

// Invitations in a backup may have been used or taken back after it was made.
// So none of them works after a restore; a new one does.
func TestInvitationsEndWithARestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func() (code, mailed string) {
		t.Helper()
		err := w.update(func(tx store.Tx) (err error) {
			_, code, mailed, err = w.door.Invite(tx, "", "eve@example.org", true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return code, mailed
	}
	enter := func(code string) (pass Pass, err error) {
		err = w.update(func(tx store.Tx) (err error) {
			pass, err = w.door.Enter(tx, code, false)
			return err
		})
		return pass, err
	}
	shown, mailed := invite()
	if _, err := enter(shown); err != nil {
		t.Fatal(err)
	}
	if err := w.update(func(tx store.Tx) error { return epoch.Begin(tx, epoch.Restore{At: w.now}) }); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{shown, mailed} {
		if _, err := enter(code); !errors.Is(err, ErrExpired) {
			t.Errorf("an invitation of before the restore: %v", err)
		}
	}
	err := w.update(func(tx store.Tx) error {
		open, err := w.door.Invitations(tx)
		if len(open) != 0 {
			t.Errorf("%d invitations are open", len(open))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	shown, _ = invite()
	pass, err := enter(shown)
	if err != nil {
		t.Errorf("a new invitation: %v", err)
	}
	err = w.update(func(tx store.Tx) error { _, err := w.door.Use(tx, pass); return err })
	if _, again := enter(shown); err != nil || !errors.Is(again, ErrUsed) {
		t.Errorf("used: %v, then %v", err, again)
	}
}

// While nobody can sign up, no invitation is made.
func TestNoInvitationWhileClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.update(func(tx store.Tx) error {
		if _, err := w.door.SetMode(tx, Closed); err != nil {
			return err
		}
		_, _, _, err := w.door.Invite(tx, "", "pat@example.org", true)
		return err
	})
	if !errors.Is(err, ErrClosed) {
		t.Errorf("an invitation while sign-up is closed: %v", err)
	}
}
