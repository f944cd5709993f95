package fido

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A shelf is a list of keys that reports its changes.
type shelf struct {
	tell chan struct{}
	once bool // it stops reporting after the first change

	mu      sync.Mutex
	devices []Device
	err     error
	lists   int
}

func newShelf() *shelf { return &shelf{tell: make(chan struct{}, 1)} }

func (s *shelf) list(context.Context) ([]Device, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists++
	return slices.Clone(s.devices), s.err
}

// set sets the keys without reporting a change.
func (s *shelf) set(err error, ds ...Device) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.devices, s.err = ds, err
}

func (s *shelf) put(ds ...Device) {
	s.set(nil, ds...)
	s.tell <- struct{}{}
}

func (s *shelf) listed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lists
}

func (s *shelf) changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{})
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.tell:
			}
			select {
			case <-ctx.Done():
				return
			case out <- struct{}{}:
			}
			if s.once {
				return
			}
		}
	}()
	return out
}

func (s *shelf) client(t *testing.T, c Changes) *Client {
	t.Helper()
	client, err := New(Config{Open: newFake(t), Devices: s.list, Changes: c, Origin: testOrigin})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// watch watches until the test ends. The returned function returns what was shown so far.
func (s *shelf) watch(t *testing.T, c Changes) (shown func() [][]Device) {
	t.Helper()
	var all [][]Device
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var mu sync.Mutex
	client := s.client(t, c)
	go func() {
		ended <- client.Watch(ctx, func(ds []Device, err error) {
			if err != nil {
				ds = []Device{{Path: "error"}}
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, ds)
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Watch = %v", err)
		}
	})
	return func() [][]Device {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

func paths(lists [][]Device) (all []string) {
	for _, ds := range lists {
		text := ""
		for _, d := range ds {
			text += d.Path
		}
		all = append(all, text)
	}
	return all
}

func TestWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		shown := s.watch(t, s.changes)
		want := func(lists ...string) {
			t.Helper()
			if got := paths(shown()); !slices.Equal(got, lists) {
				t.Fatalf("shown %q, want %q", got, lists)
			}
		}
		want("")
		<-time.After(time.Hour)
		if n := s.listed(); n != 1 {
			t.Errorf("listed %d times while nothing happened", n)
		}
		s.put(Device{Path: "a"})
		want("", "a")
		s.put(Device{Path: "a"}) // reported, but without a difference
		<-time.After(listInterval)
		want("", "a")
		for range 2 {
			s.set(errors.New("broken"))
			s.tell <- struct{}{}
			<-time.After(listInterval)
			want("", "a", "error")
		}
		s.put(Device{Path: "a", Locked: true})
		<-time.After(listInterval)
		want("", "a", "error", "a")
	})
}

// The keys are listed at most once a second, however often they change.
func TestWatchOnceASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		shown := s.watch(t, s.changes)
		begun := time.Now()
		var last string
		for i := range 1000 {
			last = string(rune('a' + i%26))
			s.put(Device{Path: last})
			<-time.After(10 * time.Millisecond)
		}
		<-time.After(2 * listInterval)
		if got := paths(shown()); got[len(got)-1] != last {
			t.Errorf("shown %q, want %s last", got, last)
		}
		if n, most := s.listed(), 1+int(time.Since(begun)/listInterval); n > most {
			t.Errorf("listed %d times in %v", n, time.Since(begun))
		}
	})
}

// Without a source of changes, or after a source has ended, the keys are listed once a
// second.
func TestWatchWithoutChanges(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string]func(s *shelf) Changes{
		"no source":        func(*shelf) Changes { return nil },
		"every second":     func(*shelf) Changes { return EverySecond },
		"one stops":        func(s *shelf) Changes { s.once = true; return s.changes },
		"one of two stops": func(s *shelf) Changes { s.once = true; return CombineChanges(nil, s.changes, newShelf().changes) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				shown := s.watch(t, changes(s))
				s.tell <- struct{}{}
				shown()
				for _, path := range []string{"a", "b"} {
					s.set(nil, Device{Path: path})
					<-time.After(2 * listInterval)
					if got := paths(shown()); got[len(got)-1] != path {
						t.Errorf("shown %q, want %s last", got, path)
					}
				}
			})
		})
	}
}

func TestChangesOnClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		wire := make(chan struct{})
		next := func() <-chan struct{} {
			mu.Lock()
			defer mu.Unlock()
			return wire
		}
		s := newShelf()
		shown := s.watch(t, CombineChanges(ChangesOnClose(next)))
		shown()
		for _, path := range []string{"a", "b"} {
			s.set(nil, Device{Path: path})
			mu.Lock()
			close(wire)
			wire = make(chan struct{})
			mu.Unlock()
			<-time.After(listInterval)
			if got := paths(shown()); got[len(got)-1] != path {
				t.Errorf("shown %q, want %s last", got, path)
			}
		}
	})
}

// A ceremony that waits for a key gets it when it is plugged in. A locked key counts
// only if there is no other.
func TestInsertedKeyIsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		c := s.client(t, s.changes)
		who := &script{}
		begun := time.Now()
		time.AfterFunc(10*time.Second, func() {
			s.put(Device{Path: "locked", Locked: true}, Device{Path: "open"})
		})
		d, err := c.resolveDevice(t.Context(), Device{}, who, ForCeremony)
		if err != nil || d.Path != "open" || time.Since(begun) != 10*time.Second {
			t.Errorf("settled on %+v, %v after %v", d, err, time.Since(begun))
		}
		if n := s.listed(); n != 2 || !slices.Equal(who.shown, []PromptKind{Insert}) {
			t.Errorf("listed %d times, shown %v", n, who.shown)
		}
		s.set(nil, Device{Path: "locked", Locked: true})
		if d, err := c.resolveDevice(t.Context(), Device{}, who, ForCeremony); err != nil || d.Path != "locked" {
			t.Errorf("settled on %+v, %v", d, err)
		}
	})
}
