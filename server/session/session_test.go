package session

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

var start = time.Unix(1_700_000_000, 0).UTC()

const (
	day   = 24 * time.Hour
	month = 30 * day
)

// A bench is a session Store with a clock that the test sets.
type bench struct {
	*testing.T
	*Store
	store store.Store
	at    time.Time
}

func newBench(t *testing.T, idle time.Duration) *bench {
	t.Helper()
	b := &bench{T: t, at: start}
	b.store = storetest.New(t, func() time.Time { return b.at })
	sessions, err := New(Config{Sealer: seal.New([32]byte{1}), Lifetime: month, Idle: idle, ReauthenticateAfter: 10 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	b.Store = sessions
	return b
}

func (b *bench) update(fn func(tx store.Tx) error) {
	b.Helper()
	if err := b.store.Update(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) create(account, client string) (token string, made Session) {
	b.Helper()
	b.update(func(tx store.Tx) (err error) {
		token, made, err = b.Create(tx, Session{Account: account, Client: client, RemoteAddr: "127.0.0.1", Kind: "console", Proved: b.at})
		return err
	})
	return token, made
}

func (b *bench) find(token string) (s Session, err error) {
	err = b.store.View(b.Context(), func(tx store.Tx) error {
		s, err = b.Find(tx, token)
		return err
	})
	return s, err
}

func (b *bench) clients(account string) (names []string) {
	b.Helper()
	if err := b.store.View(b.Context(), func(tx store.Tx) error {
		list, err := b.List(tx, account)
		names = nil
		for _, s := range list {
			names = append(names, s.Client)
		}
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return names
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	keys := seal.New([32]byte{})
	for _, cfg := range []Config{
		{}, {Sealer: keys, Lifetime: 1}, {Lifetime: 1, ReauthenticateAfter: 1}, {Sealer: keys, ReauthenticateAfter: 1}, {Sealer: keys, Lifetime: 1, ReauthenticateAfter: 1, Idle: -1},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

func TestCreateAndFind(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	token, made := b.create("a", "one")
	if !strings.HasPrefix(token, "nls_") || len(token) != 4+43 || len(made.ID) < 26 {
		t.Errorf("token of %d characters, ID %q", len(token), made.ID)
	}
	if made.Created != start || made.LastSeen != start || made.Expires != start.Add(month) {
		t.Errorf("made %+v", made)
	}
	got, err := b.find(token)
	if err != nil || got != made {
		t.Errorf("found %+v, %v; want %+v", got, err, made)
	}
	for _, wrong := range []string{"", "nls_", token[4:], token[:len(token)-1], token + "A", "NLS_" + token[4:], made.ID, strings.Repeat("x", 1<<20)} {
		if _, err := b.find(wrong); !errors.Is(err, ErrUnknown) {
			t.Errorf("a wrong token of %d characters: %v, want ErrUnknown", len(wrong), err)
		}
	}
	if err := b.store.Update(t.Context(), func(tx store.Tx) error {
		_, _, err := b.Create(tx, Session{})
		return err
	}); err == nil {
		t.Error("a session without an account was created")
	}
}

// The store does not contain the token.
func TestTokenIsNotStored(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	token, _ := b.create("a", "one")
	if err := b.store.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("", "", 100)
		for _, it := range items {
			if strings.Contains(it.Key+string(it.Value), token[4:]) {
				t.Errorf("%s holds the token", it.Key)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestR44Expires(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	token, s := b.create("a", "one")
	b.at = start.Add(month - time.Nanosecond)
	if _, err := b.find(token); err != nil {
		t.Errorf("in the last moment of 30 days: %v", err)
	}
	b.at = start.Add(month)
	if _, err := b.find(token); !errors.Is(err, ErrUnknown) {
		t.Errorf("after 30 days: %v, want ErrUnknown", err)
	}
	if got := b.clients("a"); len(got) != 0 {
		t.Errorf("it is still listed: %q", got)
	}
	for name, fn := range map[string]func(tx store.Tx) error{
		"touch": func(tx store.Tx) error { return b.Touch(tx, s, b.at, b.at) },
		"prove": func(tx store.Tx) error { return b.MarkReauthenticated(tx, "a", s.ID) },
		"end":   func(tx store.Tx) error { return b.End(tx, "a", s.ID) },
		"load":  func(tx store.Tx) error { _, err := b.Load(tx, "a", s.ID); return err },
	} {
		if err := b.store.Update(t.Context(), fn); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s after 30 days: %v, want ErrUnknown", name, err)
		}
	}
	if _, err := store.Reap(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	if err := b.store.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("", "", 100)
		if len(items) != 1 || items[0].Key != "acctrev/a" {
			t.Errorf("%d keys are left", len(items))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestR44HardenedIdle(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Hour)
	token, s := b.create("a", "one")
	for range 5 {
		b.at = b.at.Add(time.Hour - time.Second)
		if _, err := b.find(token); err != nil {
			t.Fatalf("used within the hour: %v", err)
		}
		b.update(func(tx store.Tx) error { return b.Touch(tx, s, b.at, b.at) })
	}
	if got, _ := b.find(token); got.LastSeen != b.at || got.Expires != start.Add(month) {
		t.Errorf("after Touch: %+v", got)
	}
	b.at = b.at.Add(time.Hour)
	if _, err := b.find(token); !errors.Is(err, ErrUnknown) {
		t.Errorf("idle for an hour: %v, want ErrUnknown", err)
	}
}

func TestR3RecentlyAuthenticated(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	token, s := b.create("a", "one")
	fresh := func() (time.Time, bool) {
		t.Helper()
		s, err := b.find(token)
		if err != nil {
			t.Fatal(err)
		}
		return b.RecentlyAuthenticated(s, b.at)
	}
	if until, ok := fresh(); !ok || until != start.Add(10*time.Minute) {
		t.Errorf("just signed in: %v, %v", until, ok)
	}
	b.at = start.Add(10*time.Minute - time.Nanosecond)
	if _, ok := fresh(); !ok {
		t.Error("not recent within 10 minutes")
	}
	b.at = start.Add(10 * time.Minute)
	if _, ok := fresh(); ok {
		t.Error("still recent after 10 minutes")
	}
	b.update(func(tx store.Tx) error { return b.MarkReauthenticated(tx, "a", s.ID) })
	if until, ok := fresh(); !ok || until != b.at.Add(10*time.Minute) {
		t.Errorf("proved again: %v, %v", until, ok)
	}
	if _, ok := b.RecentlyAuthenticated(Session{}, b.at); ok {
		t.Error("a session without a proved password counts as recent")
	}
}

func TestR44EndOne(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	one, s := b.create("a", "one")
	two, _ := b.create("a", "two")
	for _, id := range []string{"x", "", s.ID + "x"} {
		if err := b.store.Update(t.Context(), func(tx store.Tx) error { return b.End(tx, "a", id) }); !errors.Is(err, ErrUnknown) {
			t.Errorf("end of %q: %v, want ErrUnknown", id, err)
		}
	}
	if err := b.store.Update(t.Context(), func(tx store.Tx) error { return b.End(tx, "b", s.ID) }); !errors.Is(err, ErrUnknown) {
		t.Errorf("end of another account's session: %v, want ErrUnknown", err)
	}
	b.update(func(tx store.Tx) error { return b.End(tx, "a", s.ID) })
	if _, err := b.find(one); !errors.Is(err, ErrUnknown) {
		t.Errorf("the ended one: %v, want ErrUnknown", err)
	}
	if _, err := b.find(two); err != nil {
		t.Errorf("the other one: %v", err)
	}
}

func TestR44EndOthers(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	for i := range Max - 1 { // more than can be deleted in one transaction
		b.create("a", fmt.Sprint("old ", i))
	}
	first, kept := b.create("a", "first")
	other, _ := b.create("b", "other")
	end := func(keep string) (n int) {
		t.Helper()
		b.update(func(tx store.Tx) (err error) {
			n, err = b.EndOthers(tx, "a", keep)
			return err
		})
		return n
	}
	if n := end(kept.ID); n != Max-1 {
		t.Errorf("%d ended, want %d", n, Max-1)
	}
	if n := end(kept.ID); n != 0 {
		t.Errorf("again: %d ended, want 0", n)
	}
	if got := b.clients("a"); !slices.Equal(got, []string{"first"}) {
		t.Errorf("left: %q", got)
	}
	b.at = b.at.Add(time.Minute)
	second, next := b.create("a", "second")
	if got := b.clients("a"); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("with a new one: %q", got)
	}
	// The session that was kept ends the next time.
	if n := end(next.ID); n != 1 {
		t.Errorf("%d ended, want 1", n)
	}
	if _, err := b.find(first); !errors.Is(err, ErrUnknown) {
		t.Errorf("first: %v, want ErrUnknown", err)
	}
	if _, err := b.find(second); err != nil {
		t.Errorf("second: %v", err)
	}
	if n := end(""); n != 1 || len(b.clients("a")) != 0 {
		t.Errorf("all: %d ended, %q left", n, b.clients("a"))
	}
	if _, err := b.find(other); err != nil {
		t.Errorf("another account's: %v", err)
	}
}

// The limit also holds for sessions that begin at the same time.
func TestManySessionsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	var group sync.WaitGroup
	for range 2 * listPage {
		group.Go(func() { b.create("a", "x") })
	}
	group.Wait()
	if n := len(b.clients("a")); n != Max {
		t.Errorf("%d listed, want %d", n, Max)
	}
}

// Of several simultaneous calls that end one session, one succeeds and the others get
// ErrUnknown.
func TestEndRaces(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	_, s := b.create("a", "one")
	errs := make(chan error, 64)
	for range cap(errs) {
		go func() {
			errs <- b.store.Update(t.Context(), func(tx store.Tx) error { return b.End(tx, "a", s.ID) })
		}()
	}
	won := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			won++
		} else if !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d ended it", won)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("nls_AAAA")
	sessions, err := New(Config{Sealer: seal.New([32]byte{1}), Lifetime: month, ReauthenticateAfter: 1})
	if err != nil {
		f.Fatal(err)
	}
	s := storetest.New(f, func() time.Time { return start })
	f.Fuzz(func(t *testing.T, token string) {
		err := s.View(t.Context(), func(tx store.Tx) error {
			_, err := sessions.Find(tx, token)
			return err
		})
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", token, err)
		}
	})
}

func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	for _, r := range []record{
		{},
		{Gen: 1 << 63, Epoch: 1<<64 - 1, MAC: "m", Session: Session{
			ID: "i", Account: "a", Client: strings.Repeat("ü", 2000), RemoteAddr: "p", Kind: "k",
			Created: start, LastSeen: start.Add(1), Active: start.Add(2), Expires: time.Unix(0, 0).UTC(), Proved: time.Unix(-5, 0).UTC(),
		}},
	} {
		b := r.encode()
		if got, err := decode(b); err != nil || got != r {
			t.Errorf("decoded %+v, %v", got, err)
		}
		for n := range b {
			if _, err := decode(b[:n]); !errors.Is(err, errRecord) {
				t.Errorf("truncated at %d: %v, want an error", n, err)
			}
		}
		if _, err := decode(append(b, 0)); !errors.Is(err, errRecord) {
			t.Errorf("with an additional byte: %v, want an error", err)
		}
	}
}

// A record of version 1 has no epoch and belongs to the first. In records of
// versions 1 and 2, the last activity of a person is the last use. Before version 4, no session
// was ageless.
func TestRecordOfEarlierVersions(t *testing.T) {
	t.Parallel()
	want := record{Gen: 7, MAC: "m", Session: Session{ID: "i", Account: "a", Created: start, LastSeen: start.Add(day)}}
	b := want.encode() // without an activity of its own, so the last use counts in version 3 as well
	want.Active = want.LastSeen
	for version, missing := range map[byte]int{1: 3, 2: 2, 3: 1} {
		b[0] = version
		if got, err := decode(b[:len(b)-missing]); err != nil || got != want {
			t.Errorf("version %d: decoded %+v, %v", version, got, err)
		}
		if _, err := decode(b); !errors.Is(err, errRecord) {
			t.Errorf("version %d with more: %v, want an error", version, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(record{Session: Session{ID: "i", Created: start}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decode(b)
		if err != nil {
			return
		}
		if again, err := decode(r.encode()); err != nil || again != r {
			t.Errorf("%+v came back as %+v, %v", r, again, err)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(b.TempDir(), "bench.db"), Now: func() time.Time { return start }})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	sessions, err := New(Config{Sealer: seal.New([32]byte{1}), Lifetime: month, ReauthenticateAfter: 1})
	if err != nil {
		b.Fatal(err)
	}
	var token string
	if err := s.Update(b.Context(), func(tx store.Tx) error {
		token, _, err = sessions.Create(tx, Session{Account: "a", Client: "Firefox on Linux", RemoteAddr: "127.0.0.1", Kind: "web"})
		return err
	}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.View(b.Context(), func(tx store.Tx) error {
			_, err := sessions.Find(tx, token)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// R3: a proof in the future does not count, so setting the clock back does not make a proof
// last longer.
func TestRecentlyAuthenticatedAfterClockSetBack(t *testing.T) {
	t.Parallel()
	proved := time.Date(2026, 11, 2, 9, 41, 0, 0, time.UTC)
	b, err := New(Config{Sealer: seal.New([32]byte{1}), Lifetime: time.Hour, ReauthenticateAfter: 10 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for now, want := range map[time.Duration]bool{
		-24 * time.Hour: false, -time.Hour: false, -time.Second: true, 0: true, 9 * time.Minute: true, 10 * time.Minute: false,
	} {
		if _, ok := b.RecentlyAuthenticated(Session{Proved: proved}, proved.Add(now)); ok != want {
			t.Errorf("%v after the proof: %v", now, ok)
		}
	}
}
