package delivery

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

func renamed() Message {
	m := mailTo("ann@example.org", Notice(api.EventKeyRenamed))
	m.Args = map[string]string{"username": "ann", "label": "blue"}
	return m
}

// The notices of one account take the space of at most 21 messages an hour: 20 mails and one
// summary.
func TestNoticesAreMerged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 500 {
		b.enqueue(renamed())
	}
	if n := b.rows(); n != noticesInWindow+1 {
		t.Errorf("500 notices take %d rows", n)
	}
	b.enqueue(mailTo("bob@example.org", Notice(api.EventKeyRenamed))) // another account's
	b.drain()
	got := b.carrier.arrived()
	if len(got) != noticesInWindow+1 || b.rows() != 1 {
		t.Fatalf("%d mails arrived, %d rows are left", len(got), b.rows())
	}

	b.advance(noticeWindow - time.Second)
	b.enqueue(renamed())
	b.drain()
	if got := b.carrier.arrived(); len(got) != noticesInWindow+1 {
		t.Errorf("the summary came before the hour was over: %d mails", len(got))
	}
	b.advance(time.Second)
	b.drain()
	got = b.carrier.arrived()
	last := got[len(got)-1]
	if len(got) != noticesInWindow+2 || b.rows() != 0 {
		t.Fatalf("%d mails arrived, %d rows are left", len(got), b.rows())
	}
	for _, want := range []string{"Hello ann,", "481 more notices", "481 x A security key was renamed", "Activity lists"} {
		if !strings.Contains(last.body, want) {
			t.Errorf("the summary does not say %q:\n%s", want, last.body)
		}
	}

	b.enqueue(renamed()) // a new hour
	b.drain()
	if got := b.carrier.arrived(); len(got) != noticesInWindow+3 {
		t.Errorf("the next hour's first notice did not arrive")
	}
}

// A flood of harmless notices does not hide another kind: the first notice of each kind in
// an hour is sent at once.
func TestFloodHidesNoOtherKind(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 100 {
		b.enqueue(renamed())
	}
	b.drain()
	before := len(b.carrier.arrived())
	b.enqueue(mailTo("ann@example.org", Notice(api.EventPasswordChanged)))
	b.drain()
	if got := b.carrier.arrived(); len(got) != before+1 || got[before].subject != "Your password was changed" {
		t.Errorf("%d mails more", len(got)-before)
	}
}

// Codes are never merged, and a waiting summary delays nothing.
func TestCodesAreNotMerged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 100 {
		b.enqueue(renamed())
	}
	for range 50 {
		b.enqueue(mailTo("ann@example.org", EmailCode))
	}
	b.drain()
	if got := b.carrier.arrived(); len(got) != noticesInWindow+50 {
		t.Errorf("%d mails arrived", len(got))
	}
}

// The counts of notices are deleted when their window ends.
func TestTalliesExpire(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for n := range 30 {
		m := renamed()
		m.Account, m.To = fmt.Sprint(n), fmt.Sprint(n)
		b.enqueue(m)
	}
	b.drain()
	b.advance(noticeWindow + time.Second)
	if _, err := store.Reap(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	err := b.store.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("", "", 1000)
		for _, it := range items {
			t.Errorf("%s is left", it.Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A summary is not lost if the clock is set back.
func TestSummaryAfterClockSetBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 30 {
		b.enqueue(renamed())
	}
	b.drain()
	b.advance(-24 * time.Hour)
	b.drain()
	if got := b.carrier.arrived(); len(got) != noticesInWindow+1 || b.rows() != 0 {
		t.Errorf("%d mails arrived, %d rows are left", len(got), b.rows())
	}
}
