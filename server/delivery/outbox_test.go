package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

func TestDeliversAfterCommit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	boom := errors.New("boom")
	err := b.store.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(Enqueue(tx, b.keys, text("+1", 1)), boom)
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	b.drain()
	if got := b.carrier.arrived(); len(got) != 0 {
		t.Errorf("a change that was rolled back sent %v", got)
	}
	b.enqueue(text("+1", 2), Message{Channel: api.ByEmail, To: "ann@example.org", Template: Notice(api.EventTwoFactorOn)})
	b.drain()
	b.drain()
	got := b.carrier.arrived()
	slices.SortFunc(got, func(a, b sent) int { return strings.Compare(a.to, b.to) })
	if len(got) != 2 || got[0].to != "+1" || !strings.HasPrefix(got[0].body, "000002 is") ||
		got[1].to != "ann@example.org" || got[1].subject != "Two-factor authentication is on" || got[0].id == "" || got[0].id == got[1].id {
		t.Errorf("arrived: %+v", got)
	}
	if n := b.rows(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestEnqueueRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, m := range []Message{
		{},
		{Channel: "pigeon", To: "x", Template: SignInCode},
		{Channel: api.ByText, Template: SignInCode},
		{Channel: api.ByText, To: "x", Template: "nothing"},
	} {
		if err := b.store.Update(t.Context(), func(tx store.Tx) error { return Enqueue(tx, b.keys, m) }); err == nil {
			t.Errorf("%+v was accepted", m)
		}
	}
}

func TestRowsAreSealed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.enqueue(text("+14155550123", 987654))
	err := b.store.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("", "", 100)
		for _, it := range items {
			for _, secret := range []string{"987654", "+14155550123", SignInCode} {
				if strings.Contains(it.Key+string(it.Value), secret) {
					t.Errorf("%s holds %s", it.Key, secret)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStopDropsStoredTexts: when a number sends STOP, its stored text messages are
// dropped; mail is not (R18).
func TestStopDropsStoredTexts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.enqueue(text("+14155550123", 1), text("+14155550124", 2), Message{Channel: api.ByEmail, To: "ann@example.org", Template: Notice(api.EventTwoFactorOn)})
	receive := func(body string) {
		t.Helper()
		err := b.store.Update(t.Context(), func(tx store.Tx) error {
			_, changed, err := HandleOptOut(tx, "+14155550123", body, true)
			if err == nil && !changed {
				t.Errorf("%s changed nothing", body)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	receive("STOP")
	b.drain()
	if got := b.carrier.arrived(); len(got) != 2 || slices.ContainsFunc(got, func(s sent) bool { return s.to == "+14155550123" }) || b.rows() != 0 {
		t.Errorf("arrived: %+v, %d rows are left", got, b.rows())
	}
	receive("GO")
	b.enqueue(text("+14155550123", 3))
	b.drain()
	if got := b.carrier.arrived(); len(got) != 3 || got[2].body[:6] != "000003" {
		t.Errorf("after GO: %+v", got)
	}
}

func TestKeepsTheOrderOfEachRecipient(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for n := range 20 {
		b.enqueue(text("+1", 3*n), text("+2", 3*n), text("+1", 3*n+1), text("+1", 3*n+2))
		b.advance(time.Millisecond)
	}
	b.drain()
	want := 0
	for _, s := range b.carrier.arrived() {
		if s.to != "+1" {
			continue
		}
		if s.body[:6] != fmt.Sprintf("%06d", want) {
			t.Fatalf("%s arrived as number %d", s.body[:6], want)
		}
		want++
	}
	if want != 60 || len(b.carrier.arrived()) != 80 {
		t.Errorf("%d of 60, %d of 80 arrived", want, len(b.carrier.arrived()))
	}
}

// TestWaitsBehindAFailure: after a failed attempt, the next message to the same
// recipient waits. Messages to others do not.
func TestWaitsBehindAFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.carrier.fail = func(to string, tries int) error {
		if to == "+1" && tries <= 2 {
			return errors.New("busy")
		}
		return nil
	}
	b.enqueue(text("+1", 1), text("+1", 2), text("+2", 3))
	b.drain()
	if got := codes(b.carrier.arrived()); !slices.Equal(got, []string{"000003"}) {
		t.Errorf("first arrived %q", got)
	}
	b.advance(firstPause - 1)
	b.drain()
	b.enqueue(text("+1", 4))
	b.drain()
	if n := b.carrier.n["+1"]; n != 1 {
		t.Errorf("%d tries before the pause is over", n)
	}
	b.advance(1)
	b.drain() // the second try
	b.advance(2 * firstPause)
	b.drain()
	if got := codes(b.carrier.arrived()); !slices.Equal(got, []string{"000003", "000001", "000002", "000004"}) {
		t.Errorf("arrived %q", got)
	}
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.carrier.fail = func(to string, _ int) error {
		switch to {
		case "+1":
			return errors.New("busy")
		case "+2":
			return &PermanentError{Reason: "no such number"}
		}
		return nil
	}
	b.enqueue(text("+1", 111111), text("+2", 222222), text("+2", 333333), text("+1", 444444))
	var waited time.Duration
	for b.rows() > 0 {
		b.drain()
		b.advance(time.Second)
		waited += time.Second
		if b.carrier.n["+1"] == maxTries && waited > 10*time.Minute {
			t.Fatalf("a code is still tried after %v", waited)
		}
		if waited > time.Hour {
			t.Fatal("it never gives up")
		}
	}
	if b.carrier.n["+1"] != 2*maxTries || b.carrier.n["+2"] != 2 {
		t.Errorf("tries: %v", b.carrier.n)
	}
	for _, secret := range []string{"111111", "222222", "333333", "444444", "+1", "+2"} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log holds %s:\n%s", secret, b.log)
		}
	}
	if !strings.Contains(b.log.String(), "no more attempts") {
		t.Errorf("the log does not mention it:\n%s", b.log)
	}
}

func TestWithoutACarrier(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.SMSSender, b.cfg.Mailer = nil, nil
	b.enqueue(text("+1", 1))
	b.drain()
	if b.rows() != 0 || !strings.Contains(b.log.String(), "no mail server or text gateway") {
		t.Errorf("%d rows left, log: %s", b.rows(), b.log)
	}
}

// TestForeignRowsStay: a message that cannot be opened is neither sent nor deleted.
func TestForeignRowsStay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	right := b.keys
	b.keys = seal.New([32]byte{2})
	b.enqueue(text("+1", 1))
	b.keys = right
	b.enqueue(text("+1", 2))
	b.drain()
	b.drain()
	if got := codes(b.carrier.arrived()); !slices.Equal(got, []string{"000002"}) || b.rows() != 1 {
		t.Errorf("arrived %q, %d rows left", got, b.rows())
	}
	if n := strings.Count(b.log.String(), "cannot be decrypted"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

// A failingStore fails one update.
type failingStore struct {
	store.Store
	fail error
}

func (s *failingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.fail; err != nil {
		s.fail = nil
		return err
	}
	return s.Store.Update(ctx, fn)
}

// TestRepeatsWithTheSameID: if the store fails after a message was sent, it is sent
// again with the same ID.
func TestRepeatsWithTheSameID(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.enqueue(text("+1", 1))
	s := &failingStore{Store: b.store, fail: store.ErrFull}
	o := b.outbox(s)
	if err := o.Drain(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if err := o.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	got := b.carrier.arrived()
	if len(got) != 2 || got[0] != got[1] || got[0].id == "" || b.rows() != 0 {
		t.Errorf("arrived %+v, %d rows left", got, b.rows())
	}
}

func TestManyRowsManyDrains(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for n := range 3 * pageSize {
		b.enqueue(text(fmt.Sprintf("+%d", n%50), n))
		b.advance(time.Microsecond)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(b.drain)
	}
	group.Wait()
	if got := b.carrier.arrived(); len(got) != 3*pageSize || b.rows() != 0 {
		t.Errorf("%d arrived, %d rows left", len(got), b.rows())
	}
}

// TestDueBehindManyWaiting: a message that is due is found behind several pages of
// waiting ones.
func TestDueBehindManyWaiting(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.carrier.fail = func(to string, _ int) error {
		if to == "+1" {
			return errors.New("busy")
		}
		return nil
	}
	for n := range 2 * pageSize {
		b.enqueue(text("+1", n))
	}
	b.drain()
	b.enqueue(text("+2", 7))
	b.drain()
	if got := codes(b.carrier.arrived()); !slices.Equal(got, []string{"000007"}) {
		t.Errorf("arrived %q", got)
	}
}

// TestClockSetBack: a message is still sent after the clock was set back.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.carrier.fail = func(_ string, tries int) error {
		if tries == 1 {
			return errors.New("busy")
		}
		return nil
	}
	b.enqueue(text("+1", 1))
	b.drain()
	b.advance(-24 * time.Hour)
	b.drain()
	if got := b.carrier.arrived(); len(got) != 1 {
		t.Errorf("%d arrived", len(got))
	}
}

func TestDrainEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.enqueue(text("+1", 1))
	ctx, cancel := context.WithCancel(t.Context())
	b.carrier.fail = func(string, int) error {
		cancel()
		return ctx.Err()
	}
	if err := b.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	b.carrier.fail = nil
	b.drain() // the attempt was not counted, so there is no pause
	if got := b.carrier.arrived(); len(got) != 1 {
		t.Errorf("%d arrived", len(got))
	}
}

// TestRun: Run delivers on Wake, tries again later, and ends with its context.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t, at: start, carrier: &carrier{n: make(map[string]int)}, keys: seal.New([32]byte{1}), log: new(bytes.Buffer)}
		s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "test.db"), Now: b.now, ReserveBytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		b.store = s
		b.Outbox = b.outbox(s)
		b.cfg.Now = func() time.Time { // each call advances the clock
			b.advance(time.Second)
			return b.now()
		}
		tried := make(chan int)
		b.carrier.fail = func(_ string, tries int) error {
			tried <- tries
			if tries < 3 {
				return errors.New("busy")
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Outbox.Run(ctx) }()
		synctest.Wait() // it has read the empty outbox once
		b.enqueue(text("+1", 1))
		b.Wake()
		b.Wake()
		for want := 1; want <= 3; want++ {
			if got := <-tried; got != want {
				t.Errorf("try %d, want %d", got, want)
			}
		}
		synctest.Wait()
		if got := b.carrier.arrived(); len(got) != 1 || b.rows() != 0 {
			t.Errorf("%d arrived, %d rows left", len(got), b.rows())
		}
		// Without a Wake the message is found later.
		b.enqueue(text("+1", 2))
		if got := <-tried; got != 4 {
			t.Errorf("try %d, want 4", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

func TestRunEndsWithItsStore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Outbox.Run(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

func TestOutboxConfigIsChecked(t *testing.T) {
	t.Parallel()
	if _, err := NewOutbox(Config{}); err == nil {
		t.Error("an empty configuration was accepted")
	}
}
