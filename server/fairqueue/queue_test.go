package fairqueue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

// A crowd is a set of requests in a queue in which one works at a time. Each request writes its
// name when its turn comes, and leaves.
type crowd struct {
	t      *testing.T
	q      *Queue
	finish func() // ends the running work
	served []string
	failed map[string]error
}

func newCrowd(t *testing.T, limit int) *crowd {
	c := &crowd{t: t, q: New(1, limit), failed: map[string]error{}}
	leave, err := c.q.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.finish = func() {
		leave()
		synctest.Wait()
	}
	return c
}

func (c *crowd) join(ctx context.Context, name string) {
	go func() {
		leave, err := c.q.Enter(ctx)
		if err != nil {
			c.failed[name] = err
			return
		}
		c.served = append(c.served, name)
		leave()
	}()
	synctest.Wait() // joined: the order is the order of the calls
}

func from(t *testing.T, address string) context.Context { return WithSource(t.Context(), address) }

func TestOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 100)
		for i := range 4 {
			c.join(from(t, "192.0.2.1"), fmt.Sprint("flood", i))
		}
		c.join(from(t, "192.0.2.2"), "neighbour0")
		c.join(from(t, "192.0.2.2"), "neighbour1")
		c.join(WithClass(from(t, "192.0.2.1"), Begun), "begun")
		c.join(WithClass(from(t, "192.0.2.1"), Known), "known")
		c.finish()
		want := []string{"known", "begun", "flood0", "neighbour0", "flood1", "neighbour1", "flood2", "flood3"}
		if !slices.Equal(c.served, want) {
			t.Errorf("served %q; want %q", c.served, want)
		}
	})
}

// R43: with any number of waiting strangers, a known device is next, and a stranger from
// another address waits for one turn of each source.
func TestFloodOf600(t *testing.T) {
	t.Parallel()
	for _, sources := range []int{1, 600} {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowd(t, 1000)
			for i := range 600 {
				c.join(from(t, fmt.Sprintf("198.51.%d.%d", i%sources/250, i%sources%250)), "flood")
			}
			c.join(from(t, "192.0.2.2"), "owner")
			c.join(WithClass(from(t, "192.0.2.2"), Known), "device")
			c.finish()
			if at := slices.Index(c.served, "device"); at != 0 {
				t.Errorf("%d sources: %d were served before the device", sources, at)
			}
			if at := slices.Index(c.served, "owner"); at > sources+1 {
				t.Errorf("%d sources: %d were served before the owner", sources, at)
			}
		})
	}
}

// A full queue dismisses the newest request of the busiest source, and strangers first.
func TestFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 4)
		for i := range 3 {
			c.join(from(t, "192.0.2.1"), fmt.Sprint("flood", i))
		}
		c.join(from(t, "192.0.2.2"), "neighbour")
		c.join(from(t, "192.0.2.1"), "flood3") // itself the newest of the busiest source
		c.join(from(t, "192.0.2.3"), "third")  // flood2 has to go
		c.join(WithClass(from(t, "192.0.2.4"), Known), "device")
		for _, name := range []string{"flood3", "flood2", "flood1"} {
			var full *FullError
			if err := c.failed[name]; !errors.Is(err, ErrFull) || !errors.As(err, &full) || full.Waiting != 4 {
				t.Errorf("%s: %v; want ErrFull with 4 waiting", name, err)
			}
		}
		if c.q.Waiting() != 4 {
			t.Errorf("%d wait", c.q.Waiting())
		}
		c.finish()
		if want := []string{"device", "flood0", "neighbour", "third"}; !slices.Equal(c.served, want) {
			t.Errorf("served %q; want %q", c.served, want)
		}
	})
}

// Devices that send requests without a pause do not block other clients.
func TestLowerClassesGetTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 1000)
		for i := range 100 {
			c.join(WithClass(from(t, "192.0.2.1"), Known), fmt.Sprint("known", i))
		}
		c.join(from(t, "192.0.2.2"), "stranger")
		c.finish()
		if at := slices.Index(c.served, "stranger"); at != turnsInARow {
			t.Errorf("the stranger was served after %d devices; want %d", at, turnsInARow)
		}
	})
}

// A request that ends while it waits leaves its place, and the queue forgets its source.
func TestLeavingTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 1)
		ctx, cancel := context.WithCancel(from(t, "192.0.2.1"))
		c.join(ctx, "impatient")
		cancel()
		synctest.Wait()
		if err := c.failed["impatient"]; !errors.Is(err, context.Canceled) || c.q.Waiting() != 0 {
			t.Errorf("%v, %d wait", err, c.q.Waiting())
		}
		c.join(from(t, "192.0.2.2"), "next")
		c.finish()
		if !slices.Equal(c.served, []string{"next"}) || c.q.working != 0 {
			t.Errorf("served %q, %d work", c.served, c.q.working)
		}
		for i := range c.q.lines {
			if l := &c.q.lines[i]; len(l.sources) != 0 || len(l.ring) != 0 {
				t.Errorf("class %d still has sources", i)
			}
		}
	})
}

// A request that has ended already may get a free turn, and gives it back.
func TestEndedRequest(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	q := New(1, 1)
	for range 100 { // which of the two it sees first is a matter of chance
		leave, err := q.Enter(ended)
		switch {
		case err == nil:
			leave()
		case !errors.Is(err, context.Canceled):
			t.Fatal(err)
		}
	}
	if q.working != 0 || q.waiting != 0 {
		t.Errorf("%d work, %d wait", q.working, q.waiting)
	}
}

func TestParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := New(2, 10)
		var leaves []func()
		for range 2 {
			leave, err := q.Enter(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			leaves = append(leaves, leave)
		}
		entered := 0
		for range 2 {
			go func() {
				leave, err := q.Enter(t.Context())
				if err == nil {
					entered++
					leave()
				}
			}()
		}
		synctest.Wait()
		if entered != 0 {
			t.Errorf("%d entered beside two", entered)
		}
		leaves[0]()
		synctest.Wait()
		if entered != 2 {
			t.Errorf("%d entered, one after the other; want 2", entered)
		}
		leaves[1]()
	})
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1":           "192.0.2.1",
		"::ffff:192.0.2.1":    "192.0.2.1",
		"2001:db8:1:2:3::4":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"fe80::1%eth0":        "fe80::/64",
		"console":             "console",
		"":                    "",
	} {
		if got := originOf(WithSource(t.Context(), address)).source; got != want {
			t.Errorf("the source of %q is %q; want %q", address, got, want)
		}
	}
	ctx := WithSource(WithClass(t.Context(), Known), "192.0.2.1")
	if ctx = WithClass(ctx, Begun); ClassOf(ctx) != Known || originOf(ctx).source != "192.0.2.1" {
		t.Errorf("%+v: a class was lowered, or a source lost", originOf(ctx))
	}
}
