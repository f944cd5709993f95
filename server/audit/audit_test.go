package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/storetest"
)

var start = time.Unix(1_700_000_000, 0).UTC()

func now() time.Time { return start }

func update(t *testing.T, s store.Store, fn func(tx store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// appendEvents appends n events, each in its own transaction. Detail "i" of event i is
// i.
func appendEvents(t *testing.T, s store.Store, account string, n int) {
	t.Helper()
	for i := range n {
		update(t, s, func(tx store.Tx) error {
			return Append(tx, account, Event{Type: api.EventSignedIn, Details: map[string]string{"i": fmt.Sprint(i + 1)}})
		})
	}
}

func list(t *testing.T, s store.Store, account string, before uint64, limit int) (records []Record) {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) (err error) {
		records, err = List(tx, account, before, limit)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestAppendAndList(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, now)
	first := Event{Type: api.EventAccountCreated, Client: "console", RemoteAddr: "here"}
	second := Event{Type: api.EventCodeRefused, Rule: "R22", Refused: true, Details: map[string]string{"b": "2", "a": "1"}}
	update(t, s, func(tx store.Tx) error { return Append(tx, "a", first, second) })
	update(t, s, func(tx store.Tx) error { return Append(tx, "a") })
	got := list(t, s, "a", 0, 10)
	if len(got) != 2 {
		t.Fatalf("%d records", len(got))
	}
	for i, want := range []Event{second, first} {
		r := got[i]
		if !reflect.DeepEqual(r.Event, want) || r.Seq != uint64(2-i) || !r.At.Equal(start) || len(r.Hash) != 32 {
			t.Errorf("record %d is %+v, want %+v", i, r, want)
		}
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, now)
	appendEvents(t, s, "a", 23)
	appendEvents(t, s, "a0", 1) // the next account in key order
	seen, before := 23, uint64(0)
	for {
		page := list(t, s, "a", before, 5)
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			if r.Seq != uint64(seen) || r.Details["i"] != fmt.Sprint(seen) {
				t.Fatalf("record %d says %v, want %d", r.Seq, r.Details, seen)
			}
			seen--
		}
		before = page[len(page)-1].Seq
	}
	if seen != 0 {
		t.Errorf("%d records were not listed", seen)
	}
	for name, got := range map[string][]Record{
		"no limit":        list(t, s, "a", 0, 0),
		"before first":    list(t, s, "a", 1, 5),
		"unknown account": list(t, s, "b", 0, 5),
	} {
		if len(got) != 0 {
			t.Errorf("%s: %d records", name, len(got))
		}
	}
	if got := list(t, s, "a", 1<<60, 1000); len(got) != 23 {
		t.Errorf("before the far future: %d records", len(got))
	}
}

// If the transaction fails, no record is written.
func TestAppendIsPartOfTheTransaction(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, now)
	boom := errors.New("boom")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(Append(tx, "a", Event{Type: api.EventSignedIn}), boom)
	})
	if !errors.Is(err, boom) || len(list(t, s, "a", 0, 10)) != 0 {
		t.Errorf("got %v, and a record", err)
	}
}

func TestVerifyAcceptsWhatWasWritten(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, now)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				if err := s.Update(t.Context(), func(tx store.Tx) error {
					return Append(tx, "a", Event{Type: api.EventSignedIn}, Event{Type: api.EventSignedOut})
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if err := Verify(t.Context(), s, "a"); err != nil {
		t.Error(err)
	}
	if got := list(t, s, "a", 0, 1); got[0].Seq != 640 { // several pages of Verify
		t.Errorf("the last record is %d", got[0].Seq)
	}
}

// Verify detects records that were changed, deleted, inserted or moved in the store.
func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	const records = 10
	value := func(tx store.Tx, key string) []byte {
		b, err := tx.Get(key)
		if err != nil {
			panic(err)
		}
		return append([]byte(nil), b...)
	}
	alter := func(tx store.Tx, seq uint64, from, to string) error {
		b := value(tx, recordKey("a", seq))
		text := strings.Replace(string(b[32:]), from, to, 1)
		if text == string(b[32:]) {
			return errors.New("nothing to replace")
		}
		return tx.Put(recordKey("a", seq), append(b[:32:32], text...))
	}
	for name, c := range map[string]struct {
		tamper func(tx store.Tx) error
		seq    uint64
	}{
		"type altered":    {func(tx store.Tx) error { return alter(tx, 4, string(api.EventSignedIn), string(api.EventSignedOut)) }, 4},
		"time altered":    {func(tx store.Tx) error { return alter(tx, 1, "2023", "2024") }, 1},
		"details altered": {func(tx store.Tx) error { return alter(tx, 10, `"10"`, `"11"`) }, 10},
		"spaces added":    {func(tx store.Tx) error { return alter(tx, 7, ":", ": ") }, 7},
		"hash altered": {func(tx store.Tx) error {
			b := value(tx, recordKey("a", 3))
			b[0] ^= 1
			return tx.Put(recordKey("a", 3), b)
		}, 3},
		"record emptied": {func(tx store.Tx) error { return tx.Put(recordKey("a", 3), nil) }, 3},
		"first removed":  {func(tx store.Tx) error { return tx.Delete(recordKey("a", 1)) }, 1},
		"middle removed": {func(tx store.Tx) error { return tx.Delete(recordKey("a", 5)) }, 5},
		"last removed":   {func(tx store.Tx) error { return tx.Delete(recordKey("a", records)) }, records},
		"head removed":   {func(tx store.Tx) error { return tx.Delete(headKey("a")) }, 1},
		"all removed": {func(tx store.Tx) error {
			for seq := uint64(1); seq <= records; seq++ {
				if err := tx.Delete(recordKey("a", seq)); err != nil {
					return err
				}
			}
			return tx.Delete(headKey("a"))
		}, 1},
		"head set back": {func(tx store.Tx) error { return store.Save(tx, headKey("a"), head{Seq: 9}) }, 10},
		"head's hash":   {func(tx store.Tx) error { return store.Save(tx, headKey("a"), head{Seq: 10, Hash: make([]byte, 32)}) }, 10},
		"one inserted":  {func(tx store.Tx) error { return tx.Put(recordKey("a", 4)+"x", value(tx, recordKey("a", 4))) }, 5},
		"one appended":  {func(tx store.Tx) error { return tx.Put(recordKey("a", 11), value(tx, recordKey("a", 10))) }, 11},
		"two swapped": {func(tx store.Tx) error {
			five, six := value(tx, recordKey("a", 5)), value(tx, recordKey("a", 6))
			return errors.Join(tx.Put(recordKey("a", 5), six), tx.Put(recordKey("a", 6), five))
		}, 5},
		"another account's": {func(tx store.Tx) error {
			return tx.Put(recordKey("a", 1), value(tx, recordKey("b", 1)))
		}, 1},
		"rewritten, later hashes unchanged": {func(tx store.Tx) error {
			text, err := json.Marshal(body{At: start, Event: Event{Type: api.EventSignedOut}})
			if err != nil {
				return err
			}
			prev := value(tx, recordKey("a", 4))[:32]
			return tx.Put(recordKey("a", 5), append(link(prev, "a", 5, text), text...))
		}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t, now)
			appendEvents(t, s, "a", records)
			appendEvents(t, s, "b", 1)
			update(t, s, c.tamper)
			var broken *BrokenError
			if err := Verify(t.Context(), s, "a"); !errors.As(err, &broken) || broken.Seq != c.seq || broken.Account != "a" {
				t.Errorf("got %v, want record %d broken", err, c.seq)
			}
			if err := Verify(t.Context(), s, "b"); err != nil {
				t.Errorf("the other account: %v", err)
			}
		})
	}
}

// BenchmarkAppend measures Append without the commit.
func BenchmarkAppend(b *testing.B) {
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(b.TempDir(), "bench.db"), Now: now})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	e := Event{Type: api.EventSignedIn, Rule: "R40", Client: "Firefox on Linux", RemoteAddr: "127.0.0.1", Details: map[string]string{"method": "app"}}
	b.ReportAllocs()
	for b.Loop() {
		err := s.View(b.Context(), func(tx store.Tx) error { return Append(store.NewOverlay(tx), "a", e) })
		if err != nil {
			b.Fatal(err)
		}
	}
}
